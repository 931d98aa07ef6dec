"""Skeletons: what of an item must be the same for it to be folded with another as it is: kinds,
wiring and what lies within it, but no settings. Items in; small integers out, the same for the same
skeleton.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from archspec.graph import Graph
from archspec.reading.columns import Values, is_constant, only_value
from archspec.reading.item_names import output_word
from archspec.reading.layer_columns import LayerColumns
from archspec.reading.pieces import ListPiece
from archspec.reading.tree import (
    BranchesItem,
    CallItem,
    Item,
    LayerItem,
    OutputItem,
    RepeatItem,
    Seq,
    lists_in,
)

ANY = "any"
"""How many tensors a merge of a list that grows takes."""


class Skeletons:
    """Numbers for skeletons, each worked out once."""

    def __init__(self, columns: LayerColumns) -> None:
        self.columns = columns
        self.growing = growing_merges(columns.graph)
        self._numbers: dict[Hashable, int] = {}
        self._items: dict[Item, int] = {}
        self._lists: dict[Seq, tuple[int, ...]] = {}
        self.by_act = False
        self._exact: dict[Item, Hashable] = {}
        self._exact_lists: dict[Seq, tuple[Hashable, ...]] = {}

    def of_list(self, seq: Seq) -> tuple[int, ...]:
        """The skeletons of a list's items, each with which of its slots take what stands before."""
        if seq not in self._lists:
            self._lists[seq] = tuple(
                self._number((self.of_item(item), self._wiring(item, prev)))
                for item, prev in zip(seq.items, seq.takes_prev, strict=True)
            )
        return self._lists[seq]

    def _wiring(self, item: Item, prev: tuple[bool, ...]) -> tuple[bool, ...]:
        """Which slots take what stands before; of a list that grows the first and the last. What an
        output takes can as well be named.
        """
        if isinstance(item, OutputItem):
            return ()
        return (prev[0], prev[-1]) if self._grows(item) else prev

    def _grows(self, item: Item) -> bool:
        return (
            bool(self.growing)
            and isinstance(item, LayerItem)
            and all(node.name in self.growing for node in item.nodes.values())
        )

    def of_piece(self, piece: ListPiece) -> tuple[int, ...]:
        """The skeletons of the items of a piece, the first of which may take anything: the piece
        is given that.
        """
        tokens = self.of_list(piece.seq)[piece.start : piece.stop]
        first = piece.items[0]
        if len(first.slots) != 1:
            return tokens
        return (self._number((self.of_item(first), (True,))), *tokens[1:])

    def of_item(self, item: Item) -> int:
        """The skeleton of an item by itself."""
        if item not in self._items:
            self._items[item] = self._number(self._parts(item))
        return self._items[item]

    def _parts(self, item: Item) -> Hashable:
        own: Hashable = type(item).__name__
        if isinstance(item, LayerItem):
            kinds, slots, *others = layer_skeleton(item)
            return (own, kinds, ANY if self._grows(item) else slots, *others)
        if isinstance(item, CallItem):
            return own, item.block
        if isinstance(item, OutputItem):
            return own, output_word(item) or id(item), self.of_list(item.body)
        if isinstance(item, BranchesItem):
            merge = layer_skeleton(item.merge)
            return own, merge, tuple(self.of_list(path) for path in item.paths)
        return own, tuple(self.of_list(inner) for inner in lists_in(item))

    def _number(self, parts: Hashable) -> int:
        return self._numbers.setdefault(parts, len(self._numbers))

    # --- exactly

    def tell_by_act(self) -> None:
        """Have items the same text from now on that differ from act to act, but in the same way."""
        self.by_act = True
        self._exact.clear()
        self._exact_lists.clear()

    def exact(self, item: Item) -> Hashable:
        """What two items share that have the same text, in lists of the same acts."""
        if item not in self._exact:
            self._exact[item] = self._number(("exact", self.of_item(item), self._values(item)))
        return self._exact[item]

    def exact_list(self, seq: Seq) -> tuple[Hashable, ...]:
        """What two lists share whose items have the same texts."""
        if seq not in self._exact_lists:
            self._exact_lists[seq] = tuple(map(self.exact, seq.items))
        return self._exact_lists[seq]

    def _values(self, item: Item) -> Hashable:
        if isinstance(item, LayerItem):
            columns = self.columns.of(item)
            constant = self.by_act or all(is_constant(column) for column in columns.values())
            values = tuple((key, _column(column)) for key, column in columns.items())
            return (values, *_owners(item)) if constant and len(_owners(item)) < 2 else id(item)
        if isinstance(item, CallItem | OutputItem):
            return id(item)
        inner: Any = [tuple(self.exact(one) for one in seq.items) for seq in lists_in(item)]
        if isinstance(item, BranchesItem):
            inner.append(self.exact(item.merge))
        if isinstance(item, RepeatItem):
            counts = {len(row) for row in item.rounds.values()}
            inner.append(counts.pop() if len(counts) == 1 else id(item))
        return tuple(inner)


def _column(column: Values) -> Hashable:
    """A column as a value: its only one, or what it is in each act."""
    return only_value(column) if is_constant(column) else frozenset(column.items())


def growing_merges(graph: Graph) -> frozenset[str]:
    """The merges that take what another takes and one more tensor, at either end, as each layer of
    a DenseNet takes what all before it gave; where there are several in a row.
    """
    merges = [
        node
        for node in graph.nodes
        if node.layer.family() == "merging" and len(node.inputs) > 1 and not node.roles
    ]
    names = {(node.layer.kind(), node.inputs): node.name for node in merges}
    before: dict[str, str] = {}
    for node in merges:
        for part in (node.inputs[:-1], node.inputs[1:]):
            if name := names.get((node.layer.kind(), part)):
                before[node.name] = name
    return frozenset(
        name
        for last, middle in before.items()
        if (first := before.get(middle))
        for name in (last, middle, first)
    )


def layer_skeleton(leaf: LayerItem) -> tuple[Hashable, ...]:
    """The kinds of a layer's item, its inputs, and whether it uses the layer of another."""
    kinds = {node.layer.kind() for node in leaf.nodes.values()}
    roles = {node.roles for node in leaf.nodes.values()}
    return tuple(sorted(kinds)), len(leaf.slots), tuple(sorted(roles)), _owners(leaf) != {""}


def _owners(leaf: LayerItem) -> set[str]:
    """The layers that a layer's item uses, empty where it uses its own."""
    return {node.weights_of or "" for node in leaf.nodes.values()}
