"""Blocks that are closed in a figure → a panel for each, which shows the block once, with the names
of its arguments in place of numbers.

A number is replaced by a name only where the two agree in every call that is drawn; where they
agree in none, it is left out as ``…``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from archspec.diagrams.canvas import Canvas, Plan
from archspec.diagrams.drawer import draw_body
from archspec.diagrams.drawing import Box, Cluster, Drawing, Form, Row, boxes
from archspec.diagrams.edges import edges
from archspec.diagrams.elements import Card, Group, all_nodes, entries
from archspec.diagrams.folding import Comparison
from archspec.diagrams.lettering import MARK
from archspec.graph import Graph, Node

UNSAID = "…"
FACTORS = range(2, 9)


class Panel(NamedTuple):
    """A block alone, its canvas, and what its calls have not in common."""

    drawing: Drawing
    canvas: Canvas
    notes: tuple[str, ...]


def calls(canvas: Canvas) -> dict[str, list[Group]]:
    """The calls of each block that is closed in a figure, copies included; blocks that are
    called once, or always alike, are left out.
    """
    found: defaultdict[str, list[Group]] = defaultdict(list)
    for _, group in canvas.closed_groups:
        if group.block:
            alike = canvas.likeness.alike(group)
            found[group.block] += [each for each in alike if isinstance(each, Group)]
    return {block: groups for block, groups in found.items() if len(groups) > 1}


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
    kinds = Counter(_skeleton(call) for call in calls)
    usual = max(kinds, key=lambda one: (kinds[one], len(one)))
    same = [call for call in calls if _skeleton(call) == usual]
    shown = same[0]
    graph, arguments = main.graph, varying(main, block, calls)
    words = Vocabulary(graph, shown, calls, arguments)
    canvas = Canvas(
        graph,
        Plan(lambda group, depth: False, panel=True, vocabulary=words.found),
        f"p{number}_",
        main.legend,
    )
    cluster = Cluster(f"cluster_p{number}", _signature(block, arguments), panel=True)
    heads = entries(shown)
    for place, name in enumerate(heads):
        said = "in" if len(heads) == 1 else f"in {place + 1}"
        box = Box(
            f"p{number}_in{place}",
            Form.INPUT,
            [Row(said)],
            node=f"{block}:{said}",
            tip=f"what `{block}` is given",
        )
        canvas.place[name] = box.id
        cluster.members.append(box)
    notes = _notes(block, calls, shown, usual, canvas)
    draw_body(canvas, shown.body, cluster.members)
    if sum(box.counts for box in boxes(cluster.members)) < len(heads) + 2 and not _has_rows(
        cluster
    ):
        return None
    drawing = Drawing(block, block, "", [cluster])
    drawing.edges = [edge._replace(label="") for edge in edges(canvas, drawing.members)]
    for box in boxes(cluster.members):
        box.node = f"{block}:{box.node.removeprefix(f'{block}:')}" if box.node else ""
        box.size, box.weight = "", ""
        box.ports = words.ports.get(box.node.partition(":")[2], box.ports)
        if box.form is Form.BAR:
            box.rows[0] = box.rows[0]._replace(rest="")
    return Panel(drawing, canvas, tuple(notes))


def _signature(block: str, arguments: Sequence[str]) -> str:
    """``inception(c1, r3)``."""
    return f"{block}({', '.join(arguments)})" if arguments else block


def _has_rows(cluster: Cluster) -> bool:
    return any(len(box.rows) > 1 for box in boxes(cluster.members))


def _skeleton(group: Group) -> tuple[str, ...]:
    return tuple(node.layer.kind() for node in all_nodes(group.body))


def _notes(
    block: str, calls: Sequence[Group], shown: Group, usual: tuple[str, ...], canvas: Canvas
) -> list[str]:
    """What the calls of another structure have not, or have more; it is marked where it stands."""
    words: Counter[str] = Counter()
    for call in calls:
        if _skeleton(call) != usual:
            compared = Comparison()
            if compared.bodies(call.body, shown.body):
                structural = [mark for mark in compared.marks if mark.structural]
                for mark in structural:
                    canvas.likeness.mark(mark)
                words[", ".join(dict.fromkeys(mark.words for mark in structural))] += 1
    return [
        f"{MARK} {block}: {said} in {number} of {len(calls)}"
        for said, number in words.items()
        if said
    ]


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
            values = [
                None if node is None else _number(getattr(node.layer, name)) for node in column
            ]
            if (
                _number(getattr(shown.layer, name)) is not None
                and len({value for value in values if value is not None}) > 1
            ):
                self.found[(shown.name, name)] = self._word(values)

    def _ports(self, graph: Graph, shown: Node, column: Sequence[Node | None]) -> list[str]:
        """What stands at the ends of a bar: the channels of each branch."""
        found = []
        for place in range(len(shown.inputs)):
            values = [
                None if node is None else graph.tensors[node.inputs[place]].shape[-1]
                for node in column
            ]
            same = len({value for value in values if value is not None}) == 1
            found.append(
                str(graph.tensors[shown.inputs[place]].shape[-1])
                if same
                else self._word(values).replace(UNSAID, "")
            )
        return found

    def _word(self, values: list[Any]) -> str:
        """The argument, the product of two or the multiple of one that agrees with the values
        in all calls that have one.
        """
        for name, given in self.symbols.items():
            if _agree(given, values):
                return name
        for (one, some), (other, others) in combinations(self.symbols.items(), 2):
            if _agree([a * b for a, b in zip(some, others, strict=True)], values):
                return f"{one}·{other}"
        for name, given in self.symbols.items():
            for factor in FACTORS:
                if _agree([value * factor for value in given], values):
                    return f"{factor}·{name}"
                if _agree([value // factor for value in given], values):
                    return f"{name}/{factor}"
        return UNSAID


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
    found: dict[str, Node] = {}
    for one, other in compared.pairs:
        if isinstance(one, Card) and isinstance(other, Card):
            found |= {
                node.name: its
                for node in one.nodes
                for its in other.nodes
                if type(node.layer) is type(its.layer)
            }
    return found


def _symbols(
    graph: Graph, calls: Sequence[Group], arguments: Sequence[str]
) -> Iterable[tuple[str, list[Any]]]:
    """The numbers that calls differ in: their arguments, and the channels of what they are
    given.
    """
    for name in arguments:
        values = [_number(dict(call.arguments)[name]) for call in calls]
        if None not in values:
            yield name, values
    given = [graph.tensors[entries(call)[0]].shape[-1:] for call in calls]
    if all(shape and shape[0] for shape in given):
        yield "channels", [shape[0] for shape in given]


def _number(value: Any) -> Any:
    """A number, or that of a size that is the same along all axes; nothing for anything else."""
    if isinstance(value, tuple) and len(set(value)) == 1:
        value = value[0]
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
