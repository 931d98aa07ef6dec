"""The pieces of a graph that stand before a vertex in one list → their order in the text: each as
late as what needs it allows, so that the pieces of cells that are alike stand in one order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

from archspec.reading.postdominators import PostDominators
from archspec.reading.tree import Item


@dataclass
class PieceOrder:
    """Orders pieces, each by the vertex at its end. Of each vertex ``takes`` has what it takes,
    ``users`` what takes it, ``extents`` the size of its feature map, ``None`` where it is no node,
    ``own`` its item, and ``ahead`` the vertices of which the pieces stand right before it. ``cut``
    has, for a vertex whose piece stands in two parts, the end of the first.
    """

    takes: Sequence[Sequence[int]]
    users: Sequence[Sequence[int]]
    below: PostDominators
    extents: Sequence[float | None]
    own: Mapping[int, Item]
    ahead: list[list[int]]
    cut: dict[int, int] = field(default_factory=dict)

    def scheduled(self, number: int, paths: set[int]) -> list[int]:
        """The vertices below one in the tree that are not among its branches, each as late as what
        needs it allows: so the pieces of cells that are alike stand in one order.
        """
        children = [one for one in self.below.children[number] if one not in paths]
        children += [self.cut[one] for one in self.below.children[number] if one in self.cut]
        if len(children) < 2:
            return children
        children = [part for one in children for part in self._parts(one)]
        waiting = {one: self._needing(one, number, paths) for one in children}
        needs: dict[int, list[int]] = {}
        for one, needing in waiting.items():
            for other in needing:
                needs.setdefault(other, []).append(one)
        order: list[int] = []
        lanes: set[int] = set()
        ready = deque([number])
        while ready:
            placed = ready.popleft()
            order.append(placed)
            free = []
            for one in needs.get(placed, ()):
                waiting[one].discard(placed)
                if not waiting[one]:
                    free.append(one)
            if self._are_lanes(free, number):
                lanes.update(free)
                ready.extend(sorted(free, key=self._extent))
            elif placed in lanes:
                ready.extendleft(free)
            else:
                ready.extend(sorted(free, key=lambda one: self._use(one, placed, number)))
        return order[:0:-1]

    def _are_lanes(self, pieces: list[int], number: int) -> bool:
        """Whether pieces before a vertex are of different sizes, each one merged as it is by
        another piece, while others take it too: the lanes of a network of several resolutions.
        """
        extents = {self.extents[one] for one in pieces} - {None}
        mergers = [
            {self._part_of(user, number) for user in self.users[one] if len(self.takes[user]) > 1}
            for one in pieces
        ]
        every = [part for merging in mergers for part in merging]
        alone = all(len(merging) < 2 for merging in mergers) and len(every) == len({*every})
        return alone and bool(every) and 1 < len(pieces) == len(extents)

    def _extent(self, one: int) -> float:
        return self.extents[one] or 0.0

    # --- parts of pieces

    def _parts(self, vertex: int) -> list[int]:
        """The piece of a vertex, or two: what it begins with up to its last merge, and the chain of
        several layers behind that, so that other pieces may stand between them.
        """
        end = vertex
        while len(self.ahead[end]) == 1 and len(self.own[end].slots) == 1:
            above = self.ahead[end][0]
            if self.extents[above] is None:
                break
            if len(self.takes[above]) > 1:
                if end == vertex:
                    break
                self.ahead[end] = []
                self.cut[vertex] = above
                return [above, vertex]
            end = above
        return [vertex]

    def _part_of(self, user: int, number: int) -> int:
        """The part of a piece before a vertex, or the vertex itself, in which another is."""
        part = self.below.branch_of(user, number)
        while part in self.cut and self.below.is_below(user, self.cut[part]):
            part = self.cut[part]
        return part

    def _needing(self, one: int, number: int, paths: set[int]) -> set[int]:
        """The pieces before a vertex, or the vertex itself, that take what a piece gives."""
        owners = {self._part_of(user, number) for user in self.users[one]}
        return {number if owner in paths else owner for owner in owners}

    def _use(self, one: int, by: int, number: int) -> tuple[int, int]:
        """What sorts the pieces that another needs, the one that stands right before it first: by
        their first use within, for a layer itself what only it uses, then its last input.
        """
        users = self.users[one]
        if by == number == users[0]:
            alone = len(users) == 1
            return (0 if alone else 1, -self._last_slot(one, number))
        within = [user for user in users if self._part_of(user, number) in (by, number)]
        return (2, min(within, default=0))

    def _last_slot(self, giver: int, number: int) -> int:
        takes = self.takes[number]
        return len(takes) - 1 - takes[::-1].index(giver)


def extent(shape: tuple[int | None, ...]) -> float:
    """The number of positions of a feature map, of all axes but the channels; infinite where a
    size is unknown, or there are none.
    """
    sizes = [size for size in shape[:-1] if size is not None]
    return prod(sizes) if sizes and len(sizes) == len(shape) - 1 else float("inf")
