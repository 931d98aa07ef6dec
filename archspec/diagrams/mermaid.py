"""`Drawing` → Mermaid, a flowchart in text that Markdown pages show: the same boxes, frames and
edges, without places and colours by hand.
"""

from __future__ import annotations

import json
import re

from archspec.diagnostics import printable
from archspec.diagrams.drawing import Box, Cluster, Drawing, Edge, Form, Member, Row, Way
from archspec.diagrams.palette import INK

_SHAPES = {
    Form.INPUT: ("([", "])"),
    Form.OUTPUT: ("([", "])"),
    Form.SUM: ("((", "))"),
    Form.BAR: ("[", "]"),
}
_ARROWS = {Way.SHORTCUT: "-. shortcut .->", Way.REFERENCE: "-.->", Way.BATCH: "-.->"}


def mermaid(drawing: Drawing, direction: str = "tb") -> str:
    """The text of a flowchart. Its title is in the front matter that Mermaid reads."""
    lines = ["---", f"title: {_title(drawing)}", "---", f"flowchart {direction.upper()}"]
    lines += [line for member in drawing.members for line in _member(member, 1)]
    forms = {box.id: box.form for box in drawing.boxes}
    lines += [_edge(edge, forms) for edge in drawing.edges]
    used = dict.fromkeys(
        box.fill for box in drawing.boxes if box.form not in (Form.INPUT, Form.OUTPUT, Form.POINT)
    )
    lines += [
        f"  classDef {fill.css} fill:{fill.colour},stroke:{fill.border},color:{INK}"
        for fill in used
    ]
    return "\n".join(lines) + "\n"


def _title(drawing: Drawing) -> str:
    """Title and totals as a text of YAML, in which the front matter is written."""
    return json.dumps(
        printable(" – ".join(filter(None, [drawing.title, drawing.subtitle]))), ensure_ascii=False
    )


def _member(member: Member, depth: int) -> list[str]:
    indent = "  " * depth
    if isinstance(member, Cluster):
        inner = [line for each in member.members for line in _member(each, depth + 1)]
        count = f" ×{member.count}" if member.count > 1 else ""
        words = _label([f"{member.title}{count}", *member.lines, member.weight])
        return [f"{indent}subgraph {member.id}[{words}]", *inner, f"{indent}end"]
    return [f"{indent}{_box(member)}"]


def _box(box: Box) -> str:
    left, right = _SHAPES.get(box.form, ("[", "]"))
    if box.form is Form.POINT:
        return f"{box.id}(( ))"
    rows = [_row(row) for row in box.rows]
    words = _label([*rows, *box.lines, box.weight if box.form is not Form.SUM else ""])
    colour = "" if box.form in (Form.INPUT, Form.OUTPUT) else f":::{box.fill.css}"
    return f"{box.id}{left}{words}{right}{colour}"


def _row(row: Row) -> str:
    count = f" ×{row.times}" if row.times > 1 else ""
    return f"{row.strong}{row.rest}{f' {row.small}' if row.small else ''}{count}"


def _edge(edge: Edge, forms: dict[str, Form]) -> str:
    arrow = _ARROWS.get(edge.way, "---" if forms[edge.head] is Form.POINT else "-->")
    if edge.way is Way.SHORTCUT and forms[edge.tail] is not Form.POINT:
        arrow = "-.->"
    if edge.label and edge.way is not Way.SHORTCUT:
        arrow = f"{arrow}|{_quoted(edge.label)}|"
    return f"  {edge.tail} {arrow} {edge.head}"


def _label(lines: list[str]) -> str:
    return _quoted("<br>".join(_escaped(line) for line in lines if line), escape=False)


def _quoted(text: str, *, escape: bool = True) -> str:
    return f'"{_escaped(text) if escape else text}"'


def _escaped(text: str) -> str:
    """The letters that Mermaid reads otherwise, as it wants them written."""
    return re.sub(r'[#"<>`&\\]', lambda letter: f"#{ord(letter[0])};", printable(text))
