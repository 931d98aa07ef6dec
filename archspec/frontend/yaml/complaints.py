"""The parser's complaints → diagnostics in an author's words: what the text says there, and
what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice
from typing import Any

from archspec import limits
from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.yaml import line_complaints
from archspec.frontend.yaml.trouble import ENTRY, Trouble, Words, quoted, short, without_comment

FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML takes for no character of a text."""

COLOUR = re.compile("\x1b" + r"\[[0-9;]*m")
"""What tells a terminal to change its colours."""

SHOWN_CHARACTERS = 5
"""Characters that cannot stand in a spec of which one diagnostic tells the place."""

CLOSING = {"[": "]", "{": "}"}

QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
"""A text in quotes, on one line."""


def translate(error: Any, text: str, name: str) -> Diagnostic:
    """The diagnostic for an error of PyYAML's parser."""
    lines = text.splitlines()
    if not hasattr(error, "problem_mark"):
        return _unreadable(error, text, name)
    mark = error.problem_mark or error.context_mark
    start = error.context_mark and (error.context_mark.line, error.context_mark.column)
    shown = [
        line[: 2 * limits.NAME_LENGTH] for line in lines
    ]  # the patterns below take time by the square of a line's length
    trouble = Trouble(
        error.problem or "", error.context or "", shown, (mark.line, mark.column), start
    )
    words = next(words for say in _TRANSLATIONS if (words := say(trouble)) is not None)
    line, column, length = words.place or (*trouble.at, 1)
    return Diagnostic(
        words.code,
        words.message,
        _span(name, lines, line, column, length),
        words.label,
        help=words.help,
    )


def _span(name: str, lines: list[str], line: int, column: int, length: int) -> Span:
    """A span inside the text: what lies after its end moves to the end of its last line."""
    if line >= len(lines):
        line = max(len(lines) - 1, 0)
        column = len(lines[line]) if lines else 0
    width = len(lines[line]) if lines else 0
    return Span(
        name, line + 1, min(column, width) + 1, line + 1, min(column + max(length, 1), width) + 1
    )


def _unreadable(error: Any, text: str, name: str) -> Diagnostic:
    places = [match.start() for match in islice(FORBIDDEN.finditer(text), SHOWN_CHARACTERS + 1)]
    found = places[0] if places else min(getattr(error, "position", 0) or 0, len(text))
    line, column = _place(text, found)
    code = f"U+{ord(text[found]):04X}" if found < len(text) else "a control character"
    message = f"the character {code} cannot stand in a spec"
    colour = COLOUR.match(text, found)
    help = (
        f"delete it with what follows, `ESC{colour[0][1:]}`: it is the code of a colour on a"
        " terminal"
        if colour
        else "delete it"
    )
    others = [
        f"line {row + 1}, column {at + 1}"
        for row, at in (_place(text, one) for one in places[1:SHOWN_CHARACTERS])
    ]
    more = " and further on" * (len(places) > SHOWN_CHARACTERS)
    notes = (f"such a character stands also on {'; '.join(others)}{more}",) if others else ()
    return Diagnostic(
        "yaml-character",
        message,
        _span(name, text.splitlines(), line, column, 1),
        "many editors do not show it",
        notes,
        help,
    )


def _place(text: str, offset: int) -> tuple[int, int]:
    """The line and column of a character, from 0."""
    above = f"{text[:offset]}x".splitlines()
    return len(above) - 1, len(above[-1]) - 1


# --- brackets


def too_deep() -> Words:
    """The words for lists and mappings that are nested beyond the bound."""
    return Words(
        f"lists and mappings are nested deeper here than {limits.NESTING} levels",
        "use blocks, or check the brackets",
        code="bound-nesting",
    )


def _nesting(trouble: Trouble) -> Words | None:
    """Brackets beyond the bound of the parser itself: libyaml has one from version 0.2.6."""
    return too_deep() if "exceeded maximum nesting depth" in trouble.problem else None


def _open_bracket(trouble: Trouble) -> Words | None:
    """A ``[`` or ``{`` that is not closed, closed by the other bracket, or holds what needs a
    comma or quotes.
    """
    if "expected ',' or" not in trouble.problem or trouble.start is None:
        return None
    row, column = trouble.start
    bracket = trouble.line(row)[column : column + 1]
    closing = CLOSING.get(bracket, "the closing bracket")
    where = f"column {column + 1}" if row == trouble.at[0] else f"line {row + 1}"
    if trouble.here[:1] in ("]", "}"):
        swapped = row == trouble.at[0] and _balanced(_opened(trouble.before)[:-1], trouble.here[1:])
        ends = (
            f"add `{closing}` where the {'list' if bracket == '[' else 'mapping'} of {where} ends"
        )
        help = f"write `{closing}` in its place" if swapped else ends
        return Words(f"`{trouble.here[:1]}` cannot close the `{bracket}` of {where}", help)
    if trouble.at[0] == row and trouble.here:
        return _within_brackets(trouble, column, closing)
    last = trouble.line(row)[column + 1 :].strip()
    help = (
        f"add `{closing}` at the end of line {row + 1}"
        if last
        else f"add `{closing}` after its last entry"
    )
    return Words(f"this `{bracket}` is never closed", help, (row, column, 1))


def _opened(text: str) -> str:
    """The closing brackets that a text still needs, the outermost first."""
    needed = ""
    for char in re.findall(r"[\[\]{}]", QUOTED.sub("", text)):
        needed = needed + CLOSING[char] if char in CLOSING else needed[:-1]
    return needed


def _balanced(needed: str, rest: str) -> bool:
    """Whether the rest of a line closes the brackets that it needs to, and no others."""
    for char in re.findall(r"[\[\]{}]", QUOTED.sub("", without_comment(rest))):
        if char not in CLOSING and char != needed[-1:]:
            return False
        needed = needed + CLOSING[char] if char in CLOSING else needed[:-1]
    return not needed


def _within_brackets(trouble: Trouble, bracket: int, closing: str) -> Words:
    """What stands between the brackets of one line and cannot: an expression without quotes, or
    two entries without a comma.
    """
    row, column = trouble.at
    start, text = _entry_around(trouble.line(row), bracket + 1, column)
    before = trouble.before.rstrip()
    if re.match(r"\$\{\w+\}$", text):
        return Words(
            "a variable is written without braces",
            f"write `${text[2:-1]}`",
            (row, start, len(text)),
            code="unquoted-expression",
        )
    if "$" in text and (trouble.here[:1] in ("[", "{") or before[-1:] in ("'", '"', "]", "}")):
        message = (
            "within brackets, an expression that holds quotes or brackets needs quotes around it"
        )
        return Words(message, quoted(text), (row, start, len(text)), code="unquoted-expression")
    two = re.search(r"(\S+)\s+([\w$]+)$", before)
    if trouble.here[:1] == ":" and two:
        return Words(
            f"a comma is missing before `{two[2]}`",
            f"write `{two[1]}, {two[2]}: ...`",
            (row, two.start(2), len(two[2])),
        )
    return Words(
        f"a comma or `{closing}` is missing before this",
        "put a comma between two entries, or the whole text in double quotes",
    )


def _entry_around(line: str, start: int, column: int) -> tuple[int, str]:
    """The entry of a list or mapping in brackets that holds a column: where its value begins,
    and its text.
    """
    quote, depth, end = "", 0, len(line)
    for index in range(start, len(line)):
        char = line[index]
        if quote or char in "'\"":
            quote = "" if char == quote else quote or char
        elif char in "[{(":
            depth += 1
        elif depth and char in "]})":
            depth -= 1
        elif depth == 0 and (char in "]}" or (char == "," and index >= column)):
            end = index
            break
        elif depth == 0 and char == ",":
            start = index + 1
    key = re.match(r"\s*(?:[\w$.-]+:\s+)?", line[start:end])
    start += key.end() if key else 0
    return start, line[start:end].rstrip()


def _stray_bracket(trouble: Trouble) -> Words | None:
    """A closing bracket or comma where nothing is open."""
    if trouble.here[:1] not in ("]", "}", ","):
        return None
    if trouble.here[0] == ",":
        return Words(
            "this comma separates nothing",
            "remove it, or put the whole value in brackets or in double quotes",
        )
    return Words(
        f"this `{trouble.here[:1]}` has no opening bracket",
        "remove it, or open the bracket before it",
    )


# --- quotes


def _open_quote(trouble: Trouble) -> Words | None:
    """A quote that is not closed."""
    if "end of stream" not in trouble.problem or trouble.start is None:
        return None
    row, column = trouble.start
    return _runs_on(trouble, row, column, "the end of the file")


def _runs_on(trouble: Trouble, row: int, column: int, end: str) -> Words:
    quote = trouble.line(row)[column : column + 1]
    return Words(
        f"this quote is not closed on its line, so the text runs on to {end}",
        f"add `{quote}` where the text ends",
        (row, column, 1),
    )


def _after_a_quote_or_bracket(trouble: Trouble) -> Words | None:
    """Something after a quoted text or a bracketed list on the same line."""
    row, column = trouble.at
    before = trouble.before.rstrip()
    if "did not find expected" not in trouble.problem or before[-1:] not in ("'", '"', "]", "}"):
        return None
    quote = before[-1] if before[-1] in "'\"" else ""
    if quote and before.count(quote) % 2:
        opening = next(
            (one for one in range(row - 1, -1, -1) if trouble.line(one).count(quote) % 2), None
        )
        if opening is not None:
            return _runs_on(
                trouble, opening, trouble.line(opening).rindex(quote), f"line {row + 1}"
            )
    if quote == "'" and trouble.before == before and re.match(r"\w", trouble.here):
        help = "put the text in double quotes, or write the apostrophe twice"
        return Words(
            "this apostrophe ends a text in single quotes", help, (row, len(before) - 1, 1)
        )
    what = "a text in quotes" if quote else f"the closing `{before[-1]}`"
    key = ENTRY.match(trouble.here)
    entry = ENTRY.match(before)
    rest = without_comment(trouble.here)
    if key:
        indented = (
            f", indented by {len(before[: entry.start('key')])} spaces as `{entry['key']}`"
            if entry
            else ""
        )
        message = f"`{short(key['key'])}` cannot follow {what} on one line"
        return Words(
            message,
            f"give `{short(rest)}` a line of its own{indented}",
            (row, column, len(key["key"])),
        )
    start = entry.start("value") if entry and entry["value"] else len(before)
    whole = without_comment(trouble.line(row)[start:])
    message = f"`{short(rest)}` stands after {what}"
    if "$" in whole:
        return Words(
            "an expression that begins with a quote or a bracket needs quotes around all of it",
            quoted(whole),
            (row, start, len(whole)),
            code="unquoted-expression",
        )
    return Words(
        message, "remove it, or put the whole value in double quotes", (row, column, len(rest))
    )


def _escape(trouble: Trouble) -> Words | None:
    if "escape" not in trouble.problem:
        return None
    row, column = trouble.at
    written = trouble.line(row)[column : column + 2]
    return Words(
        f"`{written}` means nothing within double quotes",
        "write `\\\\` for a backslash, or use single quotes",
        (row, column, 2),
    )


# --- first characters


def _reserved_character(trouble: Trouble) -> Words | None:
    """A value that begins with ``@``, a backtick or ``%``."""
    if "cannot start any token" not in trouble.problem:
        return None
    text = without_comment(trouble.here)
    if trouble.before.count("{") + trouble.before.count("[") > trouble.before.count(
        "}"
    ) + trouble.before.count("]"):
        text = re.split(r"[,\]}]", text)[0].strip()
    first = "a backtick" if text[:1] == "`" else f"`{text[:1]}`"
    return Words(
        f"a text without quotes cannot begin with {first}", quoted(text), (*trouble.at, len(text))
    )


def _anchor_character(trouble: Trouble) -> Words | None:
    """An expression that begins with ``*`` or ``&``, or an alias with odd characters after its
    name.
    """
    if "alphabetic or numeric" not in trouble.problem or trouble.start is None:
        return None
    row, column = trouble.start
    sign = trouble.line(row)[column : column + 1]
    variable = re.match(r"\*(\$\w+)", trouble.line(row)[column:])
    way = (
        f"put the other factor before it: `2 * {variable[1]}`"
        if variable
        else "put the value in double quotes"
    )
    help = (
        f"remove the `{sign}`"
        if trouble.line(row)[column + 1 : column + 2] == "$" and not variable
        else f"remove the `{sign}`, or {way}"
    )
    return Words(f"a value without quotes cannot begin with `{sign}`", help, (row, column, 1))


def _tag(trouble: Trouble) -> Words | None:
    if "tag" not in trouble.problem and "tag" not in trouble.context:
        return None
    return Words(
        "a value without quotes cannot begin with `!`",
        "put it in double quotes; in an expression write `not`",
        code="yaml-tag",
    )


def _directive(trouble: Trouble) -> Words | None:
    if (
        "YAML document" not in trouble.problem
        and "directive" not in trouble.problem + trouble.context
    ):
        return None
    row = trouble.at[0]
    return Words(
        "a line cannot begin with `%`",
        "remove the line; a comment begins with `#`",
        (row, 0, len(trouble.line(row))),
    )


def _anything(trouble: Trouble) -> Words:
    """What has no words of its own."""
    begun = (
        f"what begins on line {trouble.start[0] + 1}, column {trouble.start[1] + 1}"
        if trouble.start
        else "the text"
    )
    return Words(
        "this cannot be read as YAML",
        f"check the brackets, quotes and indentation of {begun}, and of the line above",
    )


_TRANSLATIONS: tuple[Callable[[Trouble], Words | None], ...] = (
    _nesting,
    *line_complaints.TRANSLATIONS,
    _open_bracket,
    _open_quote,
    _escape,
    _anchor_character,
    _directive,
    _tag,
    _reserved_character,
    _stray_bracket,
    _after_a_quote_or_bracket,
    line_complaints.indentation,
    _anything,
)
