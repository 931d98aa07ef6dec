"""The parser's complaints about indentation → words: tabs and other characters that are no spaces,
and lines that begin at a column where nothing that they could belong to does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from archspec.frontend.vocabulary import MODIFIERS
from archspec.frontend.yaml.faults import ENTRY, Trouble, Words, YamlFault, indent, without_comment
from archspec.frontend.yaml.key_complaints import beside_its_partner, glued_dash, no_colon
from archspec.spelling import counted, cut, listed

BLANKS = {
    "\t": "a tab",
    "\u00a0": "a no-break space",
    "\u3000": "a wide space",
    "\u2003": "a wide space",
    "\u200b": "an invisible space",
}
"""Characters that look like the spaces of an indentation, and are none to YAML."""


def tab(trouble: Trouble) -> Words | None:
    """A tab or another character in place of the spaces that indent or stand after a dash."""
    row = trouble.at[0]
    for number in (row, row - 1):
        blanks = re.match(r"[ -]*([\t\u00a0\u3000\u2003\u200b]+)", trouble.line(number))
        if blanks and (number == row or blanks[1][0] != "\t"):
            message, help = not_a_space(blanks[1])
            column = _column_meant(trouble, number) if blanks[0].strip("\t") == "" else None
            help = (
                help
                if column is None
                else f"indent this line by {counted(column, 'space')} instead"
            )
            return Words(
                message,
                help + _other_tabs(trouble, number),
                (number, blanks.start(1), len(blanks[1])),
            )
    return None


def _other_tabs(trouble: Trouble, row: int) -> str:
    """What to say of the lines below that begin with a tab too."""
    below = [
        f"line {number + 1}"
        for number in range(row + 1, len(trouble.lines))
        if re.match(r"[ -]*\t", trouble.line(number))
    ]
    return (
        f", and likewise {listed(below, 4)}, which {'begins' if len(below) == 1 else 'begin'} with"
        " a tab too"
        if below
        else ""
    )


def _column_meant(trouble: Trouble, row: int) -> int | None:
    """Where a line that is indented by tabs belongs, where the line above it leaves no doubt."""
    last, text = trouble.line(trouble.above(row)), trouble.line(row).strip()
    above, entry, item = ENTRY.match(last), ENTRY.match(text), last.lstrip().startswith("- ")
    opens = above is not None and not without_comment(above["value"] or "")
    if text.startswith("- "):
        return (
            indent(last) + 2 if opens and not item else indent(last) if item and not opens else None
        )
    if above is None or entry is None:
        return None
    if entry["key"] in MODIFIERS:
        owner = next(
            (
                ENTRY.match(line)
                for line in reversed(trouble.lines[:row])
                if line.lstrip().startswith("- ")
            ),
            None,
        )
        return owner and owner.start("key")
    if opens:
        return above.start("key") + 2
    return None if item else above.start("key")


def not_a_space(blanks: str) -> tuple[str, str]:
    """What to say of characters in place of spaces, and the help."""
    what = BLANKS[blanks[0]]
    help = "replace each tab by two spaces" if what == "a tab" else "replace it by a plain space"
    return f"{what} stands here, and YAML indents with plain spaces only", help


def indentation(trouble: Trouble) -> Words | None:
    """A line that starts between the columns of its neighbours, or a list where keys stand and
    the reverse.
    """
    row, column = trouble.at
    line = trouble.line(row)
    if trouble.fault not in (YamlFault.NO_KEY, YamlFault.NO_DASH, YamlFault.DOCUMENT_CONTENT):
        return None
    if trouble.before.strip() or not line.strip():
        return None
    text = without_comment(line)
    place = (row, column, len(text))
    if text.startswith("- ") and column <= 2 and _lacks_layers(trouble, row):
        message = "a list of items stands here, and no key that it belongs to"
        return Words(message, "put `layers:` on a line of its own above it", place)
    columns = dict(_columns(trouble, row))
    if column not in columns:
        return _between_columns(columns, column, place)
    if text.startswith("- "):
        glued = glued_dash(trouble, trouble.above(row), column)
        return glued or _item_among_keys(columns, text, place)
    if trouble.fault is not YamlFault.NO_DASH:
        return no_colon(trouble, row, column)
    return beside_its_partner(trouble, row) or _key_among_items(trouble, text, place)


def _between_columns(
    columns: Mapping[int, tuple[int, str]], column: int, place: tuple[int, int, int]
) -> Words:
    """A line whose column is none of those at which a line above begins."""
    near = [
        min((other for other in columns if other > column), default=None),
        max((other for other in columns if other < column), default=None),
    ]
    ways = [
        f"by {counted(other, 'space')}, as `{columns[other][1]}` on line {columns[other][0] + 1}"
        for other in near
        if other is not None
    ]
    message = (
        f"this line is indented by {counted(column, 'space')}, and the lines that it could"
        " belong with are not"
    )
    help = f"indent it {', or '.join(ways)}" if ways else "remove the indentation"
    return Words(message, help, place)


def _item_among_keys(
    columns: Mapping[int, tuple[int, str]], text: str, place: tuple[int, int, int]
) -> Words:
    """A line that begins with a dash where the lines above it are keys."""
    column = place[1]
    entry = re.sub(r"^- +", "", text)
    help = (
        f"remove the `- ` before `{cut(entry)}`"
        if ENTRY.match(entry)
        else "indent it below the key that it belongs to"
    )
    dashes = [at for at, (_, word) in columns.items() if at < column and word.startswith("- ")]
    if dashes and dashes[-1] == 0 and column <= 4:
        message = "this item is indented, and the item above it, of the same list, is not"
        help = f"remove the {counted(column, 'space')} before its `- `"
        return Words(message, help, place)
    if dashes and column - dashes[-1] <= 4:
        spaces = counted(dashes[-1], "space")
        help = f"indent it by {spaces} if it is an item of its own, or {help}"
    return Words("a list item stands here among keys", help, place)


def _key_among_items(trouble: Trouble, text: str, place: tuple[int, int, int]) -> Words:
    """A line without a dash where the lines above it are items."""
    row, column, _ = place
    above = trouble.above(row)
    while indent(trouble.line(above)) > column:
        above = trouble.above(above)
    owner, key = trouble.line(above), ENTRY.match(text)
    item = ENTRY.match(owner) if owner.startswith("- ", column) else None
    help = f"write `- {cut(text)}`"
    if item and key and (key["key"] in MODIFIERS or not without_comment(item["value"] or "")):
        deeper = item.start("key") + (0 if key["key"] in MODIFIERS else 2)
        spaces = counted(deeper, "space")
        help = f"indent it by {spaces} if it belongs to `{item['key']}`, or {help}"
    return Words(f"`{cut(text)}` stands in a list and does not begin with `- `", help, place)


def _lacks_layers(trouble: Trouble, row: int) -> bool:
    """Whether no line says `layers:` at the beginning, and the line above opens nothing."""
    above = ENTRY.match(trouble.line(trouble.above(row)))
    opens = above is not None and not without_comment(above["value"] or "")
    return not opens and not any(re.match(r"layers\s*:", line) for line in trouble.lines)


def _columns(trouble: Trouble, row: int) -> Iterator[tuple[int, tuple[int, str]]]:
    """The columns at which a line could go on with what stands above it, each with its line and
    first word there; the farthest first.
    """
    columns: list[tuple[int, tuple[int, str]]] = []
    limit = 10_000
    while limit and (row := trouble.above(row)) >= 0:
        line = trouble.line(row)
        dashes = re.match(r"\s*(?:- +)*", line)
        starts = (
            [match.start() for match in re.finditer(r"- ", line[: dashes.end()])] if dashes else []
        )
        for column in (*starts, dashes.end() if dashes else 0):
            if column < limit:
                word = re.match(r"(- +)?[^\s:]+", line[column:])
                columns.append((column, (row, cut(word[0] if word else line[column:]))))
        limit = min(limit, indent(line))
    yield from reversed(columns)
