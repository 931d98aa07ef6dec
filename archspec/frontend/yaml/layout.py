"""Pieces of a document, with the comments about them → lines of YAML: the one printer of specs.

A collection stands in brackets on one line, or each of its entries begins a line, two columns
further in than what holds it. Long data (lists of scalars, ``args``, and what is below ``expect``)
fill lines in brackets. The rows of a table keep their columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import wrap

LINE = 140
"""Columns that a line with brackets may take."""


@dataclass(eq=False)
class Piece:
    """A scalar as it is written, or a collection of entries.

    ``in_flow`` is how a scalar is written within brackets, where that is otherwise.
    ``lines`` are those of a block scalar below its ``text`` (``|``). ``flow`` says that a
    collection stands in brackets where it fits, ``aligned`` that its values stand in columns with
    those of its neighbours, ``folded`` that a long text may be broken at its spaces. ``anchor`` is
    what precedes the value (``&name``).
    """

    text: str = ""
    in_flow: str | None = None
    entries: list[Placed] | None = None
    mapping: bool = False
    flow: bool = True
    anchor: str = ""
    lines: list[str] = field(default_factory=list)
    folded: bool = False
    aligned: bool = False

    @property
    def prefix(self) -> str:
        """The anchor and a space, where there is one."""
        return f"{self.anchor} " if self.anchor else ""

    @property
    def in_brackets(self) -> bool:
        """Whether brackets may hold it: no comment and no block scalar is within."""
        if self.lines:
            return False
        if self.entries is None:
            return True
        if not self.flow and self.entries:
            return False
        return all(entry.in_brackets for entry in self.entries)


@dataclass(eq=False)
class Placed:
    """A key with its value, or an element of a list (without a key), and the comments about it.

    ``above`` and ``below`` are whole lines, empty ones for an empty line; ``beside`` is at the end
    of its first line, or of its last one in brackets, from ``column`` on or later.
    """

    value: Piece
    key: str | None = None
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    beside: str = ""
    column: int = 0

    @property
    def in_brackets(self) -> bool:
        """Whether it may stand within brackets."""
        return not (self.beside or any(self.above) or any(self.below)) and self.value.in_brackets


def printed(root: Piece) -> str:
    """The text of a document."""
    return "".join(f"{line}\n" for line in _lines(root, 0))


def width_of(piece: Piece) -> int:
    """The columns that a piece takes on one line."""
    return len(_in_line(piece))


def _lines(piece: Piece, indent: int) -> Iterator[str]:
    """A piece of which each entry begins a line; a scalar is one line."""
    if not piece.entries:
        yield " " * indent + _in_line(piece)
        return
    rows = _rows(piece.entries, indent) | _columns(piece.entries, indent)
    keys = max(len(entry.key or "") for entry in piece.entries) if piece.aligned else 0
    for number, entry in enumerate(piece.entries):
        above = entry.above if number or indent else entry.above[_blanks(entry.above) :]
        yield from _comments(above, indent)
        lines = rows.get(id(entry)) or _entry(entry, indent, keys)
        at = -1 if _ends_in_brackets(entry.value, lines) else 0
        lines[at] = _with_comment(lines[at], entry)
        yield from lines
        yield from _comments(entry.below, indent)


def _ends_in_brackets(value: Piece, lines: list[str]) -> bool:
    """Whether lines are one value, which YAML takes no comment within."""
    return value.in_brackets and (value.entries is None or lines[-1].endswith(("]", "}")))


def _blanks(lines: list[str]) -> int:
    """The number of empty lines at the start."""
    return next((at for at, line in enumerate(lines) if line), len(lines))


def _comments(lines: list[str], indent: int) -> Iterator[str]:
    for line in lines:
        yield " " * indent + line if line else ""


def _with_comment(line: str, entry: Placed) -> str:
    if not entry.beside:
        return line
    return f"{line}{' ' * max(2, entry.column - len(line))}{entry.beside}"


# --- tables


def _rows(entries: list[Placed], indent: int) -> dict[int, list[str]]:
    """The lines of those elements of a list that are rows of a table, by the entry's identity."""
    rows = [entry for entry in entries if entry.key is None and _is_row(entry.value)]
    if not any(row.value.aligned for row in rows):
        return {}
    texts = [f"{' ' * indent}- {text}" for text in _aligned([row.value for row in rows])]
    if max(map(len, texts)) > LINE:
        return {}
    return {id(row): [text] for row, text in zip(rows, texts, strict=True)}


def _columns(entries: list[Placed], indent: int) -> dict[int, list[str]]:
    """The lines of the lists of a mapping that are columns of a table: of one length, element below
    element.
    """
    lists = [
        entry
        for entry in entries
        if entry.key is not None
        and entry.value.entries
        and entry.value.flow
        and entry.value.in_brackets
        and _is_list_of_scalars(entry.value)
    ]
    lines: dict[int, list[str]] = {}
    for length in {len(_entries(one.value)) for one in lists}:
        table = [one for one in lists if len(_entries(one.value)) == length]
        if not any(one.value.aligned for one in table):
            continue
        cells = [[_in_flow(element) for element in _entries(one.value)] for one in table]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        heads = [f"{' ' * indent}{one.key}: {one.value.prefix}[" for one in table]
        width = max(map(len, heads))
        for one, head, row in zip(table, heads, cells, strict=True):
            first, *others = [f"{cell}," for cell in row]
            padded = [
                cell.rjust(columns + 1) for cell, columns in zip(others, widths[1:], strict=True)
            ]
            text = " ".join([first.ljust(widths[0] + 1), *padded])
            line = f"{head[:-1].ljust(width - 1)}[{text.rstrip()[:-1]}]"
            if len(line) <= LINE:
                lines[id(one)] = [line]
    return lines


def _is_row(piece: Piece) -> bool:
    return piece.mapping and piece.flow and bool(piece.entries) and piece.in_brackets


def _aligned(rows: list[Piece]) -> list[str]:
    """Mappings in brackets: among those that have the same keys up to a value, what follows the
    value begins in one column.
    """
    texts = [f"{row.prefix}{{" for row in rows]
    tables = [list(range(len(rows)))]
    at = 0
    while tables:
        alike: dict[tuple[int, str], list[int]] = {}
        for table, numbers in enumerate(tables):
            for number in numbers:
                alike.setdefault((table, str(_entries(rows[number])[at].key)), []).append(number)
        for (_, key), numbers in alike.items():
            values = _values([_entries(rows[number])[at].value for number in numbers])
            width = max(len(value) for value in values) + 2
            for number, value in zip(numbers, values, strict=True):
                is_last = at + 1 == len(_entries(rows[number]))
                texts[number] += f"{key}: " + (value if is_last else f"{value},".ljust(width))
        at += 1
        tables = [
            further
            for numbers in alike.values()
            if (further := [number for number in numbers if at < len(_entries(rows[number]))])
        ]
    return [f"{text}}}" for text in texts]


def _entries(piece: Piece) -> list[Placed]:
    return piece.entries or []


def _values(values: list[Piece]) -> list[str]:
    if all(map(_is_row, values)):
        return _aligned(values)
    return [_in_line(value, in_flow=True) for value in values]


# --- entries


def _entry(entry: Placed, indent: int, keys: int) -> list[str]:
    """The lines of an entry, without the comments about it. ``keys``: the width of the column of
    keys, where values on their lines begin behind it.
    """
    value, margin = entry.value, " " * indent
    head = f"{margin}- " if entry.key is None else f"{margin}{entry.key}: ".ljust(indent + keys + 2)
    if value.entries is None:
        return _scalar(head, value, indent)
    line = head + _in_line(value)
    is_pair = entry.key is None and value.mapping and len(value.entries) == 1 and not value.anchor
    if not value.entries or (value.in_brackets and not is_pair and len(line) <= LINE):
        return [line]
    if value.in_brackets and (entry.key in DATA or _is_list_of_scalars(value) or _has_data(value)):
        return _filled(head, value)
    if entry.key is None and not value.anchor and not any(value.entries[0].above):
        first, *others = _lines(value, indent + 2)
        return [f"{margin}- {first.lstrip()}", *others]
    return [f"{head.rstrip()} {value.anchor}".rstrip(), *_lines(value, indent + 2)]


CLAIM = "expect"
DATA = (CLAIM, "shapes", "args")
"""The keys whose values are data, not structure: claims, and names with their defaults."""


def _is_list_of_scalars(piece: Piece) -> bool:
    return not piece.mapping and all(entry.value.entries is None for entry in _entries(piece))


def _has_data(piece: Piece) -> bool:
    """Whether a mapping ends in a claim, as those of variants do."""
    return piece.mapping and bool(piece.entries) and _entries(piece)[-1].key in DATA


def _filled(head: str, value: Piece) -> list[str]:
    """A collection in brackets over several lines, broken behind its commas and before a claim,
    which goes on below its first number.
    """
    opening = head + value.prefix
    margin = " " * (len(opening) + 1)
    first, *words = _words(value)
    lines = [opening + first]
    for word in words:
        is_claim = word.startswith(f"{CLAIM}: {{")
        if is_claim or len(lines[-1]) + 1 + len(word) > LINE:
            lines.append(margin + word)
        else:
            lines[-1] += f" {word}"
        if is_claim:
            margin = " " * (len(margin) + len(f"{CLAIM}: {{"))
    return lines


def _words(piece: Piece) -> list[str]:
    """What a line in brackets is not broken within: entries of mappings, and lists."""
    start, end = "{}" if piece.mapping else "[]"
    words: list[str] = []
    for entry in _entries(piece):
        value = entry.value
        if entry.key is not None and value.mapping and value.entries:
            first, *others = _words(value)
            words += [f"{entry.key}: {value.prefix}{first}", *others]
        else:
            words.append(_in_flow(entry))
        words[-1] += ","
    return (
        [start + words[0], *words[1:-1], words[-1][:-1] + end]
        if len(words) > 1
        else [f"{start}{words[0][:-1]}{end}"]
    )


def _scalar(head: str, value: Piece, indent: int) -> list[str]:
    first = (head + _in_line(value)).rstrip()
    if value.lines:
        deeper = " " * (indent + 2)
        return [first, *((deeper + line).rstrip() for line in value.lines)]
    if value.folded and len(first) > LINE:
        return wrap(
            first,
            LINE,
            subsequent_indent=" " * (indent + 2),
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
        )
    return [first]


def _in_line(piece: Piece, *, in_flow: bool = False) -> str:
    """A piece on one line, its collections in brackets, or all of it within some."""
    if piece.entries is None:
        text = piece.in_flow if in_flow and piece.in_flow is not None else piece.text
        return piece.prefix + text
    inner = ", ".join(_in_flow(entry) for entry in piece.entries)
    return f"{piece.prefix}{{{inner}}}" if piece.mapping else f"{piece.prefix}[{inner}]"


def _in_flow(entry: Placed) -> str:
    value = entry.value
    if entry.key is not None:
        return f"{entry.key}: {_in_line(value, in_flow=True)}"
    pair = value.entries[0] if value.mapping and value.entries and not value.anchor else None
    if pair and value.entries == [pair] and _in_line(pair.value):
        return _in_flow(pair)  # YAML reads `[a: 1]` as `[{a: 1}]`
    return _in_line(value, in_flow=True)
