"""The canvas of a figure: which box each layer is on, what each drawn element stands for, what
differs in first copies. `boxes` and `drawer` draw onto it, `edges` reads it.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import NamedTuple

from archspec.diagrams import lettering
from archspec.diagrams.alike import paired
from archspec.diagrams.chains import Flow
from archspec.diagrams.comparison import WORDS, Mark
from archspec.diagrams.drawing import Box, Drawing, Form, Row, Way
from archspec.diagrams.elements import Element, Elements, Group, all_nodes, inside, nodes_of
from archspec.diagrams.folding import Fold
from archspec.diagrams.lettering import MARK, Legend
from archspec.diagrams.palette import Fill
from archspec.diagrams.sharing import SHARED_MARK, Sharing
from archspec.graph import Graph, Node
from archspec.layers.titles import plainly

FIRST = "the first of "
"""Before the name of what is repeated, in a note."""

Closed = Callable[[Group, int], bool]
"""Whether a group is drawn as one card; the number says how many groups it is in."""


class Around(NamedTuple):
    """A split that a layer is in: the tensor that enters it, the point where it parts, the way
    that the layer is on. ``number`` is that of the one input of the layer that comes from there,
    where not each that is the tensor does.
    """

    entry: str
    point: str
    way: Way
    number: int | None = None


class Plan(NamedTuple):
    """How much is drawn: which groups are ``closed``, whether repeats are folded, whether equal
    ``neighbours`` are.
    """

    closed: Closed
    fold: bool = True
    neighbours: bool = False
    panel: Group | None = None
    """The call whose block is shown, in a panel."""
    vocabulary: Mapping[tuple[str, str], str] = {}
    """Words for arguments of layers, by the layer's and the argument's name, that stand in
    place of their values.
    """
    most: int | None = None
    """How many boxes there may be: a figure of more is given up."""


class Likeness:
    """What each drawn element stands for: its likes in copies that are not drawn, and what first
    copies have otherwise. Elements are known by their numbers.
    """

    def __init__(self) -> None:
        self.marks: defaultdict[int, list[Mark]] = defaultdict(list)
        self._grown: dict[int, Element] = {}
        self._likes: defaultdict[int, list[Element]] = defaultdict(list)
        self._bare: defaultdict[int, list[Elements]] = defaultdict(list)
        self._more: defaultdict[int, list[Elements]] = defaultdict(list)

    def add(self, fold: Fold) -> None:
        """Record what the drawn copy of a fold stands for."""
        for shown, other in fold.pairs:
            self._likes[shown.number].append(other)
        if fold.last:
            for one, other in zip(fold.body, fold.last, strict=True):
                self._grown |= {shown.number: its for shown, its in paired(one, other)}
        for mark in fold.marks:
            self.mark(mark)
        for split, body in fold.bare:
            self._bare[split.number].append(body)
        for element, body in fold.more:
            self._more[element.number].append(body)

    def mark(self, mark: Mark) -> None:
        """Record what differs at an element."""
        self.marks[mark.element.number].append(mark)

    def alike(self, element: Element) -> list[Element]:
        """An element and all that it stands for, also through those that it stands for."""
        reached, seen = [element], {element.number}
        for each in reached:
            for other in self._likes[each.number]:
                if other.number not in seen:
                    seen.add(other.number)
                    reached.append(other)
        return reached

    def grown(self, element: Element) -> Element | None:
        """What an element has become in the last of the copies in which its numbers grow."""
        return self._grown.get(element.number)

    def bare(self, element: Element) -> list[Elements]:
        """What first copies have in the place of a split: the main path alone."""
        return [like for body in self._bare[element.number] for like in self._bodies(body)]

    def extra(self, element: Element) -> list[Elements]:
        """What first copies have more at an element."""
        return [like for body in self._more[element.number] for like in self._bodies(body)]

    def _bodies(self, body: Elements) -> list[Elements]:
        """A body and those that it stands for."""
        return list(zip(*map(self.alike, body), strict=True))

    def more(self, element: Element) -> list[Node]:
        """The layers that first copies have more at an element and all that it stands for."""
        bodies = [body for each in self.alike(element) for body in self.extra(each)]
        return [node for body in bodies for node in all_nodes(body)]

    def running(self, group: Group) -> set[str]:
        """The arguments that differ among the calls that a closed group stands for, and not in
        the first alone, as drop rates grow.
        """
        calls = [dict(each.arguments) for each in self.alike(group) if isinstance(each, Group)]
        return {name for name in calls[0] if len({repr(call[name]) for call in calls}) > 2}


class Notes:
    """What the marks mean, by the place where they stand."""

    def __init__(self) -> None:
        self._words: defaultdict[str, list[str]] = defaultdict(list)
        self._places: list[str] = []

    @property
    def has_place(self) -> bool:
        """Whether what is noted now is said of a place."""
        return bool(self._places)

    @contextmanager
    def at(self, place: str) -> Iterator[None]:
        """What is noted meanwhile is said of this place."""
        self._places.append(place)
        yield
        self._places.pop()

    def add(self, words: Sequence[str]) -> None:
        """Note some words of the innermost place."""
        if words and self._places:
            self._words[self._places[-1]] += words

    def lines(self) -> list[str]:
        """The notes; places where the first copy differs in the same words share a line."""
        alike: dict[tuple[str, ...], list[int]] = {}
        places = list(self._words)
        for number, words in enumerate(self._words.values()):
            alike.setdefault(tuple(dict.fromkeys(words)), []).append(number)
        return [
            f"{MARK} {_several([places[number] for number in numbers])}: {', '.join(words)}"
            for words, numbers in alike.items()
        ]


class Canvas:
    """Where each layer is drawn, and how: state that grows while a figure is drawn."""

    def __init__(
        self, graph: Graph, plan: Plan, prefix: str = "b", legend: Legend | None = None
    ) -> None:
        self.graph = graph
        self.plan = plan
        self.prefix = prefix
        self.legend = legend or Legend()
        self.count = 0
        """How many boxes a reader sees."""
        self.flow = Flow(graph)
        self.likeness = Likeness()
        self.notes = Notes()
        self.depth = 0
        self.place: dict[str, str] = {}
        """The box of each layer and input, by its name."""
        self.around: defaultdict[str, list[Around]] = defaultdict(list)
        """The splits that each layer is in."""
        self.in_paths: set[str] = set()
        """The layers that are on a path of a split."""
        self.copies: defaultdict[str, dict[int, int]] = defaultdict(dict)
        """The folds that each layer is in, with the number of its copy."""
        self.merging: dict[str, list[tuple[Way, int | None]]] = {}
        """How each way into a merge ends: what it is, and at which port."""
        self.sides: dict[str, str] = {}
        """The output whose side path each layer is on."""
        self.ends: dict[str, str] = {}
        """The box of each output that has one."""
        self.bundles: set[str] = set()
        """The boxes, and ends of bars (``id:port``), that stand for many branches by one arrow."""
        self.nodes_on: defaultdict[str, list[Node]] = defaultdict(list)
        """The layers on each box."""
        self.closed_groups: list[tuple[Box, Group]] = []
        shown = plan.panel
        self._sharing = (
            Sharing(graph.nodes) if shown is None else Sharing(nodes_of(shown), shown.path)
        )
        self._shares = self._freezes = False
        self._position = {node.name: number for number, node in enumerate(graph.nodes)}
        self._ids = 0
        self._folds = 0

    def new_id(self) -> str:
        """An id that no box has yet."""
        self._ids += 1
        return f"{self.prefix}{self._ids}"

    def new_box(self, form: Form, rows: list[Row], fill: Fill = Fill.OTHER) -> Box:
        """A new box, which is counted."""
        box = Box(self.new_id(), form, rows, fill)
        self.count += box.counts
        return box

    @property
    def has_room(self) -> bool:
        """Whether there are no more boxes than there may be."""
        return self.plan.most is None or self.count <= self.plan.most

    def put(self, nodes: Iterable[Node], box: Box) -> None:
        """Record that some layers are on a box."""
        for node in nodes:
            self.nodes_on[box.id].append(node)
            self.place[node.name] = box.id

    def move(self, boxes: Iterable[Box], to: Box) -> None:
        """Record that what was on some boxes is on another one."""
        for box in boxes:
            self.put(self.nodes_on.pop(box.id, []), to)

    def is_chain(self, boxes: Sequence[Box]) -> bool:
        """Whether each box takes one tensor of the box before it and nothing else, and nothing
        but the next box takes what is on one; so they may stand as rows of a single box.
        """
        row = {box.id: number for number, box in enumerate(boxes)}
        return all(
            self._feeds(row, number, number == len(boxes) - 1) and self._is_fed(row, number)
            for number in row.values()
        )

    def _feeds(self, row: Mapping[str, int], number: int, last: bool) -> bool:
        """Whether what is on a box of a row goes to itself or the next box alone."""
        box = list(row)[number]
        names = [node.name for node in self.nodes_on[box]]
        takers = {
            row.get(self.place.get(taker, "")) for name in names for taker in self.flow.takers[name]
        }
        return last or (takers <= {number, number + 1} and not self.flow.outputs & {*names})

    def _is_fed(self, row: Mapping[str, int], number: int) -> bool:
        """Whether a box of a row takes one tensor of the box before it, once, and no other."""
        nodes = self.nodes_on[list(row)[number]]
        before: defaultdict[tuple[tuple[int, int], ...], set[str]] = defaultdict(set)
        for node in nodes:
            sources = self.graph.taken_from(node)
            for name in sources:
                source = row.get(self.place.get(name, ""))
                twice = source == number - 1 and sources.count(name) > 1
                if number and (twice or source not in (number, number - 1)):
                    return False
                if source == number - 1:
                    before[tuple(self.copies[name].items())].add(name)
        return all(len(names) == 1 for names in before.values())

    def add_fold(self, fold: Fold) -> None:
        """Record what the drawn copy of a fold stands for."""
        self._folds += 1
        for copies in (fold.copies, *fold.others):
            for number, copy in enumerate(copies):
                for node in all_nodes(copy):
                    self.copies[node.name][self._folds] = number
        self.likeness.add(fold)

    def weight(self, nodes: Iterable[Node]) -> str:
        """``9.73 k params``, or whose weights some layers have, marked as `marked` says. In a
        panel, whose calls have different numbers, only what they share.
        """
        nodes = list(nodes)
        number = "" if self.plan.panel else lettering.weight(nodes)
        return self.marked(number or self._sharing.words(nodes), nodes)

    def owner(self, nodes: Sequence[Node]) -> str:
        """What a row says of the weights of its layers: whose they are, or that training does not
        change them; marked as `marked` says.
        """
        return self.marked(self._sharing.words(nodes) or lettering.frozen(nodes), nodes)

    def marked(self, words: str, nodes: Iterable[Node]) -> str:
        """The words for the weights of some layers, with a mark where weights of theirs are used
        more than once. What the marks mean is then noted.
        """
        shared = self._sharing.is_shared(nodes)
        self._shares = self._shares or shared
        self._freezes = self._freezes or words.endswith(lettering.FROZEN)
        return f"{words} {SHARED_MARK}".strip() if shared else words

    def last_of(self, alike: Sequence[Element]) -> Node:
        """The last layer of what a drawn element stands for: what it gives on is what all of
        them together give.
        """
        ends = [nodes_of(each)[-1] for each in alike]
        return max(ends, key=lambda node: self._position[node.name])

    def size(self, alike: Sequence[Element]) -> str:
        """The size of what the last of some groups gives on."""
        last = max(
            (each for each in alike if isinstance(each, Group)),
            key=lambda group: self._position[nodes_of(group)[-1].name],
        )
        end = self.graph.endpoints.get(last.path)
        return str(self.graph.tensors[end]) if end is not None else str(self.last_of(alike).output)

    def noted(self, element: Element, *, closed: bool = False) -> bool:
        """Whether something differs in the first copy here; it is then noted."""
        marks = self.likeness.marks[element.number]
        words = [mark.words for mark in marks if mark.words]
        if isinstance(element, Group) and closed:
            structural = [
                mark.words
                for each in inside(element.body)
                for mark in self.likeness.marks[each.number]
                if mark.structural
            ]
            words = [*self._other_arguments(element), *words, *structural]
        self.notes.add(words)
        return bool(words or marks)

    def _other_arguments(self, group: Group) -> list[str]:
        """The arguments of the first call that a closed group stands for, where they differ
        from its own.
        """
        calls = [each for each in self.likeness.alike(group) if isinstance(each, Group)]
        first = next((call for call in calls if call.arguments != group.arguments), None)
        marks = self.likeness.marks
        if first is None or not any(marks[each.number] for each in inside((group,))):
            return []
        others = [dict(call.arguments) for call in calls if call is not first]
        return [
            WORDS.get(name, f"{name} {{}}").format(plainly(name, value))
            for name, value in first.arguments
            if all(other[name] == others[0][name] != value for other in others)
        ]

    def finish(self, drawing: Drawing) -> None:
        """Put the notes on a drawing; a row says what belongs to it where the legend does not."""
        for box in drawing.boxes:
            if box.form is Form.SUM:
                self._finished_sign(box)
            else:
                box.rows = [self._finished(row) for row in box.rows]
        drawing.notes += self.notes.lines()
        if self._shares:
            drawing.notes.append(f"{SHARED_MARK} weights that are used more than once")
        if self._freezes:
            drawing.notes.append(f"{lettering.FROZEN}: weights that training does not change")

    def _finished_sign(self, box: Box) -> None:
        """Say behind a sign what belongs to it, where that is not the same for all such signs."""
        sign, belongs = box.rows[0].strong, box.rows[0].belongs
        if belongs and self.legend.varies(sign):
            box.lines = [lettering.DOT.join([*box.lines, belongs])]

    def _finished(self, row: Row) -> Row:
        usual = lettering.together(self.legend.usual(row.fill))
        if row.belongs is None or row.belongs == usual:
            return row
        words = [row.belongs or "alone", row.small]
        return row._replace(small=lettering.DOT.join(filter(None, words)))


def _several(places: Sequence[str]) -> str:
    """``the first of conv3_x – conv5_x`` where the names count up, ``the first of block2, block6``
    where they do not, ``block4a, block5a`` of copies by their own names.
    """
    if not all(place.startswith(FIRST) for place in places):
        return ", ".join(places)
    named = [places[0], *(place.removeprefix(FIRST) for place in places[1:])]
    counted = len(places) > 2 and all(_is_next(*pair) for pair in pairwise(places))
    return f"{named[0]} – {named[-1]}" if counted else ", ".join(named)


def _is_next(name: str, other: str) -> bool:
    """Whether a name is another one whose last number is one more."""
    first, second = _LAST_NUMBER.match(name), _LAST_NUMBER.match(other)
    if first is None or second is None or first[1] != second[1] or first[3] != second[3]:
        return False
    return int(second[2]) == int(first[2]) + 1


_LAST_NUMBER = re.compile(r"(.*?)([0-9]{1,9})([^0-9]*)$", re.DOTALL)
