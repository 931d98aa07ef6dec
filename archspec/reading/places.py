"""A `Tree` → where everything stands in it: the lists around each item, and the item that gives a
tensor.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from archspec.reading.tree import (
    Act,
    BranchesItem,
    CallItem,
    Item,
    LayerItem,
    OutputItem,
    RepeatItem,
    ReuseItem,
    Seq,
    Tree,
    lists_in,
    walk,
)


class Standing(NamedTuple):
    """An item of a list in one act of the list."""

    seq: Seq
    index: int  # type: ignore[assignment]  # hides a method of tuples that is not called
    act: Act

    @property
    def item(self) -> Item:
        """The item."""
        return self.seq.items[self.index]


class Places:
    """``block_of`` has the block of each list at the top of one."""

    def __init__(self, tree: Tree) -> None:
        self.block_of = {block.body: name for name, block in tree.blocks.items()}
        self._rounds: dict[tuple[Seq, Act], int] = {}
        self._around: dict[Seq, tuple[Seq, int]] = {}
        self._round_in: dict[tuple[Seq, Act], Act] = {}
        self._call_of: dict[tuple[str, Act], Standing] = {}
        self._giver: dict[str, Standing] = {}
        for seq in (tree.main, *self.block_of):
            for around, index, item in walk(seq):
                self._add(around, index, item)

    def _add(self, around: Seq, index: int, item: Item) -> None:
        for inner in lists_in(item):
            self._around[inner] = (around, index)
        layer = item.merge if isinstance(item, BranchesItem) else item
        if isinstance(layer, LayerItem):
            for act, node in layer.nodes.items():
                self._giver[node.name] = Standing(around, index, act)
        if isinstance(item, RepeatItem):
            for outer, row in item.rounds.items():
                for number, act in enumerate(row, 1):
                    self._rounds[item.body, act] = number
                    self._round_in[item.body, act] = outer
        if isinstance(item, CallItem):
            for act, to in item.to.items():
                self._call_of[item.block, to] = Standing(around, index, act)

    def giver(self, node: str) -> Standing:
        """The layer that a node is, or the branches that it merges."""
        return self._giver[node]

    def around(self, standing: Standing, *, calls: bool) -> Iterator[Standing]:
        """An item, and the items that hold it, outward to the edge of its block or, through the
        ``calls``, to the end.
        """
        yield standing
        while True:
            seq, _, act = standing
            if seq in self._around:
                outer, index = self._around[seq]
                standing = Standing(outer, index, self._round_in.get((seq, act), act))
            elif calls and seq in self.block_of:
                standing = self._call_of[self.block_of[seq], act]
            else:
                return
            yield standing

    def round_of(self, standing: Standing) -> int | None:
        """The number, from 1, of the round that an item of the body of a repetition is in."""
        return self._rounds.get((standing.seq, standing.act))


def is_end(standing: Standing, tensor: str) -> bool:
    """Whether an item gives a tensor as what its name stands for."""
    item = standing.item
    return not isinstance(item, OutputItem) and item.out.get(standing.act) == tensor


def outside_reuse(top: Seq) -> Iterator[tuple[Seq, int, Item]]:
    """The items of which the text is written: none within a group that is used again."""
    inside: set[Seq] = set()
    for seq, index, item in walk(top):
        if seq in inside:
            inside.update(lists_in(item))
            continue
        if isinstance(item, ReuseItem):
            inside.add(item.body)
        yield seq, index, item
