"""Copies of a part of a network → whether they are links of one chain: wired alike, and taken by
nothing but the links after them. Only such copies may be drawn once, with ×N.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from archspec.diagrams.elements import Elements, all_nodes
from archspec.graph import Graph, Node

REACH = 2
"""How many links back a link may take tensors from: a cell of NASNet takes the two before it."""


class Flow:
    """Which layers take each tensor of a graph, and which tensors are outputs of the model."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.outputs = set(map(graph.giver, graph.outputs.values()))
        self.takers: defaultdict[str, list[str]] = defaultdict(list)
        for node in graph.nodes:
            for name in graph.taken_from(node):
                self.takers[name].append(node.name)

    def is_taken_once(self, name: str) -> bool:
        """Whether a single layer takes a tensor, and the model does not give it out."""
        return name not in self.outputs and len(self.takers[name]) == 1

    def stays(self, name: str, within: Sequence[str] | set[str]) -> bool:
        """Whether nothing takes a tensor but some layers, and the model does not give it out."""
        return name not in self.outputs and all(taker in within for taker in self.takers[name])


OUTSIDE = 10**9
"""The distance of what is in no copy at all."""


class Origin(NamedTuple):
    """Where a link takes a tensor called ``name`` from: the layer at a ``position`` of the link
    ``back`` links before it; 0 is the link itself.
    """

    name: str
    back: int = OUTSIDE
    position: int = 0


Wiring = tuple[Origin, ...]
"""What all the layers of a link take, in their order."""


class Links:
    """Copies that may be links of one chain, with their wiring."""

    def __init__(self, copies: Sequence[Elements], flow: Flow) -> None:
        self._flow = flow
        self._nodes: list[list[Node]] = [all_nodes(copy) for copy in copies]
        self._home = {
            node.name: (number, position)
            for number, nodes in enumerate(self._nodes)
            for position, node in enumerate(nodes)
        }
        self._wirings: dict[int, Wiring] = {}

    def length(self, start: int, end: int) -> int:
        """How many of the copies from ``start`` up to ``end`` are links of one chain; at least
        1, the first alone.
        """
        number = end - start
        while number > 1:
            possible = self._possible(start, number)
            if possible == number:
                return number
            number = possible
        return 1

    def leads(self, start: int, number: int) -> bool:
        """Whether the copy before some links is their first, though it is built otherwise: it
        gives what they take from the link before, and nothing else takes anything of it.
        """
        near = [
            node.name for nodes in self._nodes[start : start + min(REACH, number)] for node in nodes
        ]
        names = {node.name for node in self._nodes[start - 1]}
        linked = any(source.back == 1 for source in self._wiring(start))
        return linked and all(self._flow.stays(name, {*names, *near}) for name in names)

    def _possible(self, start: int, number: int) -> int:
        """The number of links, or a lesser one that may be right where this is not."""
        example = min(REACH, number - 1)  # it has as many links before it as it can take from
        pattern = self._wiring(start + example)
        reach = max((source.back for source in pattern if source.back <= example), default=0)
        if reach == 0:
            return example
        for offset in range(number):
            if not _fits(self._wiring(start + offset), offset, pattern, example):
                return max(offset, example)
            if offset < number - reach and not self._closed(start, offset, number):
                return offset + reach
        return number

    def _closed(self, start: int, offset: int, number: int) -> bool:
        """Whether all that a link gives is taken within the chain."""
        return all(
            node.name not in self._flow.outputs
            and all(
                start <= self._home.get(taker, (-1, 0))[0] < start + number
                for taker in self._flow.takers[node.name]
            )
            for node in self._nodes[start + offset]
        )

    def _wiring(self, number: int) -> Wiring:
        if number not in self._wirings:
            self._wirings[number] = tuple(
                self._source(name, number)
                for node in self._nodes[number]
                for name in self._flow.graph.taken_from(node)
            )
        return self._wirings[number]

    def _source(self, name: str, number: int) -> Origin:
        home = self._home.get(name)
        return Origin(name) if home is None else Origin(name, number - home[0], home[1])


def _fits(wiring: Wiring, offset: int, pattern: Wiring, example: int) -> bool:
    """Whether the link at an offset is wired as the example, whose wiring is the pattern. What
    the example takes from farther back than the chain goes, it takes from anywhere.
    """
    return len(wiring) == len(pattern) and all(
        _same(source, offset, usual, example) for source, usual in zip(wiring, pattern, strict=True)
    )


def _same(source: Origin, offset: int, usual: Origin, example: int) -> bool:
    if usual.back > example:
        return source.name == usual.name
    if usual.back > offset:
        return source.back > offset
    return source[1:] == usual[1:]
