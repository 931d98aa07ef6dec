"""A graph of users → its tree of post-dominators: for each vertex the first one through which all
that it gives passes on its way to the exit.

Vertices are numbers in topological order, the exit last; every vertex but the exit has a user.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence


class PostDominators:
    """``parent[v]`` is the immediate post-dominator of v, ``children`` the other way round, in
    ascending order. Finding where two vertices meet costs the logarithm of the tree's depth.

    Source of the jump pointers: Myers 1983, An applicative random-access stack.
    """

    def __init__(self, users: Sequence[Sequence[int]]) -> None:
        exit = len(users) - 1
        self.parent = [exit] * len(users)
        self._depth = [0] * len(users)
        self._jump = [exit] * len(users)
        self.children: list[list[int]] = [[] for _ in users]
        for vertex in range(exit - 1, -1, -1):
            first, *others = users[vertex]
            for other in others:
                first = self._meeting(first, other)
            self._hang(vertex, first)
        for children in self.children:
            children.reverse()
        self._enter = [0] * len(users)
        self._size = [1] * len(users)
        self._number(exit)
        for vertex in range(exit):
            self._size[self.parent[vertex]] += self._size[vertex]

    def _hang(self, vertex: int, parent: int) -> None:
        self.parent[vertex] = parent
        self.children[parent].append(vertex)
        self._depth[vertex] = self._depth[parent] + 1
        middle = self._jump[parent]
        depths = [self._depth[one] for one in (parent, middle, self._jump[middle])]
        even = depths[0] - depths[1] == depths[1] - depths[2]
        self._jump[vertex] = self._jump[middle] if even else parent

    def _meeting(self, one: int, other: int) -> int:
        """The first common post-dominator."""
        if self._depth[one] < self._depth[other]:
            one, other = other, one
        while self._depth[one] > self._depth[other]:
            far = self._depth[self._jump[one]] >= self._depth[other]
            one = self._jump[one] if far else self.parent[one]
        while one != other:
            far = self._jump[one] != self._jump[other]
            one, other = (
                (self._jump[one], self._jump[other])
                if far
                else (self.parent[one], self.parent[other])
            )
        return one

    def _number(self, exit: int) -> None:
        """Number the vertices so that those below one follow it."""
        stack, number = [exit], 0
        while stack:
            vertex = stack.pop()
            self._enter[vertex] = number
            number += 1
            stack.extend(reversed(self.children[vertex]))

    def is_below(self, vertex: int, above: int) -> bool:
        """Whether all that a vertex gives passes through another, or it is that one itself."""
        first = self._enter[above]
        return first <= self._enter[vertex] < first + self._size[above]

    def branch_of(self, vertex: int, above: int) -> int:
        """The child of ``above`` through which a vertex below it is reached; ``above`` for
        itself.
        """
        if vertex == above:
            return above
        children = self.children[above]
        return children[bisect_right(children, self._enter[vertex], key=self._number_of) - 1]

    def _number_of(self, vertex: int) -> int:
        return self._enter[vertex]
