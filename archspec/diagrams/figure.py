"""A graph and a view → the drawing of the whole network."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from archspec.diagrams import lettering, panels
from archspec.diagrams.drawer import Drawer
from archspec.diagrams.drawing import Box, Drawing, Form, Row
from archspec.diagrams.edges import Wiring
from archspec.diagrams.elements import Card, Element, Elements, Group, Readings, entries, nodes_of
from archspec.diagrams.levels import View, groups, names, plan, unknown
from archspec.diagrams.options import DrawingError
from archspec.graph import Graph

NOTHING: frozenset[str] = frozenset()


def elements_of(readings: Readings, view: View) -> Elements:
    """The elements that a view shows."""
    return readings.layers if view.level == "full" else readings.cards


def figure(
    readings: Readings,
    view: View,
    title: str | None = None,
    expand: frozenset[str] = NOTHING,
    collapse: frozenset[str] = NOTHING,
) -> Drawing:
    """The drawing of a network; groups named in ``expand`` are opened, those in ``collapse``
    closed.
    """
    elements, graph = elements_of(readings, view), readings.graph
    drawing = Drawing(graph.name, title or graph.name, lettering.subtitle(graph))
    drawer = Drawer(graph, plan(view, expand, collapse))
    drawer.inputs(drawing.members)
    drawer.body(tuple(_gathered(elements)) if view.gathered else elements, drawing.members)
    calls = panels.called(drawer)
    _say_calls(drawer, calls)
    drawing.edges = Wiring(graph, drawer, drawing).edges()
    made = _panels(drawer, calls) if view.panels else []
    drawer.finished(drawing)
    for panel in made:
        panel.drawer.finished(panel.drawing)
        drawing.members += panel.drawing.members
        drawing.edges += panel.drawing.edges
        drawing.notes += panel.notes
    drawing.legend = drawer.legend.entries()
    return drawing


def _say_calls(drawer: Drawer, calls: dict[str, list[Group]]) -> None:
    """Write on each closed block how it is called, as far as its calls differ: ``inception(64,
    96, 128)``.
    """
    for box, group in drawer.closed_groups:
        if " … " in group.path:
            box.lines = [lettering.tally([one for one in group.body if isinstance(one, Card)])]
        names = (
            panels.varying(drawer, group.block, calls[group.block]) if group.block in calls else []
        )
        said = ", ".join(
            lettering.value_words(value) for name, value in group.arguments if name in names
        )
        if said:
            box.lines = [f"{group.block}({said})"]


def _panels(drawer: Drawer, calls: dict[str, list[Group]]) -> list[panels.Panel]:
    made = (
        panels.panel(drawer, block, called, number)
        for number, (block, called) in enumerate(calls.items(), 1)
    )
    return [one for one in made if one is not None]


def _gathered(elements: Elements) -> Iterator[Element]:
    """The elements; cards that follow each other at one size stand in a group, which is drawn
    closed.
    """
    for (single, _), run in groupby(elements, lambda one: (isinstance(one, Card), _sizes(one))):
        together = tuple(run)
        if single and len(together) > 1:
            first, last = together[0], together[-1]
            name = f"{_name(first)} … {_name(last)}"
            yield Group(name, name, together)
        else:
            yield from together


def _sizes(element: Element) -> object:
    return list(nodes_of(element))[-1].output.shape[:-1]


def _name(element: Element) -> str:
    return element.main.name if isinstance(element, Card) else ""


def block_figure(readings: Readings, name: str, view: View, title: str | None = None) -> Drawing:
    """The drawing of one block, as it is first called, or of one named group. Raises
    `DrawingError` where there is none of that name.
    """
    elements, graph = elements_of(readings, view), readings.graph
    found = [group for group in groups(elements) if name in (group.path, group.block)] or [
        one for one in groups(elements) if name in names(one)
    ]
    if not found:
        raise DrawingError(
            f"{graph.name} has no block or group `{name}`; {unknown(name, elements)}"
        )
    group = found[0]
    return _alone(
        graph,
        group,
        view,
        title or (f"{group.block} ({group.path})" if group.block else group.path),
    )


def _alone(graph: Graph, group: Group, view: View, title: str) -> Drawing:
    nodes = list(nodes_of(group))
    given = entries(group)
    sizes = " and ".join(str(graph.tensors[name]) for name in given)
    end = graph.tensors.get(graph.endpoints.get(group.path, ""), nodes[-1].output)
    words = [
        graph.name,
        lettering.given(group.arguments),
        lettering.weight(nodes),
        f"{sizes} → {end}",
    ]
    drawing = Drawing(group.path, title, lettering.DOT.join(word for word in words if word))
    drawer = Drawer(graph, plan(view))
    for number, name in enumerate(given):
        said = "Previous layer" if len(given) == 1 else f"Input {number + 1}"
        box = Box(
            f"in{number}",
            Form.INPUT,
            [Row(said)],
            lines=[str(graph.tensors[name])],
            node=name,
            tip=f"{name}\n{graph.tensors[name]}",
        )
        drawer.place[name] = box.id
        drawing.members.append(box)
    drawer.depth = 1
    drawer.body(group.body, drawing.members)
    drawer.finished(drawing)
    drawing.legend = drawer.legend.entries()
    drawing.edges = Wiring(graph, drawer, drawing).edges()
    return drawing
