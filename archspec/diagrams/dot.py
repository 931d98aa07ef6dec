"""`Drawing` → DOT: the words of boxes as HTML labels, edges by what they are. The same drawing
gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import Any

import graphviz

from archspec.diagrams.drawing import Box, Cluster, Drawing, Edge, Form, Member, Row, Way, boxes
from archspec.diagrams.lettering import DOT, MARK
from archspec.diagrams.markup import aligned, bold, broken, font, in_lines, times
from archspec.diagrams.palette import INK, LIGHT, Fill, Theme

FONT = "Arial"
SMALL = 9
GAP = "   "
NARROW = 42
"""The letters beyond which a line on a box is broken."""


def dot(drawing: Drawing, direction: str = "tb", theme: Theme = LIGHT) -> str:
    """The DOT of a drawing, top to bottom (``tb``) or left to right (``lr``)."""
    return Writer(drawing, direction, theme).source()


class Writer:
    """Writes one drawing."""

    def __init__(self, drawing: Drawing, direction: str, theme: Theme) -> None:
        self.drawing = drawing
        self.down = direction == "tb"
        self.theme = theme
        self.boxes = {box.id: box for box in drawing.boxes}

    def source(self) -> str:
        """The whole text."""
        graph = graphviz.Digraph(_plain_name(self.drawing.name))
        graph.attr("graph", **self._graph())
        graph.attr("node", **self._node())
        graph.attr("edge", **self._edge())
        self._members(graph, self.drawing.members, self.drawing.edges)
        for heads in self.drawing.heads:
            self._side_by_side(graph, heads)
        self._beside(graph)
        return str(graph.source)

    def _graph(self) -> dict[str, str]:
        spread = any(box.form is Form.BAR for box in self.drawing.boxes)
        return {
            "rankdir": "TB" if self.down else "LR",
            "bgcolor": self.theme.page,
            "fontname": FONT,
            "fontsize": "12",
            "fontcolor": self.theme.ink,
            "labelloc": "t",
            "labeljust": "l",
            "nodesep": "0.22" if spread else "0.3",
            "ranksep": "0.14" if self.down else "0.15",
            "splines": "spline",
            "newrank": "true",
            "pad": "0.12",
            "label": self._title(),
            "tooltip": " ",
        }

    def _node(self) -> dict[str, str]:
        return {
            "shape": "box",
            "style": "rounded,filled",
            "fontname": FONT,
            "fontsize": "11",
            "fontcolor": INK,
            "penwidth": "1.2",
            "margin": "0.10,0.03",
            "height": "0.33",
        }

    def _edge(self) -> dict[str, str]:
        return {
            "color": self.theme.line,
            "penwidth": "1.2",
            "arrowsize": "0.6",
            "fontname": FONT,
            "fontsize": str(SMALL),
            "fontcolor": self.theme.faint,
        }

    # --- the title

    def _title(self) -> str:
        drawing, theme = self.drawing, self.theme
        lines = [f"{bold(drawing.title, 14)}   {font(drawing.subtitle, 10, theme.faint)}"]
        swatches = [
            f'<FONT COLOR="{fill.colour}" POINT-SIZE="13">■</FONT> {escape(words)}'
            for fill, words in drawing.legend
        ]
        lines += [
            f'<FONT POINT-SIZE="{SMALL}">{GAP.join(group)}</FONT>'
            for group in in_lines(swatches, [w for _, w in drawing.legend])
        ]
        lines += [
            font(note, 8.5, theme.faint) for text in drawing.notes for note in broken(text, 90)
        ]
        return aligned(lines, "LEFT")

    # --- boxes

    def _members(self, graph: Any, members: list[Member], edges: Sequence[Edge]) -> None:
        """Boxes and clusters, each cluster with the edges in it, so that it has room for their
        labels.
        """
        left = list(edges)
        for member in members:
            if isinstance(member, Box):
                graph.node(member.id, **self._box(member))
            else:
                with graph.subgraph(name=member.id) as inner:
                    within = {box.id for box in boxes(member.members)}
                    own = [edge for edge in left if {edge.tail, edge.head} <= within]
                    left = [edge for edge in left if edge not in own]
                    inner.attr(**self._cluster(member), margin=self._margin(member, own))
                    self._members(inner, member.members, own)
        for edge in left:
            self._line(graph, edge)

    @staticmethod
    def _side_by_side(graph: Any, heads: list[str]) -> None:
        with graph.subgraph() as inner:
            inner.attr(rank="same")
            for head in heads:
                inner.node(head)
        for one, other in pairwise(heads):
            graph.edge(one, other, style="invis", weight="0")

    def _cluster(self, cluster: Cluster) -> dict[str, str]:
        theme, align = self.theme, "RIGHT" if self.down and not cluster.panel else "LEFT"
        count = times(cluster.count, 13, theme.accent)
        size = (
            f"  {font(cluster.size, SMALL, theme.faint)}" if cluster.size and not self.down else ""
        )
        lines = [bold(cluster.title, 11) + count + size] if cluster.title or count else []
        lines += [
            font(line, SMALL, theme.faint) for line in [*cluster.lines, cluster.weight] if line
        ]
        return {
            "label": aligned(lines, align) if lines else "",
            "labeljust": "r" if align == "RIGHT" else "l",
            "style": "rounded,filled" + (",dashed" if cluster.panel else ""),
            "fillcolor": theme.panel if cluster.panel else theme.cluster,
            "color": theme.frame,
            "penwidth": "1",
            "id": f"cluster:{cluster.node or cluster.id}",
            "class": "panel" if cluster.panel else "stage",
            "tooltip": cluster.tip or " ",
        }

    @staticmethod
    def _margin(cluster: Cluster, edges: Sequence[Edge]) -> str:
        """What is left free around boxes: more in a panel with a long way around, which a frame
        does not make room for by itself.
        """
        around = cluster.panel and any(edge.way in (Way.SHORTCUT, Way.REFERENCE) for edge in edges)
        return "52" if around else "7"

    def _box(self, box: Box) -> dict[str, str]:
        made = {
            "id": box.node or box.id,
            "class": f"{box.form.value} {box.fill.css}",
            "tooltip": box.tip or " ",
        }
        return {**made, **_FORMS[box.form](self, box)}

    def _pill(self, box: Box) -> dict[str, str]:
        color = self.theme.line
        words = self._words(box, self.theme.ink)
        return {
            "label": words,
            "fillcolor": self.theme.paper,
            "color": color,
            "fontcolor": self.theme.ink,
        }

    def _card(self, box: Box) -> dict[str, str]:
        made = {
            "label": self._words(box, INK),
            "fillcolor": box.fill.colour,
            "color": box.fill.border,
            "width": "1.2" if self.down else "0.9",
        }
        look = box.fill.value
        made |= {"style": look.style} if look.style else {}
        made |= {"peripheries": str(look.outlines)} if look.outlines != 1 else {}
        return made | self._signed(box)

    def _grouped(self, box: Box) -> dict[str, str]:
        return {
            **self._card(box),
            "style": "rounded,filled,bold",
            "peripheries": "1",
            "penwidth": "2",
        }

    def _signed(self, box: Box) -> dict[str, str]:
        return (
            {"color": self.theme.accent, "penwidth": "2.6"}
            if box.sign and box.sign in "+−~"
            else {}
        )

    def _words(self, box: Box, ink: str) -> str:
        """Title, what belongs to it, and in a line of numbers the size (left to right) and the
        weights.
        """
        row = box.rows[0]
        sign = bold(f"{box.sign} ", 12) if box.sign and box.sign in "+−~" else ""
        title = f"{sign}{bold(self._short(row.strong))}{escape(row.rest)}{times(row.times, 12)}"
        numbers = (
            [box.weight]
            if self.down or box.form in (Form.INPUT, Form.OUTPUT)
            else [box.size, box.weight]
        )
        if box.form is Form.GROUP and self.down:
            numbers = [box.size, box.weight]
        lines = [
            *(part for line in box.lines for part in broken(line, NARROW)),
            DOT.join(filter(None, numbers)),
        ]
        if (
            self.down
            and len(box.lines) == 1
            and len(box.lines[0]) + len(box.weight) < NARROW
            and box.form is Form.CARD
        ):
            lines = [DOT.join(filter(None, [*box.lines, *numbers]))]
        below = "".join(f"<BR/>{font(line, SMALL, ink)}" for line in lines if line)
        return f"<{title}{below}>"

    def _short(self, words: str) -> str:
        """From left to right width is scarce, and the colour and the legend say what is a
        convolution and what a pool.
        """
        return (
            words
            if self.down
            else words.replace(" conv", "")
            .replace("global average pool", "global average")
            .removesuffix(" pool")
        )

    def _stacked(self, box: Box) -> dict[str, str]:
        fills = {row.fill for row in box.rows}
        rows = "<HR/>".join(
            f"<TR>{self._stack_row(row, mixed=len(fills) > 1)}</TR>" for row in box.rows
        )
        style = "" if len(fills) > 1 else ' STYLE="ROUNDED"'
        border = self.theme.accent if box.sign else box.fill.border
        ground = "" if len(fills) > 1 else f' BGCOLOR="{box.fill.colour}"'
        table = (
            f'<TABLE{style} BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2"'
            f' COLOR="{border}"{ground}>{rows}</TABLE>'
        )
        return {"shape": "plain", "style": "", "label": f"<{table}>"}

    def _stack_row(self, row: Row, *, mixed: bool) -> str:
        small = f" {font(row.small, 8.5, INK)}" if row.small else ""
        ground = f' BGCOLOR="{row.fill.colour}"' if mixed else ""
        width = 100 if self.down else 76
        return (
            f'<TD WIDTH="{width}" HEIGHT="19"{ground}>'
            f" {bold(row.strong)}{escape(self._short(row.rest))}{times(row.times)}{small} </TD>"
        )

    def _framed(self, box: Box) -> dict[str, str]:
        """A title over the cards of a group, in one frame."""
        head, *cards = box.rows
        numbers = DOT.join(filter(None, ["" if self.down else box.size, head.small]))
        title = bold(head.strong, 11, self.theme.ink) + times(head.times, 13, self.theme.accent)
        title += f"<BR/>{font(numbers, SMALL, self.theme.faint)}" if numbers else ""
        rows = "".join(f"<TR>{self._frame_row(row)}</TR>" for row in cards)
        border = self.theme.accent if box.sign else self.theme.frame
        table = '<TABLE STYLE="ROUNDED" BORDER="1" CELLBORDER="1" CELLSPACING="4" CELLPADDING="2"'
        return {
            "shape": "plain",
            "style": "",
            "label": (
                f'<{table} COLOR="{border}" BGCOLOR="{self.theme.cluster}"><TR><TD'
                f' BORDER="0">{title}</TD></TR>{rows}</TABLE>>'
            ),
        }

    def _frame_row(self, row: Row) -> str:
        small = f"<BR/>{font(row.small, SMALL, INK)}" if row.small else ""
        style = ' STYLE="ROUNDED"' if row.fill.rounded else ""
        fill = f'BGCOLOR="{row.fill.colour}" COLOR="{row.fill.border}"'
        return (
            f'<TD WIDTH="84" {fill}{style}>'
            f" {bold(self._short(row.strong))}{escape(row.rest)}{times(row.times)} {small}</TD>"
        )

    def _sum(self, box: Box) -> dict[str, str]:
        sign = box.rows[0].strong
        border = Fill.MERGE.border
        made = {
            "shape": "circle",
            "style": "filled",
            "margin": "0",
            "fillcolor": Fill.MERGE.colour,
            "color": border,
            "fontcolor": INK,
        }
        if len(sign) == 1:
            made |= {"fixedsize": "true", "width": "0.24", "fontsize": "13"}
        else:
            made |= {"fontsize": "8"}
        return {**made, "label": sign, **self._signed(box)}

    def _bar(self, box: Box) -> dict[str, str]:
        border = self.theme.accent if box.sign else Fill.MERGE.border
        words = f"{bold(box.rows[0].strong)}{escape(box.rows[0].rest)}" + "".join(
            f" · {escape(line)}" for line in box.lines
        )
        cells = [
            f'<TD PORT="p{number}"{self._reach()}>{font(port, SMALL, INK)}</TD>'
            for number, port in enumerate(box.ports)
        ]
        if self.down:
            every = "".join(cells)
            rows = f'<TR>{every}</TR><TR><TD COLSPAN="{len(cells)}">{words}</TD></TR>'
        else:
            first, *others = cells
            name = f'<TD ROWSPAN="{len(cells)}">{words}</TD>'
            rows = f"<TR>{first}{name}</TR>" + "".join(f"<TR>{cell}</TR>" for cell in others)
        head = (
            '<TABLE STYLE="ROUNDED" BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3"'
            f' COLOR="{border}" BGCOLOR="{Fill.MERGE.colour}">'
        )
        return {"shape": "plain", "style": "", "label": f"<{head}{rows}</TABLE>>"}

    def _reach(self) -> str:
        return ' WIDTH="104"' if self.down else ' HEIGHT="28"'

    def _point(self, box: Box) -> dict[str, str]:
        return {"shape": "point", "width": "0.05", "color": self.theme.line, "label": ""}

    # --- edges

    def _line(self, graph: Any, edge: Edge) -> None:
        made = {**_WAYS[edge.way], "class": edge.way.value}
        if edge.way in (Way.SHORTCUT, Way.REFERENCE):
            made |= {"color": self.theme.shortcut, "fontcolor": self.theme.shortcut}
        if edge.label and self.down:
            made["label"] = f" {edge.label}"
        if self.boxes[edge.head].form is Form.POINT:
            made["arrowhead"] = "none"
        tail, head = edge.tail, edge.head
        if (
            edge.way is Way.SHORTCUT
            and self.boxes[edge.tail].form is Form.POINT
            and self.boxes[edge.head].form is Form.SUM
        ):
            side = "e" if self.down else "n"
            tail, head = f"{tail}:{side}", f"{head}:{side}"
            made |= {
                "label": f" shortcut {MARK}" if self.boxes[edge.head].sign == MARK else " shortcut"
            }
        elif edge.port is not None:
            head = f"{head}:p{edge.port}:{'n' if self.down else 'w'}"
        graph.edge(tail, head, **made)

    def _beside(self, graph: Any) -> None:
        """Panels stand under one another, beside the network."""
        if self.drawing.side_by_side:
            return
        panels = [
            member
            for member in self.drawing.members
            if isinstance(member, Cluster) and member.panel
        ]
        for one, other in pairwise(panels):
            last, first = list(boxes(one.members))[-1], next(boxes(other.members))
            graph.edge(last.id, first.id, style="invis")


_FORMS = {
    Form.INPUT: Writer._pill,
    Form.OUTPUT: Writer._pill,
    Form.CARD: Writer._card,
    Form.GROUP: Writer._grouped,
    Form.STACK: Writer._stacked,
    Form.FRAME: Writer._framed,
    Form.SUM: Writer._sum,
    Form.BAR: Writer._bar,
    Form.POINT: Writer._point,
}

_WAYS: dict[Way, dict[str, str]] = {
    Way.TRUNK: {"weight": "100"},
    Way.BRANCH: {"weight": "20"},
    Way.SHORTCUT: {"weight": "1"},
    Way.REFERENCE: {"weight": "0"},
    Way.SIDE: {"weight": "1"},
}


def _plain_name(name: str) -> str:
    """A name that DOT takes without quotes."""
    return "n_" + "".join(
        letter if letter.isascii() and letter.isalnum() else "_" for letter in name
    )
