"""Alignment: two lists that are alike, but not the same → which item of one is which of the other,
and one list that stands for both, in which items that only one has are optional.

The score is what the text saves: what an item of the second list costs, where an item of the first
says the same, less the settings in which they differ, and less a condition for each run of items
that only one has. Within branches the same is done path by path.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from archspec.reading import prices
from archspec.reading.layer_columns import LayerColumns
from archspec.reading.pricing import Pricing
from archspec.reading.skeletons import Skeletons, layer_skeleton
from archspec.reading.tree import (
    BranchesItem,
    Item,
    LayerItem,
    Seq,
    joined,
)

Pair = tuple[int | None, int | None]
"""An item of the first list and one of the second, by number; ``None`` where one has none."""

IMPOSSIBLE = float("-inf")


class Alignment(NamedTuple):
    """A stretch of a list that is alike a whole other list: how much it saves, and where it is."""

    score: float
    start: int
    stop: int
    pairs: tuple[Pair, ...]


@dataclass
class Aligner:
    """Alignments in one network; what two items save is worked out once for each two texts."""

    skeletons: Skeletons
    pricing: Pricing
    columns: LayerColumns
    _saved: dict[Hashable, float] = field(default_factory=dict)
    _stretches: dict[Hashable, list[Alignment]] = field(default_factory=dict)

    # --- pairs of items

    def saved(self, first: Item, second: Item) -> float:
        """What is saved where the first item says what the second does."""
        key = (self.skeletons.exact(first), self.skeletons.exact(second))
        if key not in self._saved:
            self._saved[key] = self._pair(first, second)
        return self._saved[key]

    def _pair(self, first: Item, second: Item) -> float:
        if isinstance(first, LayerItem) and isinstance(second, LayerItem):
            if layer_skeleton(first) != layer_skeleton(second):
                return -prices.ALTERNATIVE if are_activations(first, second) else IMPOSSIBLE
            return self.pricing.item(second) - self._differences(first, second)
        if isinstance(first, BranchesItem) and isinstance(second, BranchesItem):
            return self._branches(first, second)
        if self.skeletons.of_item(first) != self.skeletons.of_item(second):
            return IMPOSSIBLE
        return 0.75 * self.pricing.item(second)

    def _differences(self, first: LayerItem, second: LayerItem) -> float:
        """What the settings cost in which two layers differ; little where the first has several
        values already, since then a variable stands for them.
        """
        mine, others = self.columns.of(first), self.columns.of(second)
        cost = 0.0
        for key in mine.keys() | others.keys():
            values, more = set(mine.get(key, {}).values()), set(others.get(key, {}).values())
            if values != more:
                cost += prices.DIFFERENCE if len(values) == 1 else prices.FURTHER_DIFFERENCE
        return cost

    def _branches(self, first: BranchesItem, second: BranchesItem) -> float:
        if len(first.paths) != len(second.paths):
            return IMPOSSIBLE
        merges = {layer_skeleton(item.merge) for item in (first, second) if item.merge.nodes}
        if len(merges) > 1:
            return IMPOSSIBLE
        paths = zip(first.paths, second.paths, strict=True)
        scores = [self.whole(a, b).score for a, b in paths]
        return prices.BRANCHING + sum(prices.PATH + score for score in scores)

    # --- lists

    def whole(self, first: Seq, second: Seq) -> Alignment:
        """The best alignment of two whole lists."""
        rows = self._table(first, second, free=False)
        return self._traced(rows, len(first.items), len(second.items))

    def stretches(self, first: Seq, second: Seq, least: float) -> list[Alignment]:
        """The stretches of the second list that are best aligned with the whole first one and save
        at least so much, none overlapping another, the best first.
        """
        key = (first, tuple(map(self.skeletons.exact, second.items)), second.takes_prev, least)
        if key not in self._stretches:
            self._stretches[key] = self._best_stretches(first, second, least)
        return self._stretches[key]

    def _best_stretches(self, first: Seq, second: Seq, least: float) -> list[Alignment]:
        rows = self._table(first, second, free=True)
        height = len(first.items)
        ends = [(max(cell[0] for cell in rows[height][j]), j) for j in range(len(second.items) + 1)]
        chosen: list[Alignment] = []
        for score, end in sorted(ends, key=lambda pair: (-pair[0], pair[1])):
            if score < least:
                break
            hit = self._traced(rows, height, end)
            if hit.stop > hit.start and not any(
                hit.start < other.stop and other.start < hit.stop for other in chosen
            ):
                chosen.append(hit)
        return chosen

    def _table(self, first: Seq, second: Seq, *, free: bool) -> list[list[list[Cell]]]:
        """For each part of both lists the best score of an alignment that ends in a pair, in an
        item of the first list alone, and in one of the second alone.
        """
        left, right = first.takes_prev, second.takes_prev
        optional = [len(item.acts) < len(first.acts) for item in first.items]
        rows: list[list[list[Cell]]] = []
        for i in range(len(left) + 1):
            row: list[list[Cell]] = []
            for j in range(len(right) + 1):
                cells = [NO_CELL, NO_CELL, NO_CELL]
                if i == 0 and (j == 0 or free):
                    cells[PAIR] = (0.0, PAIR)
                if i and j and left[i - 1] == right[j - 1]:
                    score = self.saved(first.items[i - 1], second.items[j - 1])
                    cells[PAIR] = _stepped(rows[i - 1][j - 1], (0, 0, 0), score)
                if i:
                    opened = 0.0 if optional[i - 1] else -prices.CONDITION
                    cells[LEFT] = _stepped(rows[i - 1][j], (opened, 0, opened), 0.0)
                if j:
                    opened = -prices.CONDITION
                    cells[RIGHT] = _stepped(row[j - 1], (opened, opened, 0), 0.0)
                    if i == 0 and free:
                        cells[RIGHT] = NO_CELL
                row.append(cells)
            rows.append(row)
        return rows

    def _traced(self, rows: list[list[list[Cell]]], i: int, j: int) -> Alignment:
        """The alignment that ends after so many items of both lists."""
        state = max(range(3), key=lambda n: rows[i][j][n][0])
        score, stop = rows[i][j][state][0], j
        if score == IMPOSSIBLE:
            return Alignment(IMPOSSIBLE, j, j, ())
        pairs: list[Pair] = []
        while i or (state == RIGHT and j):
            before = rows[i][j][state][1]
            if state == PAIR:
                i, j = i - 1, j - 1
                pairs.append((i, j))
            elif state == LEFT:
                i -= 1
                pairs.append((i, None))
            else:
                j -= 1
                pairs.append((None, j))
            state = before
        return Alignment(score, j, stop, tuple(reversed(pairs)))

    # --- one list for both

    def merged(self, first: Seq, second: Seq) -> Seq:
        """Two lists that have no act in common as one."""
        pairs = self.whole(first, second).pairs
        items = [item for pair in pairs for item in self._merged_pair(first, second, pair)]
        return Seq(tuple(items), {**first.inp, **second.inp})

    def _merged_pair(self, first: Seq, second: Seq, pair: Pair) -> list[Item]:
        one = None if pair[0] is None else first.items[pair[0]]
        two = None if pair[1] is None else second.items[pair[1]]
        if one is None or two is None:
            alone = one or two
            assert alone is not None
            return [alone]
        if are_activations(one, two) and self.skeletons.of_item(one) != self.skeletons.of_item(two):
            return [one, two]
        if isinstance(one, BranchesItem) and isinstance(two, BranchesItem):
            paths = zip(one.paths, two.paths, strict=True)
            merge = LayerItem({**one.merge.nodes, **two.merge.nodes})
            return [BranchesItem(tuple(self.merged(a, b) for a, b in paths), merge)]
        return [joined([Seq((one,), {}), Seq((two,), {})]).items[0]]


Cell = tuple[float, int]
"""A score, and the state before."""

PAIR, LEFT, RIGHT = 0, 1, 2
NO_CELL: Cell = (IMPOSSIBLE, PAIR)


def _stepped(cells: list[Cell], costs: tuple[float, float, float], score: float) -> Cell:
    """The best way to a cell from the states before."""
    best, state = max((cells[n][0] + costs[n], -n) for n in range(3))
    return best + score, -state


ACTIVATIONS = frozenset({"Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax"})
"""Kinds that stand for each other in blocks of different networks."""


def are_activations(first: Item, second: Item) -> bool:
    """Whether both items are activations, of which one may stand where the other does."""
    if not isinstance(first, LayerItem) or not isinstance(second, LayerItem):
        return False
    kinds = {node.layer.kind() for item in (first, second) for node in item.nodes.values()}
    return kinds <= ACTIVATIONS
