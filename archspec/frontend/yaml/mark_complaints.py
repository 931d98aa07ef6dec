"""The parser's complaints about signs → words: brackets, quotes, escapes, and characters that
cannot begin a value.
"""

from __future__ import annotations

import re

from archspec import limits
from archspec.frontend.foreign.texts import choice_help, template_help, times
from archspec.frontend.yaml.faults import (
    ENTRY,
    Trouble,
    Words,
    YamlFault,
    indent,
    quoted,
    says_something,
    without_comment,
)
from archspec.spelling import counted, cut

CLOSING = {"[": "]", "{": "}"}

QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
"""A text in quotes, on one line."""

UNEXPECTED = (
    YamlFault.NO_KEY,
    YamlFault.NO_DASH,
    YamlFault.NO_COMMA,
    YamlFault.DOCUMENT_CONTENT,
    YamlFault.UNEXPECTED,
)
"""Faults of something that stands where another thing belongs."""


# --- brackets


def too_deep() -> Words:
    """The words for lists and mappings that are nested beyond the bound."""
    return Words(
        f"lists and mappings are nested deeper here than {limits.NESTING} levels",
        "use blocks, or check the brackets",
        code="bound-nesting",
    )


def nesting(trouble: Trouble) -> Words | None:
    """Brackets beyond the bound of the parser itself: libyaml has one from version 0.2.6."""
    return too_deep() if trouble.fault is YamlFault.NESTING else None


def open_bracket(trouble: Trouble) -> Words | None:
    """A ``[`` or ``{`` that is not closed, closed by the other bracket, or holds what needs a
    comma or quotes.
    """
    if trouble.fault is not YamlFault.NO_COMMA or trouble.start is None:
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
    if trouble.here and (trouble.at[0] == row or _closes(trouble, row, column, closing)):
        return _within_brackets(trouble, column if trouble.at[0] == row else -1, closing)
    last = trouble.line(row)[column + 1 :].strip()
    help = (
        f"add `{closing}` at the end of line {row + 1}"
        if last
        else f"add `{closing}` after its last entry"
    )
    return Words(f"this `{bracket}` is never closed", help, (row, column, 1))


def _closes(trouble: Trouble, row: int, column: int, closing: str) -> bool:
    """Whether a bracket is closed below its line, before a line that is indented no deeper than
    its own.
    """
    rest = [trouble.line(row)[column + 1 :]]
    for below in range(row + 1, len(trouble.lines)):
        line = trouble.line(below)
        if says_something(line) and indent(line) <= indent(trouble.line(row)):
            break
        rest.append(line)
    needed = closing
    for char in re.findall(r"[\[\]{}]", QUOTED.sub("", " ".join(map(without_comment, rest)))):
        needed = needed + CLOSING[char] if char in CLOSING else needed[:-1]
        if not needed:
            return True
    return False


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
    if "$" in text and (choice := choice_help(text)):
        message = "a choice is written as in Python, not as in C"
        return Words(message, choice, (row, start, len(text)), code="unquoted-expression")
    word = re.search(r"([A-Za-z_]\w*)$", before)
    if trouble.here[:1] in ("{", "[") and word:
        return Words(
            f"a colon is missing after `{word[1]}`",
            f"write `{word[1]}: {cut(_entry_around(trouble.here, 0, 0)[1])}`",
            (row, word.start(1), len(word[1])),
        )
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


def stray_bracket(trouble: Trouble) -> Words | None:
    """A closing bracket or comma where nothing is open."""
    if trouble.here[:1] not in ("]", "}", ","):
        return None
    if trouble.here[0] == ",":
        return Words(
            "this comma separates nothing",
            "remove it, or put the whole value in brackets or in double quotes"
            if trouble.here.rstrip(", ")
            else "remove it: nothing stands between items but a new line",
        )
    return Words(
        f"this `{trouble.here[:1]}` has no opening bracket",
        "remove it, or open the bracket before it",
    )


# --- quotes


def open_quote(trouble: Trouble) -> Words | None:
    """A quote that is not closed."""
    if trouble.fault is not YamlFault.OPEN_QUOTE or trouble.start is None:
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


def after_a_quote_or_bracket(trouble: Trouble) -> Words | None:
    """Something after a quoted text or a bracketed list on the same line."""
    row, column = trouble.at
    before = trouble.before.rstrip()
    if trouble.fault not in UNEXPECTED or before[-1:] not in ("'", '"', "]", "}"):
        return None
    quote = before[-1] if before[-1] in "'\"" else ""
    if quote and before.count(quote) % 2:
        opening = next(
            (number for number in range(row - 1, -1, -1) if trouble.line(number).count(quote) % 2),
            None,
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
        message = f"`{cut(key['key'])}` cannot follow {what} on one line"
        return Words(
            message,
            f"give `{cut(rest)}` a line of its own{indented}",
            (row, column, len(key["key"])),
        )
    start = entry.start("value") if entry and entry["value"] else len(before)
    whole = without_comment(trouble.line(row)[start:])
    message = f"`{cut(rest)}` stands after {what}"
    if (number := times(rest)) is not None:
        return _repeated(trouble, number, rest)
    if rest == ";":
        message = "a line ends without a semicolon"
        return Words(message, "remove it", (row, column, 1))
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


def _repeated(trouble: Trouble, number: int, rest: str) -> Words:
    """What to say of ``- ReLU: {} x 3``."""
    row, column = trouble.at
    before = trouble.before.rstrip()
    item = re.match(r"\s*- (?P<braces>\{)?", before)
    if item and item["braces"] and before.endswith("}"):
        help = f"write `- {{repeat: {number}, {before[item.end() :].strip()}`"
    else:
        spaces = counted(item.end() if item else indent(before), "space")
        help = f"remove it, and write `repeat: {number}` on the next line, indented by {spaces}"
    message = "an item is made several times by its `repeat`"
    return Words(message, help, (row, column, len(rest)))


def escape(trouble: Trouble) -> Words | None:
    """A backslash in double quotes that begins no escape of YAML's."""
    if trouble.fault is not YamlFault.ESCAPE:
        return None
    row, column = trouble.at
    written = trouble.line(row)[column : column + 2]
    return Words(
        f"`{written}` means nothing within double quotes",
        "write `\\\\` for a backslash, or use single quotes",
        (row, column, 2),
    )


# --- first characters


def reserved_character(trouble: Trouble) -> Words | None:
    """A value that begins with ``@``, a backtick or ``%``."""
    if trouble.fault is not YamlFault.FIRST_CHARACTER:
        return None
    text = without_comment(trouble.here)
    if trouble.before.count("{") + trouble.before.count("[") > trouble.before.count(
        "}"
    ) + trouble.before.count("]"):
        text = re.split(r"[,\]}]", text)[0].strip()
    first = "a backtick" if text[:1] == "`" else f"`{text[:1]}`"
    return Words(
        f"a text without quotes cannot begin with {first}",
        _variable(trouble, text) or quoted(text),
        (*trouble.at, len(text)),
    )


def _variable(trouble: Trouble, text: str) -> str | None:
    """The help for a variable as a shell or a template has it, where something has that name."""
    name = re.escape(text.strip("%@` "))
    known = any(re.search(rf"(?:^|[\s{{,])(?:- )?{name}\s*:", line) for line in trouble.lines)
    return template_help(text) if name and known else None


def anchor_character(trouble: Trouble) -> Words | None:
    """An expression that begins with ``*`` or ``&``, or an alias with odd characters after its
    name.
    """
    if trouble.fault is not YamlFault.ANCHOR or trouble.start is None:
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


def tag(trouble: Trouble) -> Words | None:
    """A value that begins with ``!``."""
    if trouble.fault is not YamlFault.TAG:
        return None
    return Words(
        "a value without quotes cannot begin with `!`",
        "put it in double quotes; in an expression write `not`",
        code="yaml-tag",
    )


def directive(trouble: Trouble) -> Words | None:
    """A line that begins with ``%``."""
    if trouble.fault is not YamlFault.DIRECTIVE:
        return None
    row = trouble.at[0]
    return Words(
        "a line cannot begin with `%`",
        "remove the line; a comment begins with `#`",
        (row, 0, len(trouble.line(row))),
    )
