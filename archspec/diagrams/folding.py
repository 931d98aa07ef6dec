"""The copies that a `repeat` made → runs of equal ones, each drawn once with ×N; what differs in
the first copy is said.

Copies are compared by their layers and structure, not by names and sizes: a 1×1 convolution with 64
filters is drawn alike whatever it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from archspec.diagrams.chains import Flow, Links
from archspec.diagrams.elements import (
    Card,
    Element,
    Elements,
    Group,
    Path,
    Repeat,
    Side,
    Split,
    all_nodes,
)
from archspec.graph import Node
from archspec.layers import Layer

Pair = tuple[Element, Element]
"""An element that is drawn, and one that is drawn as it."""


Same = Callable[[Elements, Elements], bool]
"""Whether two bodies are drawn alike."""


SameLayer = Callable[[Layer, Layer], bool]
"""Whether two layers are drawn alike."""

LEAST_GROWING = 4
"""How many copies that differ in numbers are drawn as one: fewer are drawn each."""


class Mark(NamedTuple):
    """What differs at an element in the first copy: in its structure, or only in a layer's
    arguments.
    """

    element: Element
    words: str
    structural: bool = True


class Fold(NamedTuple):
    """Equal copies, drawn once: ``body`` is that of one copy, ``pairs`` say which elements of the
    others it stands for.

    ``marks`` are what differs in the first copy. ``bare`` are splits of the body with what the
    first copy has in their place: the main path alone. ``others`` are the copies of folds that are
    drawn as this one, ``more`` what the first copy has more, with the element where that is told.
    ``growing`` copies differ in numbers, which are written as ranges.
    """

    body: Elements
    copies: tuple[Elements, ...]
    pairs: tuple[Pair, ...] = ()
    marks: tuple[Mark, ...] = ()
    bare: tuple[tuple[Split, Elements], ...] = ()
    others: tuple[tuple[Elements, ...], ...] = ()
    growing: bool = False
    more: tuple[tuple[Element, Elements], ...] = ()

    @property
    def number(self) -> int:
        """How many copies there are."""
        return len(self.copies)


def folds(repeats: Sequence[Sequence[Elements]], flow: Flow) -> list[Fold]:
    """The runs of copies that are drawn as one, in their order, of repeats that are drawn as
    the first of them. Copies are a run if they are alike and links of one chain. A first copy
    that differs in little joins the run after it.
    """
    shown = repeats[0]
    links = [Links(copies, flow) for copies in repeats]
    lengths = _lengths(shown, links, alike)
    compared = _first_compared(shown, links, lengths)
    found = [_all_folds(repeats, start, number) for start, number in lengths]
    if compared is not None:
        first, second, *rest = found
        return [_with_first(first, second, compared), *rest]
    return found


def _lengths(
    shown: Sequence[Elements], links: Sequence[Links], same: Same
) -> list[tuple[int, int]]:
    """Where each run begins, and of how many copies it is."""
    runs = []
    start = 0
    while start < len(shown):
        end = start + 1
        while end < len(shown) and same(shown[end - 1], shown[end]):
            end += 1
        number = _chained(links, start, end)
        if end == start + 1 and same is alike:
            number = _chained(links, start, start + _growing(shown[start:]))
            number = number if number >= LEAST_GROWING else 1
        runs.append((start, number))
        start += number
    return runs


def _growing(copies: Sequence[Elements]) -> int:
    """How many of some copies differ in numbers alone, which grow or shrink from copy to copy,
    at one size of feature map: a stage of PyramidNet, the dilations of WaveNet.
    """
    number = 1
    signs: dict[int, int] = {}
    while number < len(copies) and _grows(copies[number - 1], copies[number], signs):
        number += 1
    return number


def _grows(one: Elements, other: Elements, signs: dict[int, int]) -> bool:
    """Whether a copy is another one with numbers that move on in the same direction as before,
    which ``signs`` hold, by the position of the number.
    """
    if not alike(one, other, same_kind):
        return False
    pairs = list(zip(all_nodes(one), all_nodes(other), strict=True))
    if any(a.output.shape[:-1] != b.output.shape[:-1] for a, b in pairs):
        return False
    steps = [step for a, b in pairs for step in _steps(a.layer, b.layer)]
    moved = {place: step for place, step in enumerate(steps) if step}
    if any(signs.get(place, step) != step for place, step in moved.items()):
        return False
    signs |= moved
    return bool(moved)


def _steps(one: Layer, other: Layer) -> Iterator[int]:
    """Whether each number of a layer grows (1), shrinks (-1) or stays (0) in another one."""
    for name in one.attributes:
        before, after = whole(getattr(one, name)), whole(getattr(other, name))
        if before is not None and after is not None:
            yield (after > before) - (after < before)


def whole(value: object) -> int | None:
    """A whole number, or that of a size that is the same along all axes."""
    if isinstance(value, tuple) and len(set(value)) == 1:
        value = value[0]
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _chained(links: Sequence[Links], start: int, end: int) -> int:
    """How many copies from a start are links of one chain in all of some repeats."""
    number = end - start
    while (possible := min(each.length(start, start + number) for each in links)) < number:
        number = possible
    return number


def _first_compared(
    shown: Sequence[Elements], links: Sequence[Links], runs: Sequence[tuple[int, int]]
) -> Comparison | None:
    """The first copy beside the next, where it is alone and answers to the run after it."""
    if len(runs) < 2 or runs[0][1] > 1:
        return None
    number = runs[1][1]
    if number == 1 and not (len(shown) == 2 and _called_alike(*shown)):
        return None
    compared = Comparison()
    if compared.bodies(shown[0], shown[1]) and all(each.leads(1, number) for each in links):
        return compared
    return None


def _all_folds(repeats: Sequence[Sequence[Elements]], start: int, number: int) -> Fold:
    """The fold of a run in some repeats that are drawn as the first."""
    shown, *others = [_fold(copies[start : start + number]) for copies in repeats]
    for other in others:
        shown = joined(shown, other)
    return shown


def _with_first(first: Fold, fold: Fold, compared: Comparison) -> Fold:
    """A fold with a first copy that differs, itself as a fold of one copy."""
    others = zip(first.others, fold.others, strict=True)
    return fold._replace(
        copies=(*first.copies, *fold.copies),
        others=tuple((*its_first, *its) for its_first, its in others),
        pairs=(*fold.pairs, *compared.pairs, *first.pairs),
        marks=tuple(compared.marks),
        bare=tuple(compared.bare),
        more=tuple(compared.more),
    )


def joined(fold: Fold, other: Fold) -> Fold:
    """A fold that stands for another one too."""
    direct = [
        pair for one, its in zip(fold.body, other.body, strict=True) for pair in paired(one, its)
    ]
    mine = {its.number: one for one, its in direct}
    through = [(mine[one.number], its) for one, its in other.pairs if one.number in mine]
    others = (*fold.others, other.copies, *other.others)
    return fold._replace(pairs=(*fold.pairs, *direct, *through), others=others)


def _called_alike(first: Elements, second: Elements) -> bool:
    """Whether two copies are calls of one block with the same arguments, but for one."""
    one, other = first[0], second[0]
    if (
        len(first) != 1
        or len(second) != 1
        or not isinstance(one, Group)
        or not isinstance(other, Group)
        or not one.block
    ):
        return False
    return (
        one.block == other.block
        and sum(a != b for a, b in zip(one.arguments, other.arguments, strict=True)) <= 1
    )


def _fold(run: Sequence[Elements]) -> Fold:
    pairs = [
        pair
        for copy in run[1:]
        for one, other in zip(run[0], copy, strict=True)
        for pair in paired(one, other)
    ]
    growing = len(run) > 1 and not alike(run[0], run[-1])
    return Fold(run[0], tuple(run), tuple(pairs), growing=growing)


def neighbours(elements: Elements, flow: Flow) -> Iterator[Fold]:
    """Elements that follow each other, each as a fold: a chain of equal layers is drawn as one,
    ×N.
    """
    copies: list[Elements] = [(element,) for element in elements]
    for start, number in _lengths(copies, [Links(copies, flow)], _alike_alone):
        yield _fold(copies[start : start + number])


def _alike_alone(one: Elements, other: Elements) -> bool:
    """Whether two lists of one element each are drawn alike, in a single box."""
    return isinstance(other[0], Card | Group) and alike(one, other)


def alike(one: Elements, other: Elements, same: SameLayer | None = None) -> bool:
    """Whether two bodies are drawn alike: of one structure, and of layers that are the ``same``,
    as `same_layer` says unless another rule is given.
    """
    rule = same or same_layer
    return len(one) == len(other) and all(
        _alike(a, b, rule) for a, b in zip(one, other, strict=True)
    )


def _alike(one: Element, other: Element, same: SameLayer) -> bool:
    if isinstance(one, Card) and isinstance(other, Card):
        return _same_layers(one.nodes, other.nodes, same)
    if isinstance(one, Split) and isinstance(other, Split):
        return (
            _same_layers((one.merge, *one.after), (other.merge, *other.after), same)
            and [(path.role, path.label) for path in one.paths]
            == [(path.role, path.label) for path in other.paths]
            and all(
                alike(a.body, b.body, same) for a, b in zip(one.paths, other.paths, strict=True)
            )
        )
    if isinstance(one, Group) and isinstance(other, Group):
        return one.block == other.block and alike(one.body, other.body, same)
    if isinstance(one, Repeat) and isinstance(other, Repeat):
        return len(one.copies) == len(other.copies) and all(
            alike(a, b, same) for a, b in zip(one.copies, other.copies, strict=True)
        )
    return isinstance(one, Side) and isinstance(other, Side) and alike(one.body, other.body, same)


def _same_layers(some: tuple[Node, ...], others: tuple[Node, ...], same: SameLayer) -> bool:
    return len(some) == len(others) and all(
        same(a.layer, b.layer) for a, b in zip(some, others, strict=True)
    )


def same_kind(one: Layer, other: Layer) -> bool:
    """Whether two layers differ in whole numbers alone."""
    return one.kind() == other.kind() and all(
        before == after or (whole(before) is not None and whole(after) is not None)
        for before, after in ((getattr(one, name), getattr(other, name)) for name in one.attributes)
    )


def same_layer(one: Layer, other: Layer) -> bool:
    """Whether two layers are equal, or drop out at different rates, which papers let grow from
    block to block.
    """
    return one == other or (type(one) is type(other) and one.family() == "regularization")


def paired(one: Element, other: Element) -> Iterator[Pair]:
    """An element and what is in it, each beside its like in an element drawn alike."""
    yield one, other
    for mine, its in zip(_inside(one), _inside(other), strict=True):
        yield from paired(mine, its)


def _inside(element: Element) -> Elements:
    """The elements in an element, but for a repeat's, whose copies are compared when it is
    drawn.
    """
    if isinstance(element, Split):
        return tuple(inner for path in element.paths for inner in path.body)
    return element.body if isinstance(element, Group | Side) else ()


class Comparison:
    """The first copy beside another: ``pairs`` of elements that answer to one another,
    ``marks`` on what differs.
    """

    def __init__(self) -> None:
        self.pairs: list[Pair] = []
        self.marks: list[Mark] = []
        self.bare: list[tuple[Split, Elements]] = []
        self.more: list[tuple[Element, Elements]] = []

    def bodies(self, first: Elements, other: Elements) -> bool:
        """Compare two bodies; whether they answer to one another."""
        if len(first) == len(other) and self._each(first, other):
            return True
        return self._without_shortcut(first, other) or self._with_gaps(first, other)

    def _each(self, first: Elements, other: Elements) -> bool:
        state = len(self.pairs), len(self.marks)
        if all(self._one(a, b) for a, b in zip(first, other, strict=True)):
            return True
        del self.pairs[state[0] :], self.marks[state[1] :]
        return False

    def _without_shortcut(self, first: Elements, other: Elements) -> bool:
        """Whether the first copy lacks only the way around, which the others have."""
        for place, element in enumerate(other):
            if isinstance(element, Split) and any(
                path.role == "shortcut" and not path.body for path in element.paths
            ):
                main = next(path.body for path in element.paths if path.role == "main")
                length = len(first) - len(other) + 1
                inside = first[place : place + length]
                around = first[:place], first[place + length :]
                if (
                    length > 0
                    and self._each(around[0], other[:place])
                    and self.bodies(inside, main)
                    and self._each(around[1], other[place + 1 :])
                ):
                    self.marks.append(Mark(element, "no shortcut"))
                    self.bare.append((element, inside))
                    return True
        return False

    def _with_gaps(self, first: Elements, other: Elements) -> bool:
        """Whether one lacks a few layers that the other has."""
        keys = [_key(one) for one in first], [_key(one) for one in other]
        matcher = SequenceMatcher(a=keys[0], b=keys[1], autojunk=False)
        if matcher.ratio() < 0.7:
            return False
        state = len(self.pairs), len(self.marks)
        for what, i, j, k, m in matcher.get_opcodes():
            if what == "equal" and not self._each(first[i:j], other[k:m]):
                del self.pairs[state[0] :], self.marks[state[1] :]
                return False
            if what != "equal":
                self.marks += [
                    Mark(other[place], f"no {_briefly(other[place])}") for place in range(k, m)
                ]
                self.marks += [
                    Mark(other[min(k, len(other) - 1)], f"with {_briefly(first[place])}")
                    for place in range(i, j)
                ]
                self.more.append((other[min(k, len(other) - 1)], first[i:j]))
        return True

    def _one(self, first: Element, other: Element) -> bool:
        if isinstance(first, Card) and isinstance(other, Card):
            return self._cards(first, other)
        if isinstance(first, Split) and isinstance(other, Split):
            return self._splits(first, other)
        if (
            isinstance(first, Group)
            and isinstance(other, Group)
            and first.block == other.block
            and self.bodies(first.body, other.body)
        ):
            self.pairs.append((other, first))
            return True
        if _alike(first, other, same_layer):
            self.pairs += paired(other, first)
            return True
        return False

    def _cards(self, first: Card, other: Card) -> bool:
        if first.main.layer.kind() != other.main.layer.kind():
            return False
        self.pairs.append((other, first))
        if not _same_layers(first.nodes, other.nodes, same_layer):
            self.marks.append(Mark(other, difference(first, other), structural=False))
        return True

    def _splits(self, first: Split, other: Split) -> bool:
        roles = [[path.role for path in split.paths] for split in (first, other)]
        if first.merge.layer.kind() != other.merge.layer.kind() or roles[0] != roles[1]:
            return False
        if not all(self._path(a, b, other) for a, b in zip(first.paths, other.paths, strict=True)):
            return False
        self.pairs.append((other, first))
        return True

    def _path(self, first: Path, other: Path, split: Split) -> bool:
        if self._each(first.body, other.body) if len(first.body) == len(other.body) else False:
            return True
        if other.role == "shortcut" and not other.body:
            self.marks.append(
                Mark(split, f"{' and '.join(map(_briefly, first.body))} on the shortcut")
            )
            self.more.append((split, first.body))
            return True
        return self.bodies(first.body, other.body)


def _key(element: Element) -> object:
    """What elements must share to answer to one another."""
    if isinstance(element, Card):
        return element.main.layer.kind()
    return type(element).__name__, getattr(element, "block", "")


def words_of(element: Element) -> str:
    """An element in a few words."""
    if isinstance(element, Card):
        return "".join(element.main.layer.title())
    if isinstance(element, Group) and (element.block or element.label):
        return element.block or element.label
    return f"{len(list(all_nodes((element,))))} layers"


def _briefly(element: Element) -> str:
    """An element without its numbers of filters and steps."""
    return words_of(element).split(",")[0]


WORDS = {
    "strides": "stride {}",
    "filters": "{} filters",
    "units": "{} units",
    "kernel_size": "{} kernel",
    "padding": "padding {}",
}


def difference(first: Card, other: Card) -> str:
    """What the first card has and the other has not: ``stride 2``."""
    mine, its = first.main.layer, other.main.layer
    changed = [name for name in mine.attributes if getattr(mine, name) != getattr(its, name)]
    words = [
        WORDS.get(name, name.replace("_", " ") + " {}").format(_value(getattr(mine, name)))
        for name in changed
    ]
    more = (
        [node.layer for node in first.nodes if node is not first.main],
        [node.layer for node in other.nodes if node is not other.main],
    )
    words += [
        f"no {_name(layer)}"
        for layer in more[1]
        if layer.kind() not in [one.kind() for one in more[0]]
    ]
    words += [
        f"with {_name(layer)}"
        for layer in more[0]
        if layer.kind() not in [one.kind() for one in more[1]]
    ]
    return ", ".join(words) or "other settings"


def _name(layer: Layer) -> str:
    return layer.called or "".join(layer.title())


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return str(value[0]) if len(set(value)) == 1 else "×".join(map(str, value))
    return (
        {True: "yes", False: "no", None: "none"}[value]
        if value in (True, False, None) and not isinstance(value, int | float)
        else str(value)
    )
