"""The items that something takes → their names: those of their layers, where they have telling
ones, else what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from types import MappingProxyType

from archspec.graph import Node
from archspec.reading.name_schemes import Scheme
from archspec.reading.naming import CELL, FUSE
from archspec.reading.tree import (
    Act,
    BranchesItem,
    CallItem,
    GroupItem,
    Item,
    LayerItem,
    OutputItem,
    RepeatItem,
    Seq,
    Tree,
    leaves,
)
from archspec.spelling import letters, snake_case

LONGEST = 30
"""Characters of a name that is taken over from the layers."""

BY_FAMILY = {
    "merging": "sum",
    "convolution": "conv",
    "normalization": "norm",
    "activation": "act",
    "pooling": "pooled",
    "padding": "padded",
    "reshaping": "reshaped",
    "attention": "attended",
    "recurrent": "states",
    "core": "hidden",
}
"""What an item is called after the family of its last layer; `OTHERS` for any other family."""

OTHERS = "part"
ANYTHING = ("item", "tensor", "result")
"""What an item is called where all else is taken for something other."""

OUTPUT_NAME = re.compile(r"(.*[^\d])(0|[1-9]\d{0,8})")
"""The name of an output that can be numbered."""

DIGITS = "0123456789"
JOINED, FUSED = "joined", "fused"


class Unnameable(Exception):
    """No one name stands for what an item takes, each time that it runs."""


class ItemNames:
    """Chooses names. ``schemes`` are those that the names of layers give to some items, which are
    named even if nothing takes them.
    """

    def __init__(self, schemes: Mapping[Item, Scheme] = MappingProxyType({})) -> None:
        self.schemes = schemes

    def chosen(self, tree: Tree, wanted: Iterable[Item], counted: Set[Item]) -> Mapping[Item, str]:
        """A name for each of some items of a tree, no two alike, to be followed by a number for
        those that are ``counted``.
        """
        taken = _Taken(set(_automatic(tree)))
        named: dict[Item, str] = {}
        for item in wanted:
            word = self._continued(item, named)
            named[item] = word or taken.take(self._words(item), counted=item in counted)
        return named

    def _continued(self, item: Item, named: Mapping[Item, str]) -> str | None:
        """The word of items above whose numbers go on in those of this one."""
        scheme = self.schemes.get(item)
        if scheme is None or not scheme.suffix:
            return None
        alike = [
            self.schemes[one]
            for one, word in named.items()
            if one in self.schemes and word == scheme.word
        ]
        used = {number for one in alike for number in one.numbers}
        is_free = used and used.isdisjoint(scheme.numbers)
        return scheme.word if is_free and {one.dash for one in alike} == {scheme.dash} else None

    def _words(self, item: Item) -> Iterator[str]:
        """Names for an item, the best first."""
        if item in self.schemes:
            yield self.schemes[item].word
        nodes = _nodes(item)
        if isinstance(item, GroupItem):
            yield _common(
                [node.name for layer in leaves(item.body) for node in layer.nodes.values()]
            )
        if len({node.name for node in nodes}) == 1:
            yield nodes[0].name.replace(".", "_")
        yield from _roles(item, nodes)


def output_word(item: OutputItem) -> str | None:
    """The word before the number in all names of an output, ``classes`` of ``classes3``; ``None``
    where they are not numbers behind one word.
    """
    matches = [OUTPUT_NAME.fullmatch(name) for name in item.names.values()]
    words = {match[1] if match else "" for match in matches}
    return words.pop() or None if len(words) == 1 else None


def output_numbers(item: OutputItem) -> dict[Act, int]:
    """The numbers in the names of an output that are behind one word."""
    word = output_word(item)
    if word is None:
        raise Unnameable("outputs of the model of several names")
    return {act: int(name.removeprefix(word)) for act, name in item.names.items()}


def _common(names: list[str]) -> str:
    """The words with which all of some names begin."""
    first, *others = [re.split(r"[._]", name) for name in names] or [[]]
    count = 0
    while count < len(first) and all(words[: count + 1] == first[: count + 1] for words in others):
        count += 1
    return "_".join(first[:count])


class _Taken:
    """Names that are taken, and those that numbers are put behind."""

    def __init__(self, avoided: Iterable[str]) -> None:
        self.avoided = frozenset(avoided)
        self.names: set[str] = set()
        self.stems: set[str] = set()
        self.counted: set[str] = set()
        self.next: dict[str, int] = {}

    def take(self, words: Iterable[str], *, counted: bool) -> str:
        """The first free one of some names, or the last that may be one and something behind."""
        possible = [word for word in words if self._is_word(word, counted)]
        possible = possible or [word for word in ANYTHING if self._is_word(word, counted)]
        for word in possible:
            if self._is_free(word, counted):
                return self._taken(word, counted)
        name = base = possible[-1] if possible else f"{ANYTHING[0]}_{len(self.names)}x"
        while not self._is_free(name, counted):
            self.next[base] = self.next.get(base, 1) + 1
            number = self.next[base]
            name = f"{base}_{letters(number)}" if counted else f"{base}_{number}"
        return self._taken(name, counted)

    def _taken(self, name: str, counted: bool) -> str:
        self.names.add(name)
        self.stems.add(name.rstrip(DIGITS))
        if counted:
            self.counted.add(name)
        return name

    def _is_word(self, name: str, counted: bool) -> bool:
        """Whether a name may be one, and nothing else is called so."""
        if not re.fullmatch(r"[A-Za-z][\w-]*", name, re.ASCII) or len(name) > LONGEST:
            return False
        if name == "prev" or _stem(name) in self.avoided:
            return False
        return not counted or name == name.rstrip(DIGITS + "_")

    def _is_free(self, name: str, counted: bool) -> bool:
        if name in self.names or _stem(name) in self.avoided:
            return False
        stem = name.rstrip(DIGITS)
        if counted:
            return name not in self.stems
        return stem == name or stem not in self.counted


def _stem(name: str) -> str:
    """A name without the number that an automatic name has behind it."""
    return re.sub(r"_?\d+$", "", name)


def _automatic(tree: Tree) -> Iterator[str]:
    """The names that items without one get, and those of what is no item."""
    kinds = {node.layer.kind() for node in tree.graph.nodes}
    yield from (_stem(snake_case(kind)) for kind in kinds | {"Add"})
    yield from (_stem(name) for name in (*tree.blocks, *tree.graph.inputs))
    yield from (_stem(step) for name in tree.graph.outputs for step in name.split("."))


def _nodes(item: Item) -> list[Node]:
    """The nodes of the layer that gives what an item gives."""
    match item:
        case LayerItem():
            return list(item.nodes.values())
        case BranchesItem():
            return list(item.merge.nodes.values())
        case CallItem():
            return []
        case _:
            return _last(item.body)


def _last(seq: Seq) -> list[Node]:
    return _nodes(seq.items[-1]) if seq.items else []


def _roles(item: Item, nodes: list[Node]) -> Iterator[str]:
    """What an item is in a network, the best word first."""
    last = item.body.items[-1] if isinstance(item, RepeatItem) else item
    if isinstance(last, CallItem) and last.block.endswith(CELL):
        yield CELL
    if isinstance(last, CallItem) and last.block.partition("_")[0] == FUSE:
        yield FUSED
    if isinstance(item, CallItem):
        yield f"{item.block}_out"
    elif isinstance(item, RepeatItem):
        yield from ("stage", "level")
    elif not nodes:
        yield OTHERS
    elif nodes[-1].layer.kind() == "Concatenate":
        yield JOINED
    else:
        yield BY_FAMILY.get(nodes[-1].layer.family(), OTHERS)
