"""The words of boxes, clusters and titles → DOT's HTML labels. An empty tag is an error there, so
that no words give nothing. Every word of a spec is escaped here.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from archspec.diagnostics import printable
from archspec.diagrams.drawing import Box, Cluster, Drawing, Form, Row
from archspec.diagrams.lettering import DOT, NARROW
from archspec.diagrams.palette import INK, Fill, Theme

SMALL = 9
"""The size of letters below a title, in points."""
GAP = "   "


class Layout(NamedTuple):
    """How labels are set: from top to bottom (``down``) or left to right, in the colours of a
    theme. The titles of clusters stand at the right, but for those at the ``left``.
    """

    down: bool
    theme: Theme
    left: frozenset[str] = frozenset()


def title_label(drawing: Drawing, layout: Layout) -> str:
    """Title, totals, legend and notes of a figure."""
    theme = layout.theme
    lines = [f"{bold(drawing.title, 14)}   {font(drawing.subtitle, 10, theme.faint)}"]
    swatches = [
        f'<FONT COLOR="{fill.colour}" POINT-SIZE="13">■</FONT> {escaped(words)}'
        for fill, words in drawing.legend
    ]
    lines += [
        f'<FONT POINT-SIZE="{SMALL}">{GAP.join(group)}</FONT>'
        for group in in_lines(swatches, [words for _, words in drawing.legend])
    ]
    notes = [line for note in drawing.notes for line in broken(note, 90)]
    lines += [font(line, 8.5, theme.faint) for line in notes]
    return aligned(lines, "LEFT")


def cluster_label(cluster: Cluster, layout: Layout, side: str) -> str:
    """Title, ×N, size and parameters of a cluster, at the left or right ``side``."""
    theme = layout.theme
    count = times(cluster.count, 13, theme.accent)
    size = f"  {font(cluster.size, SMALL, theme.faint)}" if cluster.size and not layout.down else ""
    lines = [bold(cluster.title, 11) + count + size] if cluster.title or count else []
    below = [*cluster.lines, cluster.weight]
    lines += [font(line, SMALL, theme.faint) for line in below if line]
    return aligned(lines, side) if lines else ""


def box_label(box: Box, layout: Layout, ink: str = INK) -> str:
    """Title, what belongs to it, and in a line of numbers the size and the weights."""
    row = box.rows[0]
    sign = bold(f"{box.sign} ", 12) if box.sign else ""
    title = f"{sign}{bold(_short(row.strong, layout))}{escaped(row.rest)}{times(row.times, 12)}"
    below = "".join(f"<BR/>{font(line, SMALL, ink)}" for line in _below(box, layout) if line)
    return f"<{title}{below}>"


def _below(box: Box, layout: Layout) -> list[str]:
    """The lines below the title of a box."""
    sized = box.form is Form.GROUP or (box.form is Form.CARD and not layout.down)
    numbers = [box.size if sized else "", box.weight]
    if layout.down and box.form is Form.CARD and len(box.lines) == 1:
        line = box.lines[0]
        if len(line) + len(box.weight) < NARROW:
            return [_joined([line, *numbers])]
    lines = [part for line in box.lines for part in broken(line, NARROW)]
    return [*lines, _joined(numbers)]


def _joined(words: Sequence[str]) -> str:
    return DOT.join(filter(None, words))


def _short(words: str, layout: Layout) -> str:
    """From left to right width is scarce, and the colour and the legend say what is a
    convolution and what a pool.
    """
    if layout.down:
        return words
    short = words.replace(" conv", "").replace("global average pool", "global average")
    return short.removesuffix(" pool")


def stack_label(box: Box, layout: Layout) -> str:
    """The rows of a stack, one below the other."""
    mixed = len({row.fill for row in box.rows}) > 1
    rows = "<HR/>".join(f"<TR>{_stack_row(row, layout, mixed=mixed)}</TR>" for row in box.rows)
    border = layout.theme.accent if box.sign or box.differs else box.fill.border
    ground = "" if mixed else f' BGCOLOR="{box.fill.colour}"'
    table = (
        f'<TABLE{"" if mixed else _ROUNDED} BORDER="1" CELLBORDER="0" CELLSPACING="0"'
        f' CELLPADDING="2" COLOR="{border}"{ground}>'
    )
    return f"<{table}{rows}</TABLE>>"


_ROUNDED = ' STYLE="ROUNDED"'


def _stack_row(row: Row, layout: Layout, *, mixed: bool) -> str:
    small = f" {font(row.small, 8.5, INK)}" if row.small else ""
    ground = f' BGCOLOR="{row.fill.colour}"' if mixed else ""
    width = 100 if layout.down else 76
    words = f"{bold(row.strong)}{escaped(_short(row.rest, layout))}{times(row.times)}{small}"
    return f'<TD WIDTH="{width}" HEIGHT="19"{ground}> {words} </TD>'


def frame_label(box: Box, layout: Layout) -> str:
    """A title over the cards of a group, in one frame."""
    theme = layout.theme
    head, *cards = box.rows
    numbers = _joined(["" if layout.down else box.size, head.small])
    title = bold(head.strong, 11, theme.ink) + times(head.times, 13, theme.accent)
    title += f"<BR/>{font(numbers, SMALL, theme.faint)}" if numbers else ""
    rows = "".join(f"<TR>{_frame_row(row, layout)}</TR>" for row in cards)
    border = theme.accent if box.sign or box.differs else theme.frame
    table = (
        f'<TABLE{_ROUNDED} BORDER="1" CELLBORDER="1" CELLSPACING="4" CELLPADDING="2"'
        f' COLOR="{border}" BGCOLOR="{theme.cluster}">'
    )
    return f'<{table}<TR><TD BORDER="0">{title}</TD></TR>{rows}</TABLE>>'


def _frame_row(row: Row, layout: Layout) -> str:
    small = f"<BR/>{font(row.small, SMALL, INK)}" if row.small else ""
    shape = _ROUNDED if row.fill.rounded else ""
    fill = f'BGCOLOR="{row.fill.colour}" COLOR="{row.fill.border}"'
    words = f"{bold(_short(row.strong, layout))}{escaped(row.rest)}{times(row.times)}"
    return f'<TD WIDTH="84" {fill}{shape}> {words} {small}</TD>'


def bar_label(box: Box, layout: Layout) -> str:
    """A bar with a port for each branch that ends in it."""
    border = layout.theme.accent if box.sign or box.differs else Fill.MERGE.border
    words = f"{bold(box.rows[0].strong)}{escaped(box.rows[0].rest)}"
    words += "".join(f"{DOT}{escaped(line)}" for line in box.lines)
    reach = ' WIDTH="104"' if layout.down else ' HEIGHT="28"'
    cells = [
        f'<TD PORT="p{number}"{reach}>{font(port, SMALL, INK)}</TD>'
        for number, port in enumerate(box.ports)
    ]
    if layout.down:
        rows = f'<TR>{"".join(cells)}</TR><TR><TD COLSPAN="{len(cells)}">{words}</TD></TR>'
    else:
        first, *others = cells
        rows = f'<TR>{first}<TD ROWSPAN="{len(cells)}">{words}</TD></TR>'
        rows += "".join(f"<TR>{cell}</TR>" for cell in others)
    table = (
        f'<TABLE{_ROUNDED} BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3"'
        f' COLOR="{border}" BGCOLOR="{Fill.MERGE.colour}">'
    )
    return f"<{table}{rows}</TABLE>>"


# --- marks


def font(text: str, points: float, color: str) -> str:
    """Text of a size and colour."""
    return f'<FONT POINT-SIZE="{points:g}" COLOR="{color}">{escaped(text)}</FONT>' if text else ""


def bold(text: str, points: float | None = None, color: str | None = None) -> str:
    """Bold text, of a size and colour if they are given."""
    if not text:
        return ""
    size, ink = f' POINT-SIZE="{points:g}"' if points else "", f' COLOR="{color}"' if color else ""
    made = f"<B>{escaped(text)}</B>"
    return f"<FONT{size}{ink}>{made}</FONT>" if points or color else made


def times(number: int, points: float | None = None, color: str | None = None) -> str:
    """``×3`` after a title, nothing for one."""
    return bold(f"  ×{number}", points, color) if number > 1 else ""


def aligned(lines: list[str], side: str) -> str:
    """An HTML label of lines that stand at one side."""
    return "<" + "".join(f'{line}<BR ALIGN="{side}"/>' for line in lines) + ">"


def broken(text: str, width: int) -> list[str]:
    """A text in lines of about so many letters, broken at spaces."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def in_lines(parts: list[str], words: list[str], width: int = 80) -> Iterator[list[str]]:
    """Parts in lines, by the length of their words."""
    line: list[str] = []
    length = 0
    for part, word in zip(parts, words, strict=True):
        if line and length + len(word) > width:
            yield line
            line, length = [], 0
        line.append(part)
        length += len(word) + 5
    if line:
        yield line


def escaped(text: str) -> str:
    """Text within HTML; signs stand for control characters, which XML cannot hold."""
    return escape(printable(text))
