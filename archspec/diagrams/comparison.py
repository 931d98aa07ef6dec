"""The first copy of a repeat beside the others → what differs in it, in its structure and in the
arguments of its layers, and the words that say so.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from difflib import SequenceMatcher
from typing import NamedTuple

from archspec.diagrams.alike import Pair, alike_elements, paired, same_layer, same_layers
from archspec.diagrams.elements import Card, Element, Elements, Group, Path, Split, all_nodes
from archspec.layers import Layer
from archspec.layers.titles import plainly, step_words


class Mark(NamedTuple):
    """What differs at an element in the first copy: in its structure, or only in a layer's
    arguments.
    """

    element: Element
    words: str
    structural: bool = True


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
        keys = [_key(element) for element in first], [_key(element) for element in other]
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
        if alike_elements(first, other, same_layer):
            self.pairs += paired(other, first)
            return True
        return False

    def _cards(self, first: Card, other: Card) -> bool:
        if first.main.layer.kind() != other.main.layer.kind():
            return False
        self.pairs.append((other, first))
        if not same_layers(first.nodes, other.nodes, same_layer):
            self.marks += _differences(first, other)
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
    return f"{len(all_nodes((element,)))} layers"


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


def _differences(first: Card, other: Card) -> list[Mark]:
    """What the first card has and the other has not: ``stride 2``, ``with ReLU``."""
    mine, its = first.main.layer, other.main.layer
    words = [
        _argument(name, getattr(mine, name))
        for name in mine.attributes
        if getattr(mine, name) != getattr(its, name)
    ]
    more = _only_in(first, other), _only_in(other, first)
    layers = [
        *(f"no {_name(layer)}" for layer in more[1]),
        *(f"with {_name(layer)}" for layer in more[0]),
    ]
    if len(more[0]) == len(more[1]) == 1:
        layers = [f"{_name(more[0][0])} for {_name(more[1][0])}"]
    marks = [Mark(other, each, structural=False) for each in words]
    marks += [Mark(other, each) for each in layers]
    return marks or [Mark(other, "other settings", structural=False)]


def _only_in(card: Card, other: Card) -> list[Layer]:
    """The layers that belong to a card, of kinds that the other one has none of."""
    kinds = {node.layer.kind() for node in other.nodes if node is not other.main}
    belonging = [node.layer for node in card.nodes if node is not card.main]
    return [layer for layer in belonging if layer.kind() not in kinds]


def _argument(name: str, value: object) -> str:
    sentence = WORDS.get(name, name.replace("_", " ") + " {}")
    return sentence.format(step_words(name, value, plainly))


def _name(layer: Layer) -> str:
    return layer.called or "".join(layer.title())
