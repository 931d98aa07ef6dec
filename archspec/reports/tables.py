"""Columns and rows of values → text in aligned columns, Markdown, JSON records, CSV."""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Row = Mapping[str, Any]

WIDTH = 100
"""The width of text that a table aims at, in characters: cells that may be wrapped are, and nothing
is ever cut off.
"""

GAP = "  "


class Column(NamedTuple):
    """One column: the key of its values in a row, its title, how a value is shown. ``right``
    aligns numbers, ``wrap`` breaks long text.
    """

    key: str
    title: str
    show: Callable[[Any], str] = str
    right: bool = False
    wrap: bool = False


class Table(NamedTuple):
    """Rows of values under columns; ``total`` is a last row of text and Markdown that sums the
    others up.
    """

    columns: Sequence[Column]
    rows: Sequence[Row]
    total: Row | None = None

    def text(self, *, header: bool = True, width: int = WIDTH) -> str:
        """The table in aligned columns, under their titles, with a rule around the rows if
        there is a total; ``width`` is what wrapping aims at.
        """
        titles = [[column.title for column in self.columns]] if header else []
        body = [self._cells(row) for row in self.rows]
        total = [self._cells(self.total)] if self.total is not None else []
        widths = self._widths([*titles, *body, *total], width)
        rule = ["─" * (sum(widths) + len(GAP) * (len(widths) - 1))] if total else []
        return "\n".join(
            [
                *self._all(titles, widths),
                *rule,
                *self._all(body, widths),
                *rule,
                *self._all(total, widths),
            ]
        )

    def _cells(self, row: Row) -> list[str]:
        return [
            column.show(row[column.key]) if column.key in row else "" for column in self.columns
        ]

    def _widths(self, table: list[list[str]], width: int) -> list[int]:
        widths = [
            max((len(cells[index]) for cells in table), default=0)
            for index in range(len(self.columns))
        ]
        flexible = [index for index, column in enumerate(self.columns) if column.wrap]
        room = (
            width
            - len(GAP) * (len(widths) - 1)
            - sum(size for index, size in enumerate(widths) if index not in flexible)
        )
        for left, index in enumerate(
            sorted(flexible, key=widths.__getitem__)
        ):  # the narrow ones first: what they do not need, the wide ones get
            least = max((len(word) for cells in table for word in cells[index].split()), default=0)
            most = min(widths[index], max(least, room // (len(flexible) - left)))
            widths[index] = max(
                (len(line) for cells in table for line in wrapped(cells[index], most)), default=0
            )
            room -= widths[index]
        return widths

    def _all(self, table: list[list[str]], widths: list[int]) -> list[str]:
        return [line for cells in table for line in self._lines(cells, widths)]

    def _lines(self, cells: list[str], widths: list[int]) -> list[str]:
        """The lines of one row: more than one where a cell is wrapped."""
        parts = [
            wrapped(cell, width) if column.wrap else [cell]
            for column, cell, width in zip(self.columns, cells, widths, strict=True)
        ]
        height = max(len(part) for part in parts)
        padded = [[*part, *[""] * (height - len(part))] for part in parts]
        return [self._line(line, widths) for line in zip(*padded, strict=True)]

    def _line(self, cells: Sequence[str], widths: list[int]) -> str:
        aligned = [
            cell.rjust(width) if column.right else cell.ljust(width)
            for column, cell, width in zip(self.columns, cells, widths, strict=True)
        ]
        return GAP.join(aligned).rstrip()

    def markdown(self) -> str:
        """The table in GitHub's Markdown; the total is bold."""
        rule = ["---:" if column.right else "---" for column in self.columns]
        total = (
            [[cell and f"**{cell}**" for cell in _escaped(self._cells(self.total))]]
            if self.total is not None
            else []
        )
        rows = [
            [column.title for column in self.columns],
            rule,
            *(_escaped(self._cells(row)) for row in self.rows),
            *total,
        ]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)

    def records(self) -> list[dict[str, Any]]:
        """The rows as JSON values: numbers as numbers, shapes as lists, ``null`` for what is
        unknown.
        """
        return [
            {column.key: row[column.key] for column in self.columns if column.key in row}
            for row in self.rows
        ]

    def csv(self) -> str:
        """The rows, without the total, as CSV under the keys: numbers plain, an unknown one
        empty, other values as they are shown.
        """
        import csv  # noqa: PLC0415 - few runs of the command line need it
        from io import StringIO  # noqa: PLC0415

        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([column.key for column in self.columns])
        writer.writerows(
            [[_plain(row.get(column.key), column) for column in self.columns] for row in self.rows]
        )
        return text.getvalue().rstrip("\n")


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most ``width`` columns; a longer word has a line of its own."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".lstrip()
    return lines


def _escaped(cells: list[str]) -> list[str]:
    """Cells that may hold Markdown, but no further cell and no HTML."""
    return [re.sub(r"\||<(?=[A-Za-z/!?])", r"\\\g<0>", " ".join(cell.split())) for cell in cells]


def markdown_paragraph(text: str) -> str:
    """A text as a paragraph of Markdown that shows its characters: no markup and no HTML."""
    line = re.sub(r"[\\|<`*\[]", r"\\\g<0>", " ".join(text.split()))
    return re.sub(r"^(\d*)([#+>.)-])", r"\1\\\2", line)


def _plain(value: Any, column: Column) -> Any:
    if isinstance(value, int | float) or value is None:
        return value
    return column.show(value)
