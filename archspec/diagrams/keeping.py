"""What a drawing keeps while it is drawn: on which box each layer is, what is drawn in whose
place, what differs in first copies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from archspec.diagrams import lettering
from archspec.diagrams.drawing import Box, Drawing, Row, Way
from archspec.diagrams.elements import Element, Elements, Group, all_nodes, inside, nodes_of
from archspec.diagrams.folding import WORDS, Fold, Mark
from archspec.diagrams.lettering import MARK, Legend
from archspec.diagrams.palette import Fill
from archspec.graph import Graph, Node

FIRST = "the first of "
"""Before the name of what is repeated, in a note."""

Closed = Callable[[Group, int], bool]
"""Whether a group is drawn as one card; the number says how many groups it is in."""


class Around(NamedTuple):
    """A split that a layer is in: the tensor that enters it, the point where it parts, the way
    that the layer is on.
    """

    entry: str
    point: str
    way: Way


class Plan(NamedTuple):
    """How much is drawn: which groups are ``closed``, whether repeats are folded, whether equal
    ``neighbours`` are; whether it is a panel.
    """

    closed: Closed
    fold: bool = True
    neighbours: bool = False
    panel: bool = False
    vocabulary: Mapping[tuple[str, str], str] = {}
    """Words for arguments of layers, by the layer's and the argument's name, that stand in
    place of their values.
    """


class Keeper:
    """Where each layer went, and what each drawn element stands for. Elements are kept by
    identity: equal ones may stand in many places.
    """

    def __init__(
        self, graph: Graph, plan: Plan, prefix: str = "b", legend: Legend | None = None
    ) -> None:
        self.graph = graph
        self.plan = plan
        self.prefix = prefix
        self.position = {node.name: number for number, node in enumerate(graph.nodes)}
        self.number = 0
        self.depth = 0
        self.folded = 0
        self.legend = legend or Legend()
        self.place: dict[str, str] = {}
        self.around: defaultdict[str, list[Around]] = defaultdict(list)
        self.in_paths: set[str] = set()
        self.copies: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self.merging: dict[str, list[tuple[Way, int | None]]] = {}
        self.sides: dict[str, str] = {}
        self.ends: dict[str, str] = {}
        self.first_inputs: dict[str, tuple[str, ...]] = {}
        self.closed_groups: list[tuple[Box, Group]] = []
        self.rows: list[tuple[Row, Fill, str]] = []
        self._likes: defaultdict[int, list[Element]] = defaultdict(list)
        self._marks: defaultdict[int, list[Mark]] = defaultdict(list)
        self._bare: defaultdict[int, list[Elements]] = defaultdict(list)
        self._more: defaultdict[int, list[Elements]] = defaultdict(list)
        self._notes: defaultdict[str, list[str]] = defaultdict(list)
        self._within: list[str] = []

    def finished(self, drawing: Drawing) -> None:
        """Put the notes on a drawing; a row of a stack says what it consists of where that is
        not what the legend says.
        """
        said = {
            id(row): words or "alone"
            for row, colour, words in self.rows
            if words != lettering.together(self.legend.usual(colour))
        }
        for box in drawing.boxes:
            box.rows = [
                row._replace(small=said[id(row)]) if id(row) in said else row for row in box.rows
            ]
        drawing.notes += self._said()

    def _said(self) -> list[str]:
        """What the marks mean: places where the first copy differs in the same words share a
        line.
        """
        alike: dict[tuple[str, ...], list[int]] = {}
        places = list(self._notes)
        for number, words in enumerate(self._notes.values()):
            alike.setdefault(tuple(dict.fromkeys(words)), []).append(number)
        return [
            f"{MARK} {_several(places, numbers)}: {', '.join(words)}"
            for words, numbers in alike.items()
        ]

    def _id(self) -> str:
        self.number += 1
        return f"{self.prefix}{self.number}"

    def alike(self, element: Element) -> list[Element]:
        """An element and all that it stands for, also through those that it stands for."""
        found, seen = [element], {id(element)}
        for one in found:
            for other in self._likes[id(one)]:
                if id(other) not in seen:
                    seen.add(id(other))
                    found.append(other)
        return found

    def _put(self, nodes: Iterable[Node], box: Box) -> None:
        for node in nodes:
            self.first_inputs.setdefault(box.id, node.inputs)
            self.place[node.name] = box.id

    def last_of(self, alike: Sequence[Element]) -> Node:
        """The last layer of what a drawn element stands for: what it gives on is what all of
        them together give.
        """
        return max(
            (list(nodes_of(one))[-1] for one in alike), key=lambda node: self.position[node.name]
        )

    def more(self, element: Element) -> list[Node]:
        """The layers that first copies have more at an element that is drawn."""
        return [
            node
            for one in self.alike(element)
            for body in self._more[id(one)]
            for node in all_nodes(body)
        ]

    def mark(self, mark: Mark) -> None:
        """Keep what differs at an element."""
        self._marks[id(mark.element)].append(mark)

    def _other_arguments(self, group: Group) -> list[str]:
        """The arguments of the first call that a closed group stands for, where they differ
        from its own.
        """
        calls = [one for one in self.alike(group) if isinstance(one, Group)]
        first = next((one for one in calls if one.arguments != group.arguments), None)
        if first is None or not any(self._marks[id(one)] for one in inside((group,))):
            return []
        others = [dict(one.arguments) for one in calls if one is not first]
        told = [
            (name, value)
            for name, value in first.arguments
            if all(one[name] == others[0][name] != value for one in others)
        ]
        return [
            WORDS.get(name, f"{name} {{}}").format(lettering.value_words(value))
            for name, value in told
        ]

    def running(self, group: Group) -> set[str]:
        """The arguments that differ among the calls that a closed group stands for, and not in
        the first alone, as drop rates grow.
        """
        calls = [dict(one.arguments) for one in self.alike(group) if isinstance(one, Group)]
        return {name for name in calls[0] if len({repr(call[name]) for call in calls}) > 2}

    def _mark(self, element: Element, *, closed: bool = False) -> bool:
        """Whether something differs in the first copy here; it is then noted."""
        words = [mark.words for mark in self._marks[id(element)]]
        if isinstance(element, Group) and closed:
            words += [
                mark.words
                for one in inside(element.body)
                for mark in self._marks[id(one)]
                if mark.structural
            ]
            words = [*self._other_arguments(element), *words]
        if words and self._within:
            self._notes[self._within[-1]] += words
        return bool(words)

    def _register(self, fold: Fold) -> None:
        """Keep what the drawn copy of a fold stands for."""
        self.folded += 1
        for copies in (fold.copies, *fold.others):
            for number, copy in enumerate(copies):
                for node in all_nodes(copy):
                    self.copies[node.name].append((self.folded, number))
        for one, other in fold.pairs:
            self._likes[id(one)].append(other)
        for mark in fold.marks:
            self.mark(mark)
        for split, body in fold.bare:
            self._bare[id(split)].append(body)
        for element, body in fold.more:
            self._more[id(element)].append(body)


def _several(places: Sequence[str], numbers: Sequence[int]) -> str:
    """``the first of conv3_x – conv5_x`` where they follow each other, ``block2, block4`` where
    they do not.
    """
    found = [places[number] for number in numbers]
    if all(place.startswith(FIRST) for place in found):
        found = [found[0], *(place.removeprefix(FIRST) for place in found[1:])]
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{found[0]} – {found[-1]}"
    return ", ".join(found)
