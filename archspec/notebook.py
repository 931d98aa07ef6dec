"""`Graph` → what a notebook displays of it: its diagram, and its table of stages."""

from __future__ import annotations

from html import escape

from archspec.graph import Graph


def picture(graph: Graph) -> str | None:
    """The diagram as SVG, or ``None`` where none can be made: the table stands alone then."""
    from archspec.diagrams.making import draw
    from archspec.diagrams.options import DrawingError

    try:
        return draw(graph).decode()
    except DrawingError:
        return None


def page(graph: Graph) -> str:
    """The diagram, and under it the table of stages."""
    from archspec.reports.summary import summary

    svg = picture(graph) or ""
    svg = svg[svg.index("<svg") :] if svg else ""  # within a page there is no XML declaration
    return (
        f'<div style="max-width:100%;overflow:auto">{svg}</div><pre>{escape(summary(graph))}</pre>'
    )
