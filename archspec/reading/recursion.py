"""A block that would call itself → the block and its calls, as a move of the search for folds.

The innermost level is another than those around it. Where it is what a level is without what is
further in, it is a call like all others, in which that is not there: the two convolutions at the
bottom of a U-Net, the single path of a FractalNet. Otherwise it stands where the block would call
itself once more: the third residual block at the bottom of an hourglass, or nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from archspec.reading import prices
from archspec.reading.calls import called_in
from archspec.reading.edits import Edit
from archspec.reading.layer_columns import LayerColumns
from archspec.reading.moves import Move, new_name
from archspec.reading.nesting import HOLE, HoledItem, HoledList, Level, Nested, Part, nested
from archspec.reading.pieces import repeat_of
from archspec.reading.pricing import Pricing
from archspec.reading.skeletons import Skeletons
from archspec.reading.tree import (
    Act,
    BranchesItem,
    CallItem,
    Column,
    GroupItem,
    Item,
    LayerItem,
    OutputItem,
    RepeatItem,
    Seq,
    SharedBlock,
    Tree,
    joined,
    lists_in,
    moved,
    renamed,
    with_lists,
)


def recursions(tree: Tree, skeletons: Skeletons, pricing: Pricing) -> list[Move]:
    """The blocks of a tree that would call themselves and save anything, those first that save
    most: of all with as many levels as any.
    """
    name = new_name(tree)
    every = [*nested(tree, skeletons)]
    most = max((found.levels for found in every), default=0)
    whole = [found for found in every if found.levels == most]
    moves = [
        move
        for found in sorted(whole, key=lambda found: -found.covered)[: prices.TRIALS]
        for ends in _ends(found)
        if (move := _move(found, ends, name, pricing))
    ]
    return sorted(moves, key=lambda move: -round(move.gain, 6))


def holds_itself(tree: Tree) -> bool:
    """Whether a block of a tree may call itself, before anything is folded."""
    return any(True for _ in nested(tree, Skeletons(LayerColumns(tree.graph))))


def recursive_blocks(tree: Tree) -> set[str]:
    """The blocks that call themselves."""
    return {name for name, block in tree.blocks.items() if name in called_in(block.body)}


def _move(found: Nested, ends: End, name: str, pricing: Pricing) -> Move | None:
    """The change that makes a block that calls itself."""
    made = _Maker(found, ends, name)
    calls = [made.call(root) for root in found.roots]
    try:
        block = made.block()
    except ValueError:  # levels that are no list together
        return None
    price, arguments = pricing.block(block.body)
    if price == inf:
        return None
    pieces = [root.piece for root in found.roots]
    after = price + pricing.calls(calls, arguments)
    gain = sum(map(pricing.piece, pieces)) - after
    if gain <= prices.LEAST_GAIN:
        return None
    gain += prices.PART_OF_LEVEL * len(found.pattern)
    edits = tuple(Edit(piece, (call,)) for piece, call in zip(pieces, calls, strict=True))
    return Move(gain, edits, {name: block}, {name: arguments})


# --- the innermost level


class End(NamedTuple):
    """How the innermost level is written. ``called``: it is a call of the block, in which there are
    of the list's items those in ``items``, and, of the branching ``at``, the path ``path`` alone;
    or nothing of it, but what is in the innermost alone. Else it stands where a call would.
    """

    called: bool
    items: tuple[int, ...] = ()
    at: int = -1
    path: int = -1

    @property
    def is_part(self) -> bool:
        """Whether the innermost level is some of the list's items."""
        return bool(self.items) or self.at >= 0


def _ends(found: Nested) -> Iterator[End]:
    """The ways to write the innermost level."""
    if not found.last:
        yield End(called=False)
        return
    kept = _part_of(found.pattern, found.last)
    if kept is not None:
        yield End(True, kept)
    for at, part in enumerate(found.pattern):
        if isinstance(part, HoledItem) and part.is_branching:
            before, behind = found.pattern[:at], found.pattern[at + 1 :]
            others = (*range(at), *range(at + 1, len(found.pattern)))
            for number, path in enumerate(part.lists):
                if (*before, *path, *behind) == found.last:
                    yield End(True, others, at, number)
    yield End(called=_holes(found.pattern) > 1)


def _part_of(pattern: HoledList, last: Sequence[int]) -> tuple[int, ...] | None:
    """The numbers of a list's items that the innermost level is, if it is some of them."""
    numbers: list[int] = []
    for number, part in enumerate(pattern):
        if len(numbers) < len(last) and part == last[len(numbers)]:
            numbers.append(number)
    return tuple(numbers) if len(numbers) == len(last) else None


def _holes(pattern: HoledList) -> int:
    inner = [row for part in pattern if isinstance(part, HoledItem) for row in part.lists]
    return pattern.count(HOLE) + sum(map(_holes, inner))


# --- the block


@dataclass
class _Maker:
    """Makes the body of a block that calls itself, level by level."""

    found: Nested
    ends: End
    name: str
    bodies: list[Seq] = field(default_factory=list)
    ended: list[tuple[Level, Mapping[Act, Act]]] = field(default_factory=list)

    def call(self, level: Level, acts: Mapping[Act, Act] | None = None) -> CallItem:
        """The call that stands for a level, in its list; ``acts`` are what the acts of that list
        are called where the call stands.
        """
        seq, start, stop = level.piece
        inner = {act: Act() for act in seq.acts}
        if level.is_last:
            self.ended.append((level, inner))
        else:
            items = self._items(self.found.pattern, seq, start, iter(level.inner), inner)
            self.bodies.append(Seq(tuple(items), moved(seq.before[start], inner)))
        here = acts or {act: act for act in seq.acts}
        to = {here[act]: inner[act] for act in seq.acts}
        given, gives = (moved(seq.before[at], here) for at in (start, stop))
        return CallItem(self.name, to, (given,), gives)

    def block(self) -> SharedBlock:
        """The block of all levels that were called."""
        template = self.bodies[0].items
        lasts = [self._last(level, acts, template) for level, acts in self.ended]
        if self.ends.called and not self.ends.is_part:  # the innermost is none of the list's items
            first = lasts[0].items[: len(self.found.last)]
            nothing = tuple(map(_emptied, first))
            self.bodies = [Seq((*nothing, *body.items), body.inp) for body in self.bodies]
        return SharedBlock(joined([*self.bodies, *lasts]))

    def _last(self, level: Level, acts: Mapping[Act, Act], template: Sequence[Item]) -> Seq:
        """An innermost level that is called, as a list of the body's items of which most are not
        there.
        """
        seq, start, _ = level.piece
        real = iter([_in_acts(item, seq, acts) for item in level.piece.items])
        inp = moved(seq.before[start], acts)
        if not self.ends.is_part:
            return Seq((*real, *map(_emptied, template)), inp)
        items: list[Item] = []
        for number, empty in enumerate(map(_emptied, template)):
            if number in self.ends.items:
                items.append(next(real))
            elif number == self.ends.at:
                assert isinstance(empty, BranchesItem)
                items.append(self._one_path(empty, real, moved(seq.before[start + number], acts)))
            else:
                items.append(empty)
        return Seq(tuple(items), inp)

    def _one_path(
        self, empty: BranchesItem, real: Iterator[Item], inp: Column[str]
    ) -> BranchesItem:
        """A branching of which one path is there."""
        paths = list(empty.paths)
        path = paths[self.ends.path]
        items = tuple(next(real) for _ in path.items)
        paths[self.ends.path] = Seq(items, inp)
        return BranchesItem(tuple(paths), empty.merge)

    # --- a level around others

    def _items(
        self,
        pattern: HoledList,
        seq: Seq,
        start: int,
        levels: Iterator[Level],
        acts: Mapping[Act, Act],
    ) -> Iterator[Item]:
        """The items of a list, in new acts, with calls in the holes."""
        at = start
        row: list[Level] = []
        for part in (*pattern, None):
            if part == HOLE:
                row.append(next(levels))
                at = row[-1].piece.stop
                continue
            if row:
                yield from self._calls(row, acts)
                row = []
            if part is not None:
                yield self._item(part, seq, at, levels, acts)
                at += 1

    def _item(
        self, part: Part, seq: Seq, index: int, levels: Iterator[Level], acts: Mapping[Act, Act]
    ) -> Item:
        item = seq.items[index]
        if not isinstance(part, HoledItem):
            return _in_acts(item, seq, acts)
        rows = [
            Seq(tuple(self._items(pattern, inner, 0, levels, acts)), moved(inner.inp, acts))
            for pattern, inner in zip(part.lists, lists_in(item), strict=True)
        ]
        if isinstance(item, BranchesItem):
            return BranchesItem(tuple(rows), LayerItem(moved(item.merge.nodes, acts)))
        return GroupItem(rows[0])

    def _calls(self, row: Sequence[Level], acts: Mapping[Act, Act]) -> Iterator[Item]:
        """What stands in holes that follow one another: calls, and what there is instead in the
        innermost level, of which one is not there.
        """
        if self.ends.called or not row[0].is_last:
            calls = [self.call(level, acts) for level in row]
            lists = [Seq((call,), call.slots[0]) for call in calls]
            yield calls[0] if len(calls) == 1 else repeat_of(lists)
            if not self.ends.called:
                yield from map(_emptied, self._last_items())
        else:
            empty = CallItem(self.name, {}, ({},), {})
            yield empty if len(row) == 1 else RepeatItem(Seq((empty,), {}), {})
            for level in row:
                yield from (_in_acts(item, level.piece.seq, acts) for item in level.piece.items)

    def _last_items(self) -> tuple[Item, ...]:
        """What stands in the innermost hole."""
        level = self.found.roots[0]
        while level.inner:
            level = max(level.inner, key=lambda one: one.height)
        return level.piece.items


def _in_acts(item: Item, seq: Seq, acts: Mapping[Act, Act]) -> Item:
    return renamed(Seq((item,), seq.inp), acts).items[0]


def _emptied(item: Item) -> Item:
    """An item that is never there."""
    match item:
        case LayerItem():
            return LayerItem({})
        case BranchesItem():
            return BranchesItem(tuple(map(_empty_list, item.paths)), LayerItem({}))
        case RepeatItem():
            return RepeatItem(_empty_list(item.body), {})
        case CallItem():
            return CallItem(item.block, {}, tuple({} for _ in item.slots), {})
        case OutputItem():
            return OutputItem(_empty_list(item.body), {})
        case _:
            return with_lists(item, _empty_list)


def _empty_list(seq: Seq) -> Seq:
    return Seq(tuple(map(_emptied, seq.items)), {})
