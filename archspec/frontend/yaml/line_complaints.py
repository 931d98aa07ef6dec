"""The parser's complaints about lines → words: tabs, indentation, dashes, and keys without a
colon; with the data that all complaints about the text are made of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import NamedTuple

from archspec import limits
from archspec.frontend.foreign import choice_help, item_help
from archspec.frontend.vocabulary import MODIFIERS, PARTNERS
from archspec.frontend.yaml.writer import in_quotes
from archspec.spelling import counted, cut, listed

KEY = r"[^\s:#'\"\[\]{}][^:#]*?|'[^']*'|\"[^\"]*\""

ENTRY = re.compile(rf"\s*(?:- +)*(?P<key>{KEY})\s*:(?:\s+(?P<value>.*)|$)")
"""A line that opens with ``key:``, after any dashes of a list."""


class YamlFault(Enum):
    """What PyYAML's parser complains of."""

    ANCHOR = auto()
    DIRECTIVE = auto()
    DOCUMENT_CONTENT = auto()
    ESCAPE = auto()
    FIRST_CHARACTER = auto()
    NESTING = auto()
    NO_COLON = auto()
    NO_COMMA = auto()
    NO_DASH = auto()
    NO_KEY = auto()
    OPEN_QUOTE = auto()
    OTHER = auto()
    SECOND_COLON = auto()
    SEQUENCE_ENTRY = auto()
    TAG = auto()
    UNEXPECTED = auto()


class Trouble(NamedTuple):
    """A parser's complaint: its fault, the lines of the text, where it stopped and where what
    it was reading began (from 0).
    """

    fault: YamlFault
    lines: list[str]
    at: tuple[int, int]
    start: tuple[int, int] | None

    def line(self, number: int) -> str:
        """A line of the text; beyond its ends, nothing."""
        return self.lines[number] if 0 <= number < len(self.lines) else ""

    @property
    def here(self) -> str:
        """The text from where the parser stopped to the end of its line."""
        return self.line(self.at[0])[self.at[1] :]

    @property
    def before(self) -> str:
        """The text of the line up to where the parser stopped."""
        return self.line(self.at[0])[: self.at[1]]

    def above(self, row: int) -> int:
        """The nearest line above that says something, -1 if there is none."""
        return next((one for one in range(row - 1, -1, -1) if says_something(self.line(one))), -1)

    def below(self, row: int) -> int:
        """The nearest line below that says something."""
        return next(
            (one for one in range(row + 1, len(self.lines)) if says_something(self.line(one))),
            len(self.lines),
        )


class Words(NamedTuple):
    """What to say, and the place to say it of: (line, column, length) from 0, else where the
    parser stopped.
    """

    message: str
    help: str | None = None
    place: tuple[int, int, int] | None = None
    label: str = ""
    code: str = "yaml-syntax"


def says_something(line: str) -> bool:
    """Whether a line is neither blank nor a comment."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def indent(line: str) -> int:
    """The spaces that a line begins with."""
    return len(line) - len(line.lstrip())


def quoted(text: str) -> str:
    """The help to put a text in quotes, written out where it is short."""
    return (
        f"write `{in_quotes(text)}`"
        if text and text == cut(text) and "`" not in text
        else "put the whole text in double quotes"
    )


def without_comment(text: str) -> str:
    """The text before a comment."""
    return re.split(r"(?:^|\s)#", text)[0].strip()


BARE_ITEM = re.compile(r"\s*- +(?P<word>[A-Za-z_$][\w$]*|'[^']*'|\"[^\"]*\")\s*(?:#.*)?$")
"""A list item that is one bare word."""

NO_SPACE = re.compile(r"(?P<key>[A-Za-z_]\w*):(?P<value>[^\s:].*)")
"""``key:value``, which YAML reads as one text."""

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
    for one in (row, row - 1):
        blanks = re.match(r"[ -]*([\t\u00a0\u3000\u2003\u200b]+)", trouble.line(one))
        if blanks and (one == row or blanks[1][0] != "\t"):
            message, help = not_a_space(blanks[1])
            column = _column_meant(trouble, one) if blanks[0].strip("\t") == "" else None
            help = (
                help
                if column is None
                else f"indent this line by {counted(column, 'space')} instead"
            )
            return Words(
                message, help + _other_tabs(trouble, one), (one, blanks.start(1), len(blanks[1]))
            )
    return None


def _other_tabs(trouble: Trouble, row: int) -> str:
    """What to say of the lines below that begin with a tab too."""
    below = [
        f"line {one + 1}"
        for one in range(row + 1, len(trouble.lines))
        if re.match(r"[ -]*\t", trouble.line(one))
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


def bare_item_with_modifier(trouble: Trouble) -> Words | None:
    """``- dense_layer`` and, on the next line, ``repeat: 2``."""
    if trouble.fault not in (YamlFault.SECOND_COLON, YamlFault.NO_DASH):
        return None
    row = trouble.at[0]
    above = trouble.above(row)
    entry, item = ENTRY.match(trouble.line(row)), BARE_ITEM.match(trouble.line(above))
    if (
        not (entry and item)
        or entry.start("key") != indent(trouble.line(row))
        or entry.start("key") <= indent(trouble.line(above))
    ):
        return None
    word, key = item["word"], entry["key"]
    if words := _beside_its_partner(trouble, row):
        return words
    if ours := item_help(key):
        message = f"an item has no modifier `{key}`"
        return Words(message, ours, (row, entry.start("key"), len(key)), code="unknown-key")
    place = (above, item.start("word"), len(word))
    if key in MODIFIERS:
        return Words(
            f"`{word}` needs a colon, because `{key}` belongs to the same item",
            f"write `- {word}:` on line {above + 1}",
            place,
        )
    help = (
        f"write `- {word}: {{{key}: ...}}`, or `- {word}:` and indent `{key}` deeper, by"
        f" {counted(item.start('word') + 2, 'space')}"
    )
    return Words(f"`{word}` needs a colon, because `{key}` belongs to it", help, place)


def long_key(trouble: Trouble) -> Words | None:
    """A key that is longer than YAML takes one to be."""
    row = trouble.at[0]
    entry = ENTRY.match(trouble.line(row))
    long = entry is not None and len(entry["key"]) > limits.NAME_LENGTH
    if trouble.fault is not YamlFault.SECOND_COLON or entry is None or not long:
        return None
    message = (
        f"this key has {len(entry['key']):,} characters, and a key may have {limits.NAME_LENGTH:,}"
    )
    return Words(
        message, "shorten it", (row, entry.start("key"), len(entry["key"])), code="bound-name"
    )


def deeper_than_a_value(trouble: Trouble) -> Words | None:
    """A ``key: value`` line, and a deeper ``key:`` below it."""
    if trouble.fault is not YamlFault.SECOND_COLON:
        return None
    row, line = trouble.at[0], trouble.line(trouble.at[0])
    entry = ENTRY.match(line)
    last = trouble.above(row)
    if (
        not entry
        or entry.end("key") > trouble.at[1]
        or line[: trouble.at[1]].count(": ")
        or last < 0
    ):
        return None
    above = ENTRY.match(trouble.line(last))
    if not above:
        return _no_colon(trouble, last, indent(trouble.line(last)))
    if not without_comment(above["value"] or ""):
        return None
    here, there = entry.start("key"), above.start("key")
    message = (
        f"`{entry['key']}` is indented deeper than `{above['key']}`, which has a value already"
    )
    label = f"{counted(here, 'space')} here, {there} before `{above['key']}`"
    return Words(
        message, f"indent it by {counted(there, 'space')}", (row, here, len(entry["key"])), label
    )


def after_braces(trouble: Trouble) -> Words | None:
    """``Conv2D: {filters: 6}`` and, deeper on the next line, ``padding: same``."""
    row = trouble.at[0]
    above = trouble.above(row)
    line, last = trouble.line(row), without_comment(trouble.line(above))
    owner, entry = ENTRY.match(trouble.line(above)), ENTRY.match(line)
    if line.lstrip().startswith("- ") or trouble.before.strip():
        return None
    if not (owner and entry) or not last.endswith("}") or entry.start("key") <= owner.start("key"):
        return None
    message = (
        f"the arguments of `{owner['key']}` end at the `}}` of line {above + 1}, and"
        f" `{entry['key']}` stands after it"
    )
    return Words(
        message,
        f"write `{without_comment(line)}` inside the braces",
        (row, entry.start("key"), len(entry["key"])),
    )


def second_colon(trouble: Trouble) -> Words | None:
    """``key: text: more``."""
    if trouble.fault is not YamlFault.SECOND_COLON:
        return None
    row, column = trouble.at
    entry = ENTRY.match(trouble.line(row))
    value = without_comment(entry["value"] or "") if entry else ""
    inner = ENTRY.match(value)
    if not entry or not inner:
        return Words(
            "a second `: ` on one line makes this unreadable",
            "put the whole value in double quotes",
        )
    key = entry["key"]
    if "$" in value and (choice := choice_help(value)):
        message = "a choice is written as in Python, not as in C"
        return Words(message, choice, (row, entry.start("value"), len(value)))
    if re.fullmatch(r"[\w$]+", inner["key"]) and key not in ("description", "source", "name"):
        help = (
            f"write `{key}: {{{cut(value)}}}`, or move `{cut(value)}` to the next line,"
            " indented deeper"
        )
        return Words(
            f"`{key}` and `{inner['key']}` are two keys on one line",
            help,
            (row, entry.start("value"), len(inner["key"])),
        )
    help = (
        f"write `{key}: {in_quotes(value)}`"
        if value == cut(value)
        else "put the whole text in double quotes"
    )
    return Words(
        f"the text of `{key}` holds a colon and a space, so it needs quotes", help, (row, column, 1)
    )


def list_on_the_keys_line(trouble: Trouble) -> Words | None:
    """``layers: - Conv2D``."""
    if trouble.fault is not YamlFault.SEQUENCE_ENTRY:
        return None
    key = ENTRY.match(trouble.line(trouble.at[0]))
    message = f"a list cannot start on the line of its key{f', `{key[1]}`' if key else ''}"
    return Words(message, "put each `- item` on a line of its own below, or write `[item, item]`")


def key_without_colon(trouble: Trouble) -> Words | None:
    """A bare word among keys."""
    if trouble.fault is not YamlFault.NO_COLON or trouble.start is None:
        return None
    return _no_colon(trouble, *trouble.start)


def _no_colon(trouble: Trouble, row: int, column: int) -> Words:
    """What to say of a line that is neither ``key: value`` nor ``- item``."""
    text = without_comment(trouble.line(row)[column:])
    place = (row, column, len(text))
    if re.match(r"-[^\s-]", text):
        return Words(
            "a space is missing after this `-`",
            f"write `- {cut(text[1:])}`",
            (row, column, 1),
            code="missing-space",
        )
    if match := NO_SPACE.fullmatch(text):
        return Words(
            *no_space(match["key"], match["value"]),
            (row, column + match.end("key"), 1),
            code="missing-space",
        )
    word, _, rest = text.partition(" ")
    below = trouble.line(trouble.below(row))
    nested = indent(below) > column or (indent(below) == column and below.lstrip().startswith("- "))
    help = (
        f"write `{word}: {cut(rest.strip())}`"
        if rest
        else f"write `{word}:`"
        if nested
        else f"write `{cut(word)}: value`, or remove it"
    )
    if not re.fullmatch(KEY, word):
        help = "write it as `key: value`, or put it on the line above that it continues"
    return Words(f"`{cut(word)}` stands where a key belongs, and has no colon", help, place)


def no_space(key: str, value: str) -> tuple[str, str]:
    """What to say of ``key:value``, and the help."""
    return (
        f"a space is missing after the colon of `{cut(key)}`",
        f"write `{cut(key)}: {cut(value)}`",
    )


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
        near = [
            min((one for one in columns if one > column), default=None),
            max((one for one in columns if one < column), default=None),
        ]
        ways = [
            f"by {counted(one, 'space')}, as `{columns[one][1]}` on line {columns[one][0] + 1}"
            for one in near
            if one is not None
        ]
        message = (
            f"this line is indented by {counted(column, 'space')}, and the lines that it could"
            " belong with are not"
        )
        return Words(
            message, f"indent it {', or '.join(ways)}" if ways else "remove the indentation", place
        )
    entry = re.match(r"- +(.*)", text)
    if entry:
        help = (
            f"remove the `- ` before `{cut(entry[1])}`"
            if ENTRY.match(entry[1])
            else "indent it below the key that it belongs to"
        )
        dash = next(
            (
                at
                for at, (_, word) in reversed(columns.items())
                if at < column and word.startswith("- ")
            ),
            None,
        )
        own = (
            ""
            if dash is None or column - dash > 4
            else f"indent it by {counted(dash, 'space')} if it is an item of its own, or "
        )
        return Words("a list item stands here among keys", own + help, place)
    if trouble.fault is YamlFault.NO_DASH and (words := _beside_its_partner(trouble, row)):
        return words
    if trouble.fault is YamlFault.NO_DASH:
        above = trouble.above(row)
        while indent(trouble.line(above)) > column:
            above = trouble.above(above)
        owner, key = trouble.line(above), ENTRY.match(text)
        item = ENTRY.match(owner) if owner.startswith("- ", column) else None
        if item and key and (key["key"] in MODIFIERS or not without_comment(item["value"] or "")):
            deeper = item.start("key") + (0 if key["key"] in MODIFIERS else 2)
            help = (
                f"indent it by {counted(deeper, 'space')} if it belongs to `{item['key']}`, or"
                f" write `- {cut(text)}`"
            )
            return Words(
                f"`{cut(text)}` stands in a list and does not begin with `- `", help, place
            )
        return Words(
            f"`{cut(text)}` stands in a list and does not begin with `- `",
            f"write `- {cut(text)}`",
            place,
        )
    return _no_colon(trouble, row, column)


def _lacks_layers(trouble: Trouble, row: int) -> bool:
    """Whether no line says `layers:` at the beginning, and the line above opens nothing."""
    above = ENTRY.match(trouble.line(trouble.above(row)))
    opens = above is not None and not without_comment(above["value"] or "")
    return not opens and not any(re.match(r"layers\s*:", line) for line in trouble.lines)


def _beside_its_partner(trouble: Trouble, row: int) -> Words | None:
    """``shortcut:`` or ``merge:`` among the items of the ``residual`` or ``branches`` that it
    should stand beside.
    """
    entry = ENTRY.match(trouble.line(row))
    partner = PARTNERS.get(entry["key"]) if entry else None
    if entry is None or partner is None:
        return None
    key, column = entry["key"], entry.start("key")
    for above in range(row - 1, -1, -1):
        other = ENTRY.match(trouble.line(above))
        if other and other["key"] == partner and other.start("key") < column:
            help = (
                f"indent it by {counted(other.start('key'), 'space')}, as `{partner}` on line"
                f" {above + 1}"
            )
            return Words(
                f"`{key}` stands beside `{partner}`, and here it stands inside it",
                help,
                (row, column, len(key)),
            )
    return None


def _columns(trouble: Trouble, row: int) -> Iterator[tuple[int, tuple[int, str]]]:
    """The columns at which a line could go on with what stands above it, each with its line and
    first word there; the farthest first.
    """
    found: list[tuple[int, tuple[int, str]]] = []
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
                found.append((column, (row, cut(word[0] if word else line[column:]))))
        limit = min(limit, indent(line))
    yield from reversed(found)


TRANSLATIONS: tuple[Callable[[Trouble], Words | None], ...] = (
    tab,
    bare_item_with_modifier,
    after_braces,
    long_key,
    deeper_than_a_value,
    second_colon,
    list_on_the_keys_line,
    key_without_colon,
)
"""What is tried first; `indentation` comes last, when nothing in the line itself explains the
complaint.
"""
