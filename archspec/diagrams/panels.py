"""Blocks that are closed in a figure → a panel for each, which shows the block once, with the names
of its arguments in place of numbers.

A number or word is replaced by a name only where the two agree in every call that is drawn; where
no name does, the least and the greatest number stand there, or ``…`` where it is no whole number.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations_with_replacement
from typing import Any, NamedTuple

from archspec.diagrams.canvas import Canvas, Plan
from archspec.diagrams.comparison import Comparison
from archspec.diagrams.drawer import draw_body
from archspec.diagrams.drawing import Box, Cluster, Drawing, Edge, Form, Row, Way, boxes, clusters
from archspec.diagrams.edges import edges
from archspec.diagrams.elements import Card, Group, all_nodes, entries, input_name
from archspec.diagrams.lettering import MARK
from archspec.graph import Graph, Node

UNSAID = "…"
OTHERWISE = "built otherwise"
FACTORS = range(2, 9)
AXES = ("height", "width", "channels")
"""The sizes of an image, in their order."""


class Panel(NamedTuple):
    """A block alone, its canvas, and what its calls have not in common."""

    drawing: Drawing
    canvas: Canvas
    notes: tuple[str, ...]


def calls(canvas: Canvas) -> dict[str, list[Group]]:
    """The calls of each block that is closed in a figure, copies included; blocks that are
    called once, or always alike, are left out, and so are those that are other specs.
    """
    calls_by_block: defaultdict[str, list[Group]] = defaultdict(list)
    for _, group in canvas.closed_groups:
        if group.block and not group.spec:
            alike = canvas.likeness.alike(group)
            calls_by_block[group.block] += [each for each in alike if isinstance(each, Group)]
    return {block: groups for block, groups in calls_by_block.items() if len(groups) > 1}


def varying(canvas: Canvas, block: str, calls: Sequence[Group]) -> list[str]:
    """The arguments in which the calls of a block differ from card to card."""
    running = {
        name
        for _, group in canvas.closed_groups
        if group.block == block
        for name in canvas.likeness.running(group)
    }
    names = [
        name
        for name, _ in calls[0].arguments
        if len({repr(dict(call.arguments).get(name)) for call in calls}) > 1
    ]
    return [name for name in names if name not in running]


def panel(main: Canvas, block: str, calls: Sequence[Group], number: int) -> Panel | None:
    """The panel of a block, nothing for one that is a single box."""
    skeletons = Counter(_skeleton(call) for call in calls)
    usual = max(skeletons, key=lambda skeleton: (skeletons[skeleton], len(skeleton)))
    shown = next(call for call in calls if _skeleton(call) == usual)
    arguments = varying(main, block, calls)
    vocabulary = Vocabulary(main.graph, shown, calls, arguments)
    plan = Plan(lambda group, depth: False, panel=shown, vocabulary=vocabulary.found)
    canvas = Canvas(main.graph, plan, f"p{number}_", main.legend)
    cluster = Cluster(f"cluster_p{number}", _signature(block, arguments), panel=True)
    cluster.members += _inputs(canvas, block, shown)
    inputs = len(cluster.members)
    notes = _notes(block, calls, shown, usual, canvas)
    draw_body(canvas, shown.body, cluster.members)
    drawn = list(boxes(cluster.members))
    rows = any(len(box.rows) > 1 for box in drawn)
    if sum(box.counts for box in drawn) < inputs + 2 and not rows:
        return None
    drawing = Drawing(block, block, "", [cluster])
    if any(OTHERWISE in note for note in notes):
        cluster.title += f" {MARK}"
    drawing.edges = _in_general(edges(canvas, drawing.members), drawn)
    for box in drawn:
        _generalize(box, block, vocabulary)
    for inner in clusters(cluster.members):
        inner.size = ""
    return Panel(drawing, canvas, tuple(notes))


def _inputs(canvas: Canvas, block: str, shown: Group) -> list[Box]:
    """The boxes of what a block takes, by its own names for it."""
    taken = entries(shown)
    made = []
    for number, tensor in enumerate(taken, 1):
        usual = "in" if len(taken) == 1 else f"in {number}"
        made.append(
            _input_box(f"{canvas.prefix}in{number - 1}", block, input_name(shown, tensor) or usual)
        )
        canvas.place[tensor] = made[-1].id
    return made


def _input_box(box_id: str, block: str, words: str) -> Box:
    box = Box(box_id, Form.INPUT, [Row(words)], node=f"{block}:{words}")
    box.tip = lambda: f"what `{block}` is given"
    return box


def _in_general(drawn: Iterable[Edge], between: Sequence[Box]) -> list[Edge]:
    """Edges without sizes; a shortcut around another split, whose way is long, is no more than
    marked, as a frame makes no room for its label.
    """
    drawn = list(drawn)
    nested = sum(box.form is Form.POINT for box in between) > 1 or any(
        edge.way is Way.REFERENCE for edge in drawn
    )
    return [edge._replace(label=_general_label(edge, nested=nested)) for edge in drawn]


def _general_label(edge: Edge, *, nested: bool) -> str:
    if edge.way is not Way.SHORTCUT or nested:
        return MARK if edge.way is Way.SHORTCUT and MARK in edge.label else ""
    return edge.label


def _generalize(box: Box, block: str, vocabulary: "Vocabulary") -> None:
    """Take from a box what is true of the shown call alone: sizes, channels, the name."""
    if box.form is not Form.INPUT:
        box.ports = vocabulary.ports.get(box.node, box.ports)
        box.node = f"{block}:{box.node}" if box.node else ""
    box.size = ""
    if box.form is Form.BAR:
        box.rows[0] = box.rows[0]._replace(rest="")


def _signature(block: str, arguments: Sequence[str]) -> str:
    """``inception(c1, r3)``."""
    return f"{block}({', '.join(arguments)})" if arguments else block


def _skeleton(group: Group) -> tuple[str, ...]:
    return tuple(node.layer.kind() for node in all_nodes(group.body))


def _notes(
    block: str, calls: Sequence[Group], shown: Group, usual: tuple[str, ...], canvas: Canvas
) -> list[str]:
    """What the calls of another structure have not, or have more; it is marked where it stands."""
    counted: Counter[str] = Counter()
    for call in calls:
        if _skeleton(call) == usual:
            continue
        compared = Comparison()
        if not compared.bodies(call.body, shown.body):
            counted[OTHERWISE] += 1
            continue
        structural = [mark for mark in compared.marks if mark.structural]
        for mark in structural:  # what it means is said of the block
            canvas.likeness.mark(mark._replace(words=""))
        counted.update({mark.words for mark in structural})
    said = ", ".join(
        f"{words} in {number} of {len(calls)}" for words, number in sorted(counted.items())
    )
    return [f"{MARK} {block}: {said}"] if said else []


class Vocabulary:
    """Words for the arguments of a block's layers, found by comparing its calls with the one
    that is shown.
    """

    def __init__(
        self, graph: Graph, shown: Group, calls: Sequence[Group], arguments: Sequence[str]
    ) -> None:
        self.symbols = dict(_symbols(graph, calls, arguments))
        self.found: dict[tuple[str, str], str] = {}
        self.ports: dict[str, list[str]] = {}
        answers = [_answers(shown, call) for call in calls]
        for node in all_nodes(shown.body):
            column = [each.get(node.name) for each in answers]
            self._layer(node, column)
            if node.layer.kind() == "Concatenate":
                self.ports[node.name] = self._ports(graph, node, column)

    def _layer(self, shown: Node, column: Sequence[Node | None]) -> None:
        """Words for the arguments in which a layer differs from call to call."""
        for name in shown.layer.attributes:
            for index, values in _columns(shown, column, name):
                if len({value for value in values if value is not None}) > 1:
                    which = name if index is None else f"{name}[{index}]"
                    self.found[(shown.name, which)] = self._word(values, index)

    def _ports(self, graph: Graph, shown: Node, column: Sequence[Node | None]) -> list[str]:
        """What stands at the ends of a bar: the channels of each branch."""
        ports = []
        for place in range(len(shown.inputs)):
            values = [
                None if node is None else graph.tensors[node.inputs[place]].shape[-1]
                for node in column
            ]
            same = len({value for value in values if value is not None}) == 1
            ports.append(
                str(graph.tensors[shown.inputs[place]].shape[-1])
                if same
                else self._word(values).replace(UNSAID, "")
            )
        return ports

    def _word(self, values: list[Any], index: int | None = None) -> str:
        """The argument, the product of two or the multiple of one that agrees with the values
        in all calls that have one; the size of the same axis before another, for one at an index.
        """
        own = AXES[index] if index is not None and index < len(AXES) else ""
        symbols = sorted(self.symbols.items(), key=lambda one: one[0] != own)
        for name, given in symbols:
            if _agree(given, values):
                return name
        numbers = [each for each in symbols if not any(isinstance(one, str) for one in each[1])]
        for (one, some), (other, others) in combinations_with_replacement(numbers, 2):
            if _agree([a * b for a, b in zip(some, others, strict=True)], values):
                return f"{one}²" if one == other else f"{one}·{other}"
        for name, given in numbers:
            for factor in FACTORS:
                if _agree([value * factor for value in given], values):
                    return f"{factor}·{name}"
                if _agree([value // factor for value in given], values):
                    return f"{name}/{factor}"
        known = [value for value in values if value is not None]
        whole = all(isinstance(value, int) for value in known)
        return f"{min(known)}–{max(known)}" if known and whole else UNSAID


def _agree(given: list[Any], values: list[Any]) -> bool:
    return all(
        value is None or value == number for number, value in zip(given, values, strict=True)
    )


def _answers(shown: Group, call: Group) -> dict[str, Node]:
    """The layers of a call by the names of those of the shown one that they answer to; nothing
    where the two cannot be compared.
    """
    if _skeleton(shown) == _skeleton(call):
        return {
            node.name: other
            for node, other in zip(all_nodes(shown.body), all_nodes(call.body), strict=True)
        }
    compared = Comparison()
    if not compared.bodies(call.body, shown.body):
        return {}
    answers: dict[str, Node] = {}
    for one, other in compared.pairs:
        if isinstance(one, Card) and isinstance(other, Card):
            answers |= {
                node.name: its
                for node in one.nodes
                for its in other.nodes
                if type(node.layer) is type(its.layer)
            }
    return answers


def _symbols(
    graph: Graph, calls: Sequence[Group], arguments: Sequence[str]
) -> Iterable[tuple[str, list[Any]]]:
    """The numbers and words that calls differ in: their arguments, and the channels of what they
    are given.
    """
    for name in arguments:
        values = [_value(dict(call.arguments)[name]) for call in calls]
        if None not in values:
            yield name, values
    shapes = [graph.tensors[entries(call)[0]].shape for call in calls]
    if all(shape and shape[-1] for shape in shapes):
        yield "channels", [shape[-1] for shape in shapes]
    if all(len(shape) == len(AXES) and None not in shape for shape in shapes):
        for axis, name in enumerate(AXES[:-1]):
            yield name, [shape[axis] for shape in shapes]


def _columns(
    shown: Node, column: Sequence[Node | None], name: str
) -> Iterable[tuple[int | None, list[Any]]]:
    """The numbers or words of an argument in all calls; of a list of different numbers, those at
    each index.
    """
    value = getattr(shown.layer, name)
    every = [None if node is None else getattr(node.layer, name) for node in column]
    if _value(value) is not None:
        yield None, [_value(one) for one in every]
    elif isinstance(value, tuple) and all(
        one is None or (isinstance(one, tuple) and len(one) == len(value)) for one in every
    ):
        for index in range(len(value)):
            yield index, [None if one is None else _value(one[index]) for one in every]


def _value(value: Any) -> Any:
    """A word, a number, or that of a size that is the same along all axes; nothing for anything
    else.
    """
    if isinstance(value, tuple) and len(set(value)) == 1:
        value = value[0]
    return value if isinstance(value, int | float | str) and not isinstance(value, bool) else None
