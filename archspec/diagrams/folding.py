"""The copies that a `repeat` made → runs of equal ones, each drawn once with ×N; what differs in
the first copy is said.

Copies are compared by their layers and structure, not by names and sizes: a 1×1 convolution with 64
filters is drawn alike whatever it takes.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from archspec.diagrams.alike import Pair, alike, paired, same_kind, whole
from archspec.diagrams.chains import Flow, Links
from archspec.diagrams.comparison import Comparison, Mark
from archspec.diagrams.elements import (
    Card,
    Element,
    Elements,
    Group,
    Split,
    all_nodes,
)
from archspec.layers import Layer

Same = Callable[[Elements, Elements], bool]
"""Whether two bodies are drawn alike."""

LEAST_GROWING = 4
"""How many copies that differ in numbers are drawn as one: fewer are drawn each."""


class Fold(NamedTuple):
    """Equal copies, drawn once: ``body`` is that of one copy, ``pairs`` say which elements of the
    others it stands for.

    ``marks`` are what differs in the first copy. ``bare`` are splits of the body with what the
    first copy has in their place: the main path alone. ``others`` are the copies of folds that are
    drawn as this one, ``more`` what the first copy has more, with the element where that is said.
    Copies that grow differ in numbers, which are written as ranges up to those of the ``last``.
    """

    body: Elements
    copies: tuple[Elements, ...]
    pairs: tuple[Pair, ...] = ()
    marks: tuple[Mark, ...] = ()
    bare: tuple[tuple[Split, Elements], ...] = ()
    others: tuple[tuple[Elements, ...], ...] = ()
    last: Elements = ()
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
    runs = [_all_folds(repeats, start, number) for start, number in lengths]
    if compared is not None:
        first, second, *rest = runs
        return [_with_first(first, second, compared), *rest]
    return runs


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
    return fold._replace(pairs=(*fold.pairs, *direct, *through), others=others, last=other.last)


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
    grows = len(run) > 1 and not alike(run[0], run[-1])
    return Fold(run[0], tuple(run), tuple(pairs), last=run[-1] if grows else ())


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
