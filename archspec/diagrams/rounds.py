"""A fold → the inputs of its layers that are what the round before gives, and in the first round
what enters the fold.

In the first round, which is the one that is drawn, that may be a tensor that something else takes
too: every round of a cross network takes its first tensor beside what the round before gives. The
arrows of the two are told apart by a point in the fold, where what enters a round parts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from archspec.diagrams.chains import Flow
from archspec.diagrams.elements import Card, Element, Split, all_nodes
from archspec.diagrams.folding import Fold
from archspec.graph import Node


class Taking(NamedTuple):
    """An input of a layer, by its number."""

    node: Node
    number: int

    @property
    def tensor(self) -> str:
        """What is taken."""
        return self.node.inputs[self.number]


def ambiguous_entries(fold: Fold, flow: Flow) -> list[list[Taking]]:
    """For each tensor that enters a fold by several inputs, and not by them alone: the inputs, in
    all rounds, that are what the round before gives. The drawn round's come first.
    """
    entries: defaultdict[str, list[Taking]] = defaultdict(list)
    several = set()
    for first, rounds in _from_round_before(fold, flow):
        if first.tensor in entries:
            several.add(first.tensor)
        entries[first.tensor] += [first, *rounds]
    copies = chain(fold.copies, *fold.others) if several else ()
    inside = {node.name for copy in copies for node in all_nodes(copy)}
    return [
        takings
        for tensor, takings in entries.items()
        if tensor in several and _also_else(takings, inside, flow)
    ]


def _also_else(takings: list[Taking], inside: set[str], flow: Flow) -> bool:
    """Whether something else takes what enters a fold by some inputs."""
    uses = Counter(flow.graph.giver(taking.tensor) for taking in takings)
    return any(len(flow.takers[name]) > uses[name] for name in uses.keys() - inside)


def _from_round_before(fold: Fold, flow: Flow) -> Iterator[tuple[Taking, list[Taking]]]:
    """The inputs of the drawn round whose likes in the next are given by the drawn one, with those
    likes in all other rounds, also of the folds that are drawn as this one.
    """
    drawn = all_nodes(fold.body)
    drawn_names = {node.name for node in drawn}
    likes = _likes(fold)
    for node in drawn:
        others = likes[node.name]
        for number in range(len(node.inputs)):
            takings = [Taking(other, number) for other in others if number < len(other.inputs)]
            if any(flow.graph.giver(taking.tensor) in drawn_names for taking in takings):
                yield Taking(node, number), takings


def _likes(fold: Fold) -> defaultdict[str, list[Node]]:
    """The layers of other rounds that each layer of the drawn one stands for: those at its place,
    in a round that has other layers too those of the elements that answer to one another.
    """
    likes: defaultdict[str, list[Node]] = defaultdict(list)
    drawn = all_nodes(fold.body)
    unequal: set[str] = set()
    for copy in chain(fold.copies, *fold.others):
        nodes = all_nodes(copy)
        if len(nodes) != len(drawn):
            unequal |= {node.name for node in nodes}
        elif copy is not fold.body:
            for mine, its in zip(drawn, nodes, strict=True):
                likes[mine.name].append(its)
    for shown, other in fold.pairs if unequal else ():
        for mine, its in zip(_own(shown), _own(other), strict=False):
            if its.name in unequal:
                likes[mine.name].append(its)
    return likes


def _own(element: Element) -> tuple[Node, ...]:
    """The layers of an element that are in no element within it."""
    if isinstance(element, Card):
        return element.nodes
    return (element.merge, *element.after) if isinstance(element, Split) else ()
