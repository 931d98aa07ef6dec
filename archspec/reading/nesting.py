"""Lists that hold a copy of themselves further in, as an hourglass holds a smaller one: a tree in;
what a block that calls itself would be, and all that it would stand for, out.

What such a block is made of is seen where one branching holds another of its sort: the outer one
with a hole where the inner one stands. It is one if the inner one is the same with the same hole,
and so on down to the innermost, in the hole of which stands something else, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple, TypeAlias

from archspec.reading.edits import lists
from archspec.reading.pieces import NOTHING_TAKEN, ListPiece, PiecesApart, taken
from archspec.reading.skeletons import Skeletons, layer_skeleton
from archspec.reading.tree import (
    BranchesItem,
    GroupItem,
    Item,
    Seq,
    Tree,
    lists_below,
    lists_in,
)

HOLE = "hole"
"""Where a block calls itself."""

FEWEST_LEVELS = 3
"""Levels from which on what holds itself is said by a block that calls itself."""

MOST_BESIDE = 8
"""Items before, and behind, a branching that belong to what holds itself with it."""

MOST_TRIED = 48
"""Pairs of branchings that are looked at in one tree."""


class HoledItem(NamedTuple):
    """A branching or a group that has holes within: its wiring, what it is by itself, its lists."""

    wiring: tuple[bool, ...]
    own: Hashable
    lists: tuple[HoledList, ...]

    @property
    def is_branching(self) -> bool:
        """Whether the lists are paths of a branching."""
        return isinstance(self.own, tuple)


Part: TypeAlias = "int | str | HoledItem"
"""An item by its skeleton, a hole, or an item with holes within."""

HoledList: TypeAlias = "tuple[Part, ...]"


class Level(NamedTuple):
    """A piece that a block which calls itself stands for, and the pieces in its holes, in the order
    of the text. The innermost (``is_last``) stand for what there is instead of a further level.
    """

    piece: ListPiece
    inner: tuple[Level, ...]
    is_last: bool = False

    @property
    def levels(self) -> Iterator[Level]:
        """This level and all further in."""
        yield self
        for level in self.inner:
            yield from level.levels

    @property
    def height(self) -> int:
        """The levels from here to the innermost, which is 0 where there is nothing in its place."""
        if self.is_last:
            return 1 if self.piece.items else 0
        return 1 + max(level.height for level in self.inner)


class Nested(NamedTuple):
    """A block that would call itself: its list with holes, the outermost pieces that it would stand
    for, and the skeletons of what stands in the innermost holes.
    """

    pattern: HoledList
    roots: tuple[Level, ...]
    last: tuple[int, ...]

    @property
    def levels(self) -> int:
        """How many levels there are around others, in all pieces together."""
        return sum(not level.is_last for root in self.roots for level in root.levels)

    @property
    def covered(self) -> int:
        """How many items the block stands for in place of itself."""
        pieces = [level.piece for root in self.roots for level in root.levels]
        return sum(len(piece.items) for piece in pieces) - len(self.pattern)


def nested(tree: Tree, skeletons: Skeletons) -> Iterator[Nested]:
    """The blocks of a tree that would call themselves."""
    seen: set[Hashable] = set()
    for outer, hole in _pairs(tree, skeletons):
        for wider, wider_hole in _widened(skeletons, outer, hole):
            pattern = _with_holes(skeletons, wider, wider_hole)
            matcher = NestMatcher(skeletons, pattern)
            if pattern in seen or not matcher.level(wider_hole.seq, wider_hole.start):
                continue
            seen.add(pattern)
            found = matcher.everywhere(tree)
            if found is not None:
                yield found


def _pairs(tree: Tree, skeletons: Skeletons) -> Iterator[tuple[ListPiece, ListPiece]]:
    """Branchings that hold one of the same merge and as many paths, each two skeletons once."""
    seen: set[tuple[int, int]] = set()
    for seq in lists(tree):
        for n, outer in enumerate(seq.items):
            if not isinstance(outer, BranchesItem):
                continue
            for inner_seq in lists_below(outer):
                for m, inner in enumerate(inner_seq.items):
                    if not isinstance(inner, BranchesItem) or _own(inner) != _own(outer):
                        continue
                    key = (skeletons.of_item(outer), skeletons.of_item(inner))
                    if key not in seen and len(seen) < MOST_TRIED:
                        seen.add(key)
                        yield ListPiece(seq, n, n + 1), ListPiece(inner_seq, m, m + 1)


def _widened(
    skeletons: Skeletons, outer: ListPiece, hole: ListPiece
) -> list[tuple[ListPiece, ListPiece]]:
    """Two branchings with what both have before and behind them, or some of it. Where all that is
    on the path of one stands before it too, it is what holds itself, twice.
    """
    mine, others = skeletons.of_list(outer.seq), skeletons.of_list(hole.seq)
    before = _common(mine[: outer.start][::-1], others[: hole.start][::-1])
    behind = _common(mine[outer.stop :], others[hole.stop :])
    sides = product(range(min(before, MOST_BESIDE) + 1), range(min(behind, MOST_BESIDE) + 1))
    wider = [(_wider(outer, *side), _wider(hole, *side)) for side in sides]
    whole = ListPiece(hole.seq, 0, len(others))
    if others and mine[: outer.start][-len(others) :] == others:
        return [(_wider(outer, len(others), behind), whole), *wider]
    return wider


def _wider(piece: ListPiece, before: int, behind: int) -> ListPiece:
    return ListPiece(piece.seq, piece.start - before, piece.stop + behind)


def _common(first: Sequence[int], second: Sequence[int]) -> int:
    """How many elements two rows begin with that are the same."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


def _own(item: Item) -> Hashable:
    """What a branching or a group is, but for its lists."""
    if isinstance(item, BranchesItem):
        return "branches", len(item.paths), layer_skeleton(item.merge)
    return type(item).__name__


def _with_holes(skeletons: Skeletons, piece: ListPiece, hole: ListPiece) -> HoledList:
    """A piece with a hole for each that is like the one in a hole: below its items, and, where it
    is longer than that one, among them.
    """
    wanted = skeletons.of_list(hole.seq)[hole.start : hole.stop]
    seq = piece.seq.window(piece.start, piece.stop)
    return _holed(skeletons, wanted, seq, among=len(piece.items) > len(wanted))


def _holed(
    skeletons: Skeletons, wanted: Sequence[int], seq: Seq, *, among: bool = True
) -> HoledList:
    tokens = skeletons.of_list(seq)
    parts: list[Part] = []
    at = 0
    while at < len(tokens):
        if among and tokens[at : at + len(wanted)] == wanted:
            parts.append(HOLE)
            at += len(wanted)
        else:
            parts.append(_holed_item(skeletons, wanted, seq, at))
            at += 1
    return tuple(parts)


def _holed_item(skeletons: Skeletons, wanted: Sequence[int], seq: Seq, index: int) -> Part:
    item = seq.items[index]
    if isinstance(item, BranchesItem | GroupItem):
        rows = tuple(_holed(skeletons, wanted, inner) for inner in lists_in(item))
        if any(not isinstance(part, int) for row in rows for part in row):
            return HoledItem(seq.takes_prev[index], _own(item), rows)
    return skeletons.of_list(seq)[index]


@dataclass
class NestMatcher:
    """Looks for the pieces that a list with holes fits. ``last`` are the skeletons of what stands
    in the innermost holes, once one is found.
    """

    skeletons: Skeletons
    pattern: HoledList
    last: tuple[int, ...] | None = None
    _levels: dict[tuple[Seq, int], Level | None] = field(default_factory=dict)

    def everywhere(self, tree: Tree) -> Nested | None:
        """All pieces that the list fits and that hold others; ``None`` where there are too few
        levels, or they take anything by name.
        """
        roots: list[Level] = []
        apart = PiecesApart()
        for seq in reversed([*lists(tree)]):
            for n in range(len(seq.items)):
                level = self.level(seq, n)
                if level is None or level.height < 2 or not apart.may_have(level.piece):
                    continue
                if not _stands_alone(level.piece):
                    return None
                apart.add(level.piece)
                roots.append(level)
        highest = max((level.height for level in roots), default=0)
        if highest < FEWEST_LEVELS or self.last is None:
            return None
        return Nested(self.pattern, tuple(roots), self.last)

    def level(self, seq: Seq, start: int) -> Level | None:
        """The piece from an item on that the list fits."""
        if (seq, start) not in self._levels:
            self._levels[seq, start] = self._level(seq, start)
        return self._levels[seq, start]

    def _level(self, seq: Seq, start: int) -> Level | None:
        if self.pattern[0] == HOLE:
            return self._grown(seq, start)
        stop = start + len(self.pattern)
        if stop > len(seq.items):
            return None
        levels = self._further(self.pattern, seq, start)
        return None if levels is None else Level(ListPiece(seq, start, stop), tuple(levels))

    def _grown(self, seq: Seq, start: int) -> Level | None:
        """The longest piece from an item on that the list fits, where the list begins with a hole:
        the innermost level, and further and further ones around it.
        """
        own = next((part.own for part in self.pattern if isinstance(part, HoledItem)), None)
        ends = (at for at in range(start, len(seq.items)) if _own(seq.items[at]) == own)
        stop = next(ends, start)
        tokens = self.skeletons.of_list(seq)[start:stop]
        if not tokens or tokens != (self.last or tokens):
            return None
        rest = self.pattern[1:]
        level = Level(ListPiece(seq, start, stop), (), is_last=True)
        while (within := self._further(rest, seq, level.piece.stop)) is not None:
            stop = level.piece.stop + len(rest)
            level = Level(ListPiece(seq, start, stop), (level, *within))
        return None if level.is_last else level

    def _inside(self, pattern: HoledList, seq: Seq) -> list[Level] | None:
        """What stands in the holes of a whole list: further levels, or else the innermost."""
        further = self._further(pattern, seq, 0, len(seq.items))
        return self._innermost(pattern, seq) if further is None else further

    def _further(
        self, pattern: HoledList, seq: Seq, start: int, stop: int | None = None
    ) -> list[Level] | None:
        """The further levels in the holes of a list from an item on, up to one."""
        return self._filled(pattern, seq, start, lambda at: self.level(seq, at), stop)

    def _innermost(self, pattern: HoledList, seq: Seq) -> list[Level] | None:
        """The innermost levels in the holes of a whole list, which all have the same skeletons."""
        holes = pattern.count(HOLE)
        length, rest = divmod(len(seq.items) - len(pattern) + holes, max(holes, 1))
        if not holes or rest or length < 0:
            return None
        return self._filled(pattern, seq, 0, lambda at: self._last(seq, at, at + length))

    def _last(self, seq: Seq, start: int, stop: int) -> Level | None:
        """Some items as an innermost level, which has the skeletons of all others."""
        tokens = self.skeletons.of_list(seq)[start:stop]
        self.last = tokens if self.last is None else self.last
        return Level(ListPiece(seq, start, stop), (), is_last=True) if tokens == self.last else None

    def _filled(
        self,
        pattern: HoledList,
        seq: Seq,
        start: int,
        in_hole: Callable[[int], Level | None],
        stop: int | None = None,
    ) -> list[Level] | None:
        """The levels in the holes of a list from an item on, up to one; ``in_hole`` gives what
        stands in a hole from an item on.
        """
        levels: list[Level] = []
        at = start
        for part in pattern:
            if part == HOLE:
                level = in_hole(at)
                if level is None:
                    return None
                levels.append(level)
                at = level.piece.stop
                continue
            within = self._item(part, seq, at) if at < len(seq.items) else None
            if within is None:
                return None
            levels += within
            at += 1
        return levels if stop in (None, at) else None

    def _item(self, part: Part, seq: Seq, index: int) -> list[Level] | None:
        """The levels in the holes within an item; ``None`` where it is another."""
        if not isinstance(part, HoledItem):
            return [] if self.skeletons.of_list(seq)[index] == part else None
        item = seq.items[index]
        if not isinstance(item, BranchesItem | GroupItem):
            return None
        if seq.takes_prev[index] != part.wiring or _own(item) != part.own:
            return None
        levels: list[Level] = []
        for pattern, inner in zip(part.lists, lists_in(item), strict=True):
            if any(not isinstance(one, int) for one in pattern):
                within = self._inside(pattern, inner)
                if within is None:
                    return None
                levels += within
            elif self.skeletons.of_list(inner) != pattern:
                return None
        return levels


def _stands_alone(piece: ListPiece) -> bool:
    """Whether a piece is there whenever its list is, and takes nothing by name."""
    return (
        len(piece.acts) == len(piece.seq.acts)
        and piece.seq.is_prev(piece.start)
        and taken(piece.own) == NOTHING_TAKEN
    )
