"""A graph and a view of it → a drawing: of the whole network, or of one block alone. The views of
each level of detail, and the names by which groups are opened and closed.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections.abc import Iterator
from typing import NamedTuple

from archspec.diagrams import lettering, panels
from archspec.diagrams.boxes import input_box
from archspec.diagrams.canvas import Canvas, Closed, Plan
from archspec.diagrams.drawer import draw_body, draw_inputs, draw_outputs
from archspec.diagrams.drawing import Box, Drawing
from archspec.diagrams.edges import edges
from archspec.diagrams.element_reader import Readings
from archspec.diagrams.elements import (
    Card,
    Elements,
    Group,
    Repeat,
    entries,
    input_name,
    inside,
    nodes_of,
)
from archspec.diagrams.options import DrawingError
from archspec.graph import Graph
from archspec.spelling import did_you_mean, listed

NOTHING: frozenset[str] = frozenset()


class View(NamedTuple):
    """One way to show a network. ``parts``: blocks that are other specs are closed; ``panels``:
    closed blocks are drawn once beside it; ``neighbours``: equal ones are drawn once, ×N;
    ``gathered``: what follows each other at one size stands together. Nothing is shown in more
    than the ``most`` boxes, if there is such a number.
    """

    level: str
    parts: bool = False
    panels: bool = False
    neighbours: bool = False
    gathered: bool = False
    most: int | None = None


VIEWS = {
    "full": (View("full"),),
    "layers": (View("layers"), View("layers", neighbours=True)),
    "blocks": (View("blocks", panels=True), View("blocks"), View("blocks", neighbours=True)),
    "stages": (
        View("stages", panels=True),
        View("stages"),
        View("stages", neighbours=True),
        View("stages", neighbours=True, gathered=True),
    ),
}
"""The ways to show a network at each level of detail, the fullest first."""


def views(detail: str | None) -> tuple[View, ...]:
    """The ways to show a network at a level of detail, the fullest first; if it is None, those
    of all levels that fold, with blocks that are other specs closed.
    """
    if detail:
        return VIEWS[detail]
    layers = (view._replace(parts=True) for view in VIEWS["layers"])
    return (*layers, *VIEWS["blocks"], *VIEWS["stages"])


def elements_of(readings: Readings, view: View) -> Elements:
    """The elements that a view shows."""
    if view.gathered:
        return readings.gathered
    return readings.layers if view.level == "full" else readings.cards


def plan(view: View, expand: frozenset[str] = NOTHING, collapse: frozenset[str] = NOTHING) -> Plan:
    """The plan of a view; groups that are named, by path, last step or block, are opened or
    closed whatever the level.
    """
    usual = _CLOSED[view.level]

    def closed(group: Group, depth: int) -> bool:
        if expand & names(group):
            return False
        closed_part = view.parts and bool(group.spec)
        return bool(collapse & names(group)) or closed_part or usual(group, depth)

    return Plan(closed, view.level != "full", view.neighbours, most=view.most)


def _never(group: Group, depth: int) -> bool:
    return False


def _stages(group: Group, depth: int) -> bool:
    return depth == 0


def _blocks(group: Group, depth: int) -> bool:
    """Blocks are closed, but for those that only repeat other blocks: these are stages, unless
    they are other specs.
    """
    return bool(group.spec) or (
        bool(group.block)
        and not any(
            isinstance(element, Repeat) and _is_block(element.copies[0])
            for element in inside(group.body)
        )
    )


def _is_block(body: Elements) -> bool:
    return any(isinstance(element, Group) and bool(element.block) for element in body)


_CLOSED: dict[str, Closed] = {
    "full": _never,
    "layers": _never,
    "blocks": _blocks,
    "stages": _stages,
}
"""The groups that each level of detail closes."""


def names(group: Group) -> set[str]:
    """What a group can be called."""
    return {group.path, group.path.rpartition(".")[2], group.block, group.label} - {""}


def all_names(elements: Elements) -> list[str]:
    """What can be opened and closed in some elements, in order."""
    return list(
        dict.fromkeys(
            name
            for group in groups(elements)
            for name in sorted(names(group), key=lambda name: (len(name), name))
        )
    )


def unknown(name: str, elements: Elements) -> str:
    """What to say to a name that nothing in some elements has."""
    known = all_names(elements)
    return did_you_mean(name, known) or (
        f"it has {listed(known, 7)}" if known else "it has no groups and no blocks"
    )


def groups(elements: Elements) -> Iterator[Group]:
    """All groups, at any depth."""
    return (element for element in inside(elements) if isinstance(element, Group))


# --- the whole network


def figure(
    readings: Readings,
    view: View,
    title: str | None = None,
    expand: frozenset[str] = NOTHING,
    collapse: frozenset[str] = NOTHING,
) -> Drawing | None:
    """The drawing of a network; groups named in ``expand`` are opened, those in ``collapse``
    closed. None if the view has room for fewer boxes.
    """
    graph = readings.graph
    drawing = Drawing(graph.name, title or graph.name, lettering.subtitle(graph))
    canvas = Canvas(graph, plan(view, expand, collapse))
    draw_inputs(canvas, drawing.members)
    draw_body(canvas, elements_of(readings, view), drawing.members)
    draw_outputs(canvas, drawing.members)
    if not canvas.has_room:
        return None
    calls = panels.calls(canvas)
    _say_calls(canvas, calls)
    drawing.edges = edges(canvas, drawing.members)
    beside = _panels(canvas, calls) if view.panels else []
    canvas.finish(drawing)
    for panel in beside:
        panel.canvas.finish(panel.drawing)
        drawing.members += panel.drawing.members
        drawing.edges += panel.drawing.edges
        said = [*panel.notes, *panel.drawing.notes]
        drawing.notes += [note for note in said if note not in drawing.notes]
    drawing.legend = canvas.legend.entries()
    return drawing


def _say_calls(canvas: Canvas, calls: dict[str, list[Group]]) -> None:
    """Write on each closed block how it is called, as far as its calls differ: ``inception(64,
    96, 128)``.
    """
    for box, group in canvas.closed_groups:
        if group.gathered:
            _say_gathered(box, [card for card in group.body if isinstance(card, Card)])
        if group.block not in calls:
            continue
        varying = panels.varying(canvas, group.block, calls[group.block])
        words = ", ".join(
            lettering.call_words(name, value) for name, value in group.arguments if name in varying
        )
        if words and box.rows[0].strong == group.block and len(words) < SHORT:
            box.rows[0] = box.rows[0]._replace(strong=f"{group.block}({words})")
        elif words:
            box.lines = [f"{group.block}({words})"]


SHORT = 12
"""The letters of a call's arguments beyond which they stand below the name, if that is the
block's."""


LONG = 28
"""The letters beyond which what some layers are stands below their number."""


def _say_gathered(box: Box, cards: list[Card]) -> None:
    """Write on the box of gathered cards their names, or what they are, and how many they are."""
    number, words = lettering.tally(cards).split(": ", 1)
    row = box.rows[0]
    if row.strong:
        box.lines = [f"{number}: {words}"]
        return
    title, below = (words, number) if len(words) < LONG else (number, words)
    box.rows[0], box.lines = row._replace(strong=title), [below]


def _panels(canvas: Canvas, calls: dict[str, list[Group]]) -> list[panels.Panel]:
    made = (
        panels.panel(canvas, block, calls_of_block, number)
        for number, (block, calls_of_block) in enumerate(calls.items(), 1)
    )
    return [panel for panel in made if panel is not None]


# --- a block alone


def block_figure(
    readings: Readings, name: str, view: View, title: str | None = None
) -> Drawing | None:
    """The drawing of one block, as it is first called, or of one named group; None if the view has
    room for fewer boxes. Raises `DrawingError` where there is none of that name.
    """
    elements, graph = elements_of(readings, view), readings.graph
    known = list(groups(elements))
    exact = [group for group in known if name in (group.path, group.block)]
    whole = view.level != "full"
    fitting = exact or [group for group in known if name in names(group)]
    group = fitting[0] if fitting else readings.scope(name, whole=whole)
    if group is None or not nodes_of(group):
        raise DrawingError(
            f"{graph.name} has no block or group `{name}`; {unknown(name, elements)}"
        )
    usual = f"{group.block} ({group.path})" if group.block else group.path
    return _alone(graph, group, view, title or usual)


def _alone(graph: Graph, group: Group, view: View, title: str) -> Drawing | None:
    taken = entries(group)
    canvas = Canvas(graph, plan(view), prefix="b")
    drawing = Drawing(group.path, title, _totals(graph, group, taken))
    for number, name in enumerate(taken, 1):
        usual = "Previous layer" if len(taken) == 1 else f"Input {number}"
        words = input_name(group, name) or usual
        drawing.members.append(input_box(canvas, name, words, graph.tensors[name]))
    canvas.depth = 1
    draw_body(canvas, group.body, drawing.members)
    if not canvas.has_room:
        return None
    canvas.finish(drawing)
    drawing.legend = canvas.legend.entries()
    drawing.edges = edges(canvas, drawing.members)
    return drawing


def _totals(graph: Graph, group: Group, taken: list[str]) -> str:
    """The network's name, the arguments, parameters and sizes of a group, in a line."""
    nodes = nodes_of(group)
    sizes = " and ".join(str(graph.tensors[name]) for name in taken)
    end = graph.tensors.get(graph.endpoints.get(group.path, ""), nodes[-1].output)
    words = [
        graph.name,
        lettering.given(group.arguments),
        lettering.weight(nodes),
        f"{sizes} → {end}",
    ]
    return lettering.DOT.join(word for word in words if word)
