"""Two graphs → one drawing with both side by side; boxes with layers that were added, removed
or changed are marked.
"""

from __future__ import annotations

from collections.abc import Iterator

from archspec.diagrams import lettering
from archspec.diagrams.canvas import Canvas
from archspec.diagrams.drawer import draw_body, draw_inputs, draw_outputs
from archspec.diagrams.drawing import Cluster, Drawing, boxes
from archspec.diagrams.edges import edges
from archspec.diagrams.element_reader import Readings
from archspec.diagrams.figure import View, elements_of, plan
from archspec.diagrams.lettering import Legend
from archspec.layers import Layer
from archspec.reports.matching import Pair, arguments, match

SIGNS = {"+": "only in the second", "−": "only in the first", "~": "changed"}


def both(first: Readings, second: Readings, view: View, title: str | None = None) -> Drawing | None:
    """The drawing of two networks: ``−`` on what the second lacks, ``+`` on what the first
    lacks, ``~`` on layers with other arguments. None if the view has room for fewer boxes.
    """
    one, other = first.graph, second.graph
    drawing = Drawing(
        f"{one.name} {other.name}", title or f"{one.name} and {other.name}", "", side_by_side=True
    )
    signs = dict(_signs(match(one, other)))
    legend = Legend()
    parts = []
    for number, readings in enumerate((first, second)):
        graph = readings.graph
        cluster = Cluster(
            f"cluster_{'ab'[number]}", graph.name, lines=[lettering.subtitle(graph)], panel=True
        )
        canvas = Canvas(graph, plan(view), "ab"[number], legend)
        draw_inputs(canvas, cluster.members)
        draw_body(canvas, elements_of(readings, view), cluster.members)
        draw_outputs(canvas, cluster.members)
        if not canvas.has_room:
            return None
        _sign(
            canvas, cluster, {name: sign for (side, name), sign in signs.items() if side == number}
        )
        drawing.members.append(cluster)
        parts.append((canvas, Drawing(graph.name, graph.name, "", [cluster])))
    for canvas, part in parts:  # the legend is of both
        drawing.edges += edges(canvas, part.members)
        canvas.finish(part)
        drawing.notes += [note for note in part.notes if note not in drawing.notes]
    drawing.legend = legend.entries()
    if not signs:
        drawing.notes.append("the two are equal")
    found = dict.fromkeys(box.sign for box in drawing.boxes if box.sign)
    drawing.notes += [f"{sign} {SIGNS[sign]}" for sign in found]
    return drawing


def _signs(pair: Pair) -> Iterator[tuple[tuple[int, str], str]]:
    """The sign of each layer that differs, by its network (0 or 1) and name."""
    if pair.a is None and pair.b is not None:
        yield from (((1, node.name), "+") for node in pair.b.nodes)
    elif pair.b is None and pair.a is not None:
        yield from (((0, node.name), "−") for node in pair.a.nodes)
    elif pair.a and pair.b and pair.a.node and pair.b.node:
        if _differ(pair.a.node.layer, pair.b.node.layer):
            yield (0, pair.a.node.name), "~"
            yield (1, pair.b.node.name), "~"
    else:
        for child in pair.children:
            yield from _signs(child)


def _differ(layer: Layer, other: Layer) -> bool:
    """Whether two layers differ, in more than that one writes out what is the other's default."""
    return layer.kind() != other.kind() or arguments(layer) != arguments(other)


def _sign(canvas: Canvas, cluster: Cluster, signs: dict[str, str]) -> None:
    """Mark each box by the layers that were placed on it: with their sign if they share one,
    else as changed.
    """
    placed: dict[str, set[str]] = {}
    for name, place in canvas.place.items():
        placed.setdefault(place, set()).add(signs.get(name, ""))
    for box in boxes(cluster.members):
        kinds = placed.get(box.id, set())
        if kinds - {""}:
            box.sign = next(iter(kinds)) if len(kinds) == 1 else "~"
