"""The parser's complaints → diagnostics in an author's words: what the text says there, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from archspec.diagnostics import Diagnostic, Span

ENTRY = re.compile(r"\s*(?:- +)*(?P<key>[^\s:#'\"\[\]{}][^:#]*?|'[^']*'|\"[^\"]*\")\s*:(?:\s|$)")
"""A line that opens with ``key:``, after any dashes of a list."""

BARE_ITEM = re.compile(r"\s*- +(?P<word>[A-Za-z_$][\w$]*)\s*(?:#.*)?$")
"""A list item that is one bare word."""


class _Trouble(NamedTuple):
    """A parser's complaint: its words, the lines of the text, where it stopped and where what it was reading began (from 0)."""

    problem: str
    context: str
    lines: list[str]
    at: tuple[int, int]
    start: tuple[int, int] | None

    def line(self, number: int) -> str:
        return self.lines[number] if 0 <= number < len(self.lines) else ""

    @property
    def here(self) -> str:
        """The text from where the parser stopped to the end of its line."""
        return self.line(self.at[0])[self.at[1] :]


class _Words(NamedTuple):
    """What to say, and the place to say it of: (line, column, length) from 0, else where the parser stopped."""

    message: str
    help: str | None = None
    place: tuple[int, int, int] | None = None
    notes: tuple[str, ...] = ()


def translate(error: Any, text: str, name: str) -> Diagnostic:
    """The diagnostic for an error of PyYAML's parser."""
    lines = text.splitlines()
    if not hasattr(error, "problem_mark"):
        return _unreadable(error, text, name)
    mark = error.problem_mark or error.context_mark
    start = error.context_mark and (error.context_mark.line, error.context_mark.column)
    trouble = _Trouble(error.problem or "", error.context or "", lines, (mark.line, mark.column), start)
    words = next(words for say in _TRANSLATIONS if (words := say(trouble)) is not None)
    line, column, length = words.place or (*trouble.at, 1)
    return Diagnostic("yaml-syntax", words.message, _span(name, lines, line, column, length), notes=words.notes, help=words.help)


def _span(name: str, lines: list[str], line: int, column: int, length: int) -> Span:
    """A span inside the text: what lies behind its end moves to the end of its last line."""
    if line >= len(lines):
        line = max(len(lines) - 1, 0)
        column = len(lines[line]) if lines else 0
    return Span(name, line + 1, column + 1, line + 1, column + max(length, 1) + 1)


def _unreadable(error: Any, text: str, name: str) -> Diagnostic:
    position = min(getattr(error, "position", 0) or 0, len(text))
    found = next((index for index, char in enumerate(text) if not (char.isprintable() or char in "\t\n\r\x85\u2028\u2029\u00a0")), position)
    before = text[:found]
    line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
    code = f"U+{ord(text[found]):04X}" if found < len(text) else "a control character"
    return Diagnostic(
        "yaml-character", f"the character {code} cannot stand in a spec", _span(name, text.splitlines(), line, column, 1), help="delete it"
    )


def _bare_item_with_modifier(trouble: _Trouble) -> _Words | None:
    """``- dense_layer`` and, on the next line, ``repeat: 2``."""
    if "mapping values are not allowed" not in trouble.problem:
        return None
    row = trouble.at[0]
    entry, above = ENTRY.match(trouble.line(row)), BARE_ITEM.match(trouble.line(row - 1))
    if not (entry and above) or entry.end("key") > trouble.at[1]:
        return None
    word = above["word"]
    message = f"`{word}` needs a colon, because `{entry['key']}` belongs to the same item"
    return _Words(message, f"write `- {word}:` on line {row}", (row - 1, above.start("word"), len(word)))


def _deeper_than_a_value(trouble: _Trouble) -> _Words | None:
    """A ``key: value`` line, and a deeper ``key:`` below it."""
    if "mapping values are not allowed" not in trouble.problem:
        return None
    row, line = trouble.at[0], trouble.line(trouble.at[0])
    entry = ENTRY.match(line)
    if not entry or entry.end("key") > trouble.at[1] or trouble.line(row)[: trouble.at[1]].count(": ") or row == 0:
        return None
    above = ENTRY.match(trouble.line(row - 1))
    if above and trouble.line(row - 1)[above.end() :].strip():
        message = f"`{entry['key']}` is indented deeper than `{above['key']}`, which has a value already"
        return _Words(message, f"indent `{entry['key']}` as the line that it belongs beside", (row, entry.start("key"), len(entry["key"])))
    message = f"line {row} needs a colon, or `{entry['key']}` is indented too deep"
    return _Words(
        message,
        "write `key: value`, or indent this line as its neighbours",
        (row - 1, _indent(trouble.line(row - 1)), len(trouble.line(row - 1).strip())),
    )


def _second_colon(trouble: _Trouble) -> _Words | None:
    """``key: text: more``."""
    if "mapping values are not allowed" not in trouble.problem:
        return None
    return _Words("a second `: ` on one line makes this unreadable", "put the whole value in double quotes, or give the second key a line of its own")


def _list_on_the_keys_line(trouble: _Trouble) -> _Words | None:
    """``layers: - Conv2D``."""
    if "block sequence entries are not allowed" not in trouble.problem:
        return None
    return _Words("a list cannot start on the line of its key", "put each `- item` on a line of its own below, or write `[item, item]`")


def _tab(trouble: _Trouble) -> _Words | None:
    """A tab where spaces indent."""
    row, column = trouble.at
    if "\t" not in trouble.line(row)[: column + 1]:
        return None
    column = trouble.line(row).index("\t")
    return _Words("a tab indents this line, and YAML indents with spaces only", "replace each tab by two spaces", (row, column, 1))


def _reserved_character(trouble: _Trouble) -> _Words | None:
    """A value that begins with ``@``, a backtick or ``%``."""
    if "cannot start any token" not in trouble.problem:
        return None
    return _Words(f"a text cannot begin with `{trouble.here[:1]}`", "put the text in double quotes")


def _open_bracket(trouble: _Trouble) -> _Words | None:
    """A ``[`` or ``{`` that is not closed, or closed by the other bracket."""
    if "expected ',' or" not in trouble.problem or trouble.start is None:
        return None
    row, column = trouble.start
    bracket = trouble.line(row)[column : column + 1]
    closing = {"[": "]", "{": "}"}.get(bracket, "the closing bracket")
    if trouble.here[:1] in ("]", "}") and trouble.here[:1] != closing:
        message = f"`{trouble.here[:1]}` closes a `{bracket}` here"
        return _Words(message, f"close the `{bracket}` of line {row + 1}, column {column + 1}, with `{closing}` first")
    if trouble.at[0] == row and trouble.here:
        help = f"put a comma between two entries, or quote the whole text in double quotes; `{bracket}` opens at column {column + 1}"
        return _Words(f"a comma or `{closing}` is missing before this", help)
    return _Words(f"this `{bracket}` is never closed", f"add `{closing}`", (row, column, 1))


def _stray_bracket(trouble: _Trouble) -> _Words | None:
    """A closing bracket or comma where nothing is open."""
    if trouble.here[:1] not in ("]", "}", ","):
        return None
    return _Words(f"this `{trouble.here[:1]}` has no opening bracket", "remove it, or open the bracket before it")


def _open_quote(trouble: _Trouble) -> _Words | None:
    """A quote that is not closed."""
    if "end of stream" not in trouble.problem or trouble.start is None:
        return None
    row, column = trouble.start
    quote = trouble.line(row)[column : column + 1]
    return _Words(f"this quote, {quote}, is never closed", f"add {quote} where the text ends", (row, column, 1))


def _escape(trouble: _Trouble) -> _Words | None:
    if "escape" not in trouble.problem:
        return None
    return _Words(
        f"`\\{trouble.line(trouble.at[0])[trouble.at[1] : trouble.at[1] + 1]}` is not an escape",
        "within double quotes write `\\\\` for a backslash, or use single quotes",
    )


def _anchor_character(trouble: _Trouble) -> _Words | None:
    """An expression that begins with ``*`` or ``&``, or an alias with odd characters behind its name."""
    if "alphabetic or numeric" not in trouble.problem or trouble.start is None:
        return None
    row, column = trouble.start
    return _Words(
        f"a text cannot begin with `{trouble.line(row)[column : column + 1]}`", "put an expression that begins so in double quotes", (row, column, 1)
    )


def _tag(trouble: _Trouble) -> _Words | None:
    if "tag" not in trouble.problem and "tag" not in trouble.context:
        return None
    return _Words("a text cannot begin with `!`: that is a YAML tag, and specs hold plain data", "put the text in double quotes")


def _directive(trouble: _Trouble) -> _Words | None:
    if "YAML document" not in trouble.problem and "directive" not in trouble.problem + trouble.context:
        return None
    return _Words(
        "a line that begins with `%` is a YAML directive, and specs need none",
        "remove the line",
        (trouble.at[0], 0, len(trouble.line(trouble.at[0]))),
    )


def _key_without_colon(trouble: _Trouble) -> _Words | None:
    """A bare word among keys."""
    if "could not find expected ':'" not in trouble.problem or trouble.start is None:
        return None
    row, column = trouble.start
    word = trouble.line(row)[column:].split("#")[0].rstrip()
    return _Words(f"`{_short(word)}` stands among keys and has no colon", f"write `{_short(word)}: value`", (row, column, len(word)))


def _after_a_quote_or_bracket(trouble: _Trouble) -> _Words | None:
    """Something behind a quoted text or a bracketed list on the same line."""
    row, column = trouble.at
    before = trouble.line(row)[:column].rstrip()
    if "did not find expected" not in trouble.problem or not before or before[-1:] not in "'\"]}":
        return None
    what = "a quoted text" if before[-1] in "'\"" else "the closing bracket"
    if ENTRY.match(trouble.here):
        return _Words(
            f"`{_short(trouble.here)}` cannot follow {what} on one line", "give it a line of its own, indented as the first key of its item"
        )
    return _Words(f"nothing may follow {what} here", "put the whole expression in double quotes")


def _indentation(trouble: _Trouble) -> _Words | None:
    """A line that starts between the columns of its neighbours, or a list where keys stand and the reverse."""
    row, column = trouble.at
    line = trouble.line(row)
    if trouble.problem not in ("did not find expected key", "did not find expected '-' indicator", "did not find expected <document start>"):
        return None
    if line[:column].strip() or (trouble.start is None and column):
        return None
    shown = _short(line.strip())
    if trouble.start is None or column != trouble.start[1]:
        where = (
            ""
            if trouble.start is None
            else f"; the list or mapping that it interrupts begins on line {trouble.start[0] + 1}, column {trouble.start[1] + 1}"
        )
        return _Words(
            "this line is indented like none of the lines above it" + where,
            "give it the indentation of the lines that it belongs with",
            (row, column, len(line.strip())),
        )
    if "indicator" in trouble.problem:
        return _Words(
            f"`{shown}` stands in a list and does not begin with `- `",
            "write `- ` before it, or indent it differently",
            (row, column, len(line.strip())),
        )
    return _Words(f"`{shown}` is a list item and stands among keys", "indent it below the key that it belongs to", (row, column, len(line.strip())))


def _anything(trouble: _Trouble) -> _Words:
    """What has no words of its own yet: the parser's."""
    context = f" ({trouble.context})" if trouble.context else ""
    return _Words(f"YAML cannot read this: {trouble.problem}{context}", "check the brackets, quotes and indentation around it")


_TRANSLATIONS: tuple[Callable[[_Trouble], _Words | None], ...] = (
    _tab,
    _bare_item_with_modifier,
    _deeper_than_a_value,
    _second_colon,
    _list_on_the_keys_line,
    _open_bracket,
    _open_quote,
    _escape,
    _anchor_character,
    _directive,
    _tag,
    _reserved_character,
    _key_without_colon,
    _stray_bracket,
    _after_a_quote_or_bracket,
    _indentation,
    _anything,
)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
