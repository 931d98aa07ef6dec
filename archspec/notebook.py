"""`Graph` → what a notebook displays of it: its diagram, and its table of stages."""

from __future__ import annotations

from html import escape

from archspec.graph import Graph

MONOSPACE = "font-family:monospace;white-space:pre;overflow-x:auto;line-height:1.3"
"""The style of the table, which a page's own style for ``pre`` may set in another font."""


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

    svg = picture(graph)
    parts = [f'<pre style="{MONOSPACE}">{escape(summary(graph))}</pre>']
    if svg is not None:
        drawing = svg[svg.index("<svg") :]  # within a page there is no XML declaration
        parts.insert(0, f'<div style="max-width:100%;overflow:auto">{drawing}</div>')
    return "".join(parts)
