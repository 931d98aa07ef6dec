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
from archspec.reading.naming import ACTIVATIONS
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

    def forget(self) -> None:
        """Forget what depends on the arguments of blocks, which have changed."""
        self._saved.clear()
        self._stretches.clear()

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
        return _traced(self._table(first, second, free=False), len(second.items))

    def stretches(self, first: Seq, second: Seq, least: float) -> list[Alignment]:
        """The stretches of the second list that are best aligned with the whole first one and save
        at least so much, none overlapping another, the best first.
        """
        key = (first, self.skeletons.exact_list(second), second.takes_prev, least)
        if key not in self._stretches:
            self._stretches[key] = self._best_stretches(first, second, least)
        return self._stretches[key]

    def _best_stretches(self, first: Seq, second: Seq, least: float) -> list[Alignment]:
        table = self._table(first, second, free=True)
        ends = [(max(cell), j) for j, cell in enumerate(zip(*table[-1][:3], strict=True))]
        chosen: list[Alignment] = []
        for score, end in sorted(ends, key=lambda pair: (-pair[0], pair[1])):
            if score < least:
                break
            hit = _traced(table, end)
            if hit.stop > hit.start and not any(
                hit.start < other.stop and other.start < hit.stop for other in chosen
            ):
                chosen.append(hit)
        return chosen

    def _table(self, first: Seq, second: Seq, *, free: bool) -> list[AlignmentRow]:
        """For each part of the first list a row: for each part of the second one the best score of
        an alignment that ends in a pair, in an item of the first list alone, and in one of the
        second alone. The second list may begin anywhere where it is ``free``.
        """
        scores = self._scores(first, second, free=free)
        width = len(second.items) + 1
        start = [0.0] * width if free else [0.0, *([IMPOSSIBLE] * (width - 1))]
        none = [IMPOSSIBLE] * width
        right = none if free else [IMPOSSIBLE, *([-prices.CONDITION] * (width - 1))]
        states = [PAIR, PAIR, *([RIGHT] * (width - 2))] if width > 1 else [PAIR]
        table: list[AlignmentRow] = [
            AlignmentRow(start, none, right, [PAIR] * width, [PAIR] * width, states)
        ]
        for item, row in zip(first.items, scores, strict=True):
            optional = len(item.acts) < len(first.acts)
            table.append(_next_row(table[-1], row, 0.0 if optional else -prices.CONDITION))
        return table

    def _scores(self, first: Seq, second: Seq, *, free: bool) -> list[list[float]]:
        """What each two items save."""
        rows = []
        others = list(zip(second.items, second.takes_prev, strict=True))
        for n, (item, prev) in enumerate(zip(first.items, first.takes_prev, strict=True)):
            begins = n == 0 and free and prev == (True,)  # what begins a piece may take anything
            rows.append(
                [
                    self.saved(item, other)
                    if prev == other_prev or (begins and len(other_prev) == 1)
                    else IMPOSSIBLE
                    for other, other_prev in others
                ]
            )
        return rows

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


PAIR, LEFT, RIGHT = 0, 1, 2
"""What an alignment ends in: a pair, an item of the first list alone, or of the second alone."""


class AlignmentRow(NamedTuple):
    """A row of a table: for each way to end the scores, and for each the way that led there."""

    pair: list[float]
    left: list[float]
    right: list[float]
    pair_from: list[int]
    left_from: list[int]
    right_from: list[int]


def _next_row(above: AlignmentRow, scores: list[float], opening: float) -> AlignmentRow:
    """The row of one more item of the first list, which costs so much where it is alone."""
    row = AlignmentRow([IMPOSSIBLE], [], [IMPOSSIBLE], [PAIR], [], [PAIR])
    for up_pair, up_left, up_right in zip(above.pair, above.left, above.right, strict=True):
        best, state = up_left, LEFT
        if up_pair + opening >= best:
            best, state = up_pair + opening, PAIR
        if up_right + opening > best:
            best, state = up_right + opening, RIGHT
        row.left.append(best)
        row.left_from.append(state)
    for j, score in enumerate(scores):
        best, state = above.pair[j], PAIR
        if above.left[j] > best:
            best, state = above.left[j], LEFT
        if above.right[j] > best:
            best, state = above.right[j], RIGHT
        row.pair.append(best + score)
        row.pair_from.append(state)
        best, state = row.right[j], RIGHT
        if row.pair[j] - prices.CONDITION >= best:
            best, state = row.pair[j] - prices.CONDITION, PAIR
        if row.left[j] - prices.CONDITION > best:
            best, state = row.left[j] - prices.CONDITION, LEFT
        row.right.append(best)
        row.right_from.append(state)
    return row


def _traced(table: list[AlignmentRow], stop: int) -> Alignment:
    """The alignment of the first list with what ends after so many items of the second one."""
    i, j = len(table) - 1, stop
    ends = (table[i].pair[j], table[i].left[j], table[i].right[j])
    score = max(ends)
    if score == IMPOSSIBLE:
        return Alignment(IMPOSSIBLE, j, j, ())
    state = ends.index(score)
    pairs: list[Pair] = []
    while i or (state == RIGHT and j):
        row = table[i]
        if state == PAIR:
            state = row.pair_from[j]
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif state == LEFT:
            state = row.left_from[j]
            i -= 1
            pairs.append((i, None))
        else:
            state = row.right_from[j]
            j -= 1
            pairs.append((None, j))
    return Alignment(score, j, stop, tuple(reversed(pairs)))


def are_activations(first: Item, second: Item) -> bool:
    """Whether both items are activations, of which one may stand where the other does."""
    if not isinstance(first, LayerItem) or not isinstance(second, LayerItem):
        return False
    kinds = {node.layer.kind() for item in (first, second) for node in item.nodes.values()}
    return kinds <= ACTIVATIONS
