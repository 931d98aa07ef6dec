"""`Drawing` → DOT: boxes, clusters and edges by what they are. The same drawing gives the same
bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import inf
from typing import Any

import graphviz

from archspec.diagrams.drawing import (
    Box,
    Cluster,
    Drawing,
    Edge,
    Form,
    Member,
    Way,
    boxes,
    clusters,
)
from archspec.diagrams.labels import (
    SMALL,
    Layout,
    bar_label,
    bold,
    box_label,
    cluster_label,
    font,
    frame_label,
    stack_label,
    title_label,
)
from archspec.diagrams.palette import INK, LIGHT, Fill, Theme

FONT = "Arial"

Attributes = dict[str, str]


def dot(
    drawing: Drawing,
    direction: str = "tb",
    theme: Theme = LIGHT,
    left: frozenset[str] = frozenset(),
) -> str:
    """The DOT of a drawing, top to bottom (``tb``) or left to right (``lr``); ``left`` are the
    clusters whose titles stand at the left.
    """
    layout = Layout(direction == "tb", theme, left)
    graph = graphviz.Digraph(_plain_name(drawing.name))
    graph.attr("graph", **_graph(drawing, layout))
    graph.attr("node", **_NODE)
    graph.attr("edge", **_edge(theme))
    forms = {box.id: box for box in drawing.boxes}
    rooms = dict(_rooms(drawing)) if layout.down else {}
    _write_members(graph, drawing.members, drawing.edges, forms, layout, rooms)
    for heads in drawing.heads:
        _write_side_by_side(graph, heads)
    _write_outputs(graph, drawing)
    _write_beside(graph, drawing)
    return str(graph.source)


def _graph(drawing: Drawing, layout: Layout) -> Attributes:
    spread = any(box.form is Form.BAR for box in drawing.boxes)
    return {
        "rankdir": "TB" if layout.down else "LR",
        "bgcolor": layout.theme.page,
        "fontname": FONT,
        "fontsize": "12",
        "fontcolor": layout.theme.ink,
        "labelloc": "t",
        "labeljust": "l",
        "nodesep": "0.22" if spread else "0.3",
        "ranksep": "0.14" if layout.down else "0.15",
        "splines": "spline",
        "newrank": "true",
        "pad": "0.12",
        "label": title_label(drawing, layout),
        "tooltip": " ",
    }


_NODE = {
    "shape": "box",
    "style": "rounded,filled",
    "fontname": FONT,
    "fontsize": "11",
    "fontcolor": INK,
    "penwidth": "1.2",
    "margin": "0.10,0.03",
    "height": "0.33",
}


def _edge(theme: Theme) -> Attributes:
    return {
        "color": theme.line,
        "penwidth": "1.2",
        "arrowsize": "0.6",
        "fontname": FONT,
        "fontsize": str(SMALL),
        "fontcolor": theme.faint,
    }


# --- members


def _write_members(
    graph: Any,
    members: Sequence[Member],
    edges: Sequence[Edge],
    by_id: dict[str, Box],
    layout: Layout,
    rooms: Mapping[str, float],
) -> None:
    """Boxes and clusters, each cluster with the edges in it, so that it has room for their
    labels, and with the ``rooms`` beside first boxes.
    """
    left = list(edges)
    for member in members:
        if isinstance(member, Box):
            graph.node(member.id, **_box(member, layout))
        else:
            with graph.subgraph(name=member.id) as inner:
                within = {box.id for box in boxes(member.members)}
                own = [edge for edge in left if {edge.tail, edge.head} <= within]
                left = [edge for edge in left if edge not in own]
                inner.attr(**_cluster(member, layout), margin=_margin(member, own))
                _write_members(inner, member.members, own, by_id, layout, rooms)
                _write_room(inner, member, rooms)
    here = {member.id for member in members}
    for edge in left:
        wide = edge.names and not {edge.tail, edge.head} <= here
        made = _made_edge(edge, by_id, layout)
        made |= {"weight": SPINE} if edge.tail in rooms and edge.way is Way.TRUNK else {}
        made |= {"label": f"{BORDER}{edge.label}"} if wide and "label" in made else {}
        graph.edge(*_ends(edge, by_id, layout), **made)


def _rooms(drawing: Drawing) -> Iterator[tuple[str, float]]:
    """The first boxes of clusters that need room beside them, in points, so that the title, which
    stands at the right, is not crossed by the edge that comes in from above.
    """
    for cluster in clusters(drawing.members):
        first = cluster.members[0]
        if cluster.panel or not isinstance(first, Box):
            continue
        inside = list(boxes(cluster.members))
        within = {box.id for box in inside}
        ways = {edge.way for edge in drawing.edges if {edge.tail, edge.head} <= within}
        beside = _beside(first, inside, ways)
        title = f"{cluster.title} ×{cluster.count}" if cluster.count > 1 else cluster.title
        needed = max(_width(title), _width(cluster.weight) * SMALL / 11) + 20
        if needed > beside:
            yield first.id, needed - (0 if first.form is Form.POINT else beside)


def _write_room(graph: Any, cluster: Cluster, rooms: Mapping[str, float]) -> None:
    """The room beside the first box of a cluster."""
    first = cluster.members[0]
    if not isinstance(first, Box) or first.id not in rooms:
        return
    room = f"{cluster.id}_room"
    width = f"{rooms[first.id] / 72:.2f}"
    with graph.subgraph() as inner:
        inner.attr(rank="same")
        inner.node(first.id)
        inner.node(room, label="", style="invis", width=width, height="0.01")
    graph.edge(first.id, room, style="invis", weight="0")


def _beside(first: Box, inside: Sequence[Box], ways: set[Way]) -> float:
    """About how far the boxes in a cluster reach to the right of the first of them, in points."""
    if any(box.form is Form.BAR for box in inside):
        return inf
    if first.form is Form.POINT:
        return SHORTCUT if Way.SHORTCUT in ways else 0.0
    return max(_width(box.rows[0].strong) for box in inside if box.rows) / 2


def _width(words: str) -> float:
    """About how wide bold words of 11 points are, in points."""
    return LETTER * len(words)


LETTER = 6.2
"""The mean width of a bold letter of 11 points."""
SHORTCUT = 100.0
"""About how far a shortcut and its label reach to the right, in points."""


def _write_side_by_side(graph: Any, heads: list[str]) -> None:
    with graph.subgraph() as inner:
        inner.attr(rank="same")
        for head in heads:
            inner.node(head)
    for left, right in pairwise(heads):
        graph.edge(left, right, style="invis", weight="1")


def _write_outputs(graph: Any, drawing: Drawing) -> None:
    """The main output stands beside the layer that gives it, where it takes no height."""
    for edge in drawing.edges:
        if edge.way is Way.OUT:
            with graph.subgraph() as inner:
                inner.attr(rank="same")
                inner.node(edge.tail)
                inner.node(edge.head)


def _write_beside(graph: Any, drawing: Drawing) -> None:
    """Panels stand under one another, beside the network."""
    if drawing.side_by_side:
        return
    panels = [each for each in drawing.members if isinstance(each, Cluster) and each.panel]
    for upper, lower in pairwise(panels):
        last, first = list(boxes(upper.members))[-1], next(boxes(lower.members))
        graph.edge(last.id, first.id, style="invis")


def _cluster(cluster: Cluster, layout: Layout) -> Attributes:
    theme = layout.theme
    right = layout.down and not cluster.panel and cluster.id not in layout.left
    side = "RIGHT" if right else "LEFT"
    return {
        "label": cluster_label(cluster, layout, side),
        "labeljust": "r" if side == "RIGHT" else "l",
        "style": "rounded,filled" + (",dashed" if cluster.panel else ""),
        "fillcolor": theme.panel if cluster.panel else theme.cluster,
        "color": theme.frame,
        "penwidth": "1",
        "id": f"cluster:{cluster.node or cluster.id}",
        "class": "panel" if cluster.panel else "stage",
        "tooltip": cluster.tip() or " ",
    }


def _margin(cluster: Cluster, edges: Sequence[Edge]) -> str:
    """What is left free around boxes, in points: more in a panel with a long way around, which a
    frame does not make room for by itself, the most where that leads around another split.
    """
    ways = {edge.way for edge in edges}
    if not cluster.panel or not ways & {Way.SHORTCUT, Way.REFERENCE}:
        return "7"
    splits = sum(box.form is Form.POINT for box in boxes(cluster.members))
    return "28" if splits > 1 or Way.REFERENCE in ways else "14"


# --- boxes


def _box(box: Box, layout: Layout) -> Attributes:
    return {
        "id": box.node or box.id,
        "class": f"{box.form.value} {box.fill.css}",
        "tooltip": box.tip() or " ",
        **_FORMS[box.form](box, layout),
    }


def _pill(box: Box, layout: Layout) -> Attributes:
    theme = layout.theme
    return {
        "label": box_label(box, layout, theme.ink),
        "fillcolor": theme.paper,
        "color": theme.line,
        "fontcolor": theme.ink,
    }


def _card(box: Box, layout: Layout) -> Attributes:
    made = {
        "label": box_label(box, layout),
        "fillcolor": box.fill.colour,
        "color": box.fill.border,
        "width": "1.2" if layout.down else "0.9",
    }
    look = box.fill.value
    made |= {"style": look.style} if look.style else {}
    made |= {"peripheries": str(look.outlines)} if look.outlines != 1 else {}
    return made | _signed(box, layout)


def _group(box: Box, layout: Layout) -> Attributes:
    bold = {"style": "rounded,filled,bold", "peripheries": "1", "penwidth": "2"}
    return {**_card(box, layout), **bold}


def _signed(box: Box, layout: Layout) -> Attributes:
    return {"color": layout.theme.accent, "penwidth": "2.6"} if box.sign else {}


def _stack(box: Box, layout: Layout) -> Attributes:
    return {"shape": "plain", "style": "", "label": stack_label(box, layout)}


def _frame(box: Box, layout: Layout) -> Attributes:
    return {"shape": "plain", "style": "", "label": frame_label(box, layout)}


def _bar(box: Box, layout: Layout) -> Attributes:
    return {"shape": "plain", "style": "", "label": bar_label(box, layout)}


def _sum(box: Box, layout: Layout) -> Attributes:
    sign = box.rows[0].strong
    made = {
        "shape": "circle",
        "style": "filled",
        "margin": "0",
        "fillcolor": Fill.MERGE.colour,
        "color": Fill.MERGE.border,
        "fontcolor": INK,
    }
    if box.lines:  # the author's name, for which a circle has no room
        made |= {"shape": "box", "style": "rounded,filled", "margin": "0.08,0.02", "height": "0.26"}
        made["label"] = f"<{bold(sign, 12)} {font(box.lines[0], SMALL, INK)}>"
        return {**made, **_signed(box, layout)}
    if len(sign) == 1:
        made |= {"fixedsize": "true", "width": "0.24", "fontsize": "13"}
    else:
        made |= {"fontsize": "8"}
    return {**made, "label": sign, **_signed(box, layout)}


def _point(box: Box, layout: Layout) -> Attributes:
    return {"shape": "point", "width": "0.05", "color": layout.theme.line, "label": ""}


_FORMS: dict[Form, Callable[[Box, Layout], Attributes]] = {
    Form.INPUT: _pill,
    Form.OUTPUT: _pill,
    Form.CARD: _card,
    Form.GROUP: _group,
    Form.STACK: _stack,
    Form.FRAME: _frame,
    Form.SUM: _sum,
    Form.BAR: _bar,
    Form.POINT: _point,
}


# --- edges

_WEIGHTS = {
    Way.TRUNK: "100",
    Way.BRANCH: "20",
    Way.SHORTCUT: "1",
    Way.REFERENCE: "0",
    Way.SIDE: "1",
    Way.OUT: "1",
    Way.BATCH: "1",
}
"""How much Graphviz wants an edge to be short and straight."""


SPINE = "300"
"""The weight of a straight way from a box with a room beside it: more than the 128 with which
Graphviz keeps a cluster narrow, for which it would else move the box.
"""


BORDER = "   "
"""Before the name at an edge into or out of a cluster, beside whose border it may come to stand."""


def _made_edge(edge: Edge, by_id: dict[str, Box], layout: Layout) -> Attributes:
    made = {"weight": _WEIGHTS[edge.way], "class": edge.way.value}
    if edge.way in (Way.SHORTCUT, Way.REFERENCE):
        made |= {"color": layout.theme.shortcut, "fontcolor": layout.theme.shortcut}
    if edge.way is Way.BATCH:
        made["style"] = "dotted"
        made["weight"] = _WEIGHTS[Way.TRUNK if by_id[edge.tail].form is Form.POINT else Way.BATCH]
    if edge.label and (layout.down or edge.names or edge.way is Way.SHORTCUT):
        made["label"] = f" {edge.label}"
    if by_id[edge.head].form is Form.POINT:
        made["arrowhead"] = "none"
    return made


def _ends(edge: Edge, by_id: dict[str, Box], layout: Layout) -> tuple[str, str]:
    """Where an edge begins and ends, with the sides of its boxes where these matter."""
    before, after = by_id[edge.tail], by_id[edge.head]
    if edge.way is Way.SHORTCUT and before.form is Form.POINT and after.form is Form.SUM:
        side = "e" if layout.down else "n"
        return f"{edge.tail}:{side}", f"{edge.head}:{side}"
    if edge.port is not None:
        return edge.tail, f"{edge.head}:p{edge.port}:{'n' if layout.down else 'w'}"
    return edge.tail, edge.head


def _plain_name(name: str) -> str:
    """A name that DOT takes without quotes."""
    return "n_" + "".join(
        letter if letter.isascii() and letter.isalnum() else "_" for letter in name
    )
