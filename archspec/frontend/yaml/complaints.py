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
from archspec.frontend.foreign.documents import file_help
from archspec.frontend.yaml import indentation_complaints as indents
from archspec.frontend.yaml import key_complaints as keys
from archspec.frontend.yaml import mark_complaints as marks
from archspec.frontend.yaml.faults import Trouble, Words, YamlFault

FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML takes for no character of a text."""

COLOUR = re.compile("\x1b" + r"\[[0-9;]*m")
"""The codes that change the colours of a terminal."""

SHOWN_CHARACTERS = 5
"""Characters that cannot stand in a spec whose places one diagnostic lists."""

FAULTS = (
    ("exceeded maximum nesting depth", YamlFault.NESTING),
    ("escape", YamlFault.ESCAPE),
    ("tag", YamlFault.TAG),
    ("directive", YamlFault.DIRECTIVE),
    ("YAML document", YamlFault.DIRECTIVE),
    ("mapping values are not allowed", YamlFault.SECOND_COLON),
    ("block sequence entries are not allowed", YamlFault.SEQUENCE_ENTRY),
    ("could not find expected ':'", YamlFault.NO_COLON),
    ("alphabetic or numeric", YamlFault.ANCHOR),
    ("cannot start any token", YamlFault.FIRST_CHARACTER),
    ("end of stream", YamlFault.OPEN_QUOTE),
    ("expected ',' or", YamlFault.NO_COMMA),
    ("did not find expected key", YamlFault.NO_KEY),
    ("did not find expected '-' indicator", YamlFault.NO_DASH),
    ("did not find expected <document start>", YamlFault.DOCUMENT_CONTENT),
    ("did not find expected", YamlFault.UNEXPECTED),
)
"""What PyYAML says, in its problem or the context of it → the fault; the first row that fits. Its
errors carry nothing but these sentences.
"""


def _fault(error: Any) -> YamlFault:
    sentence = f"{error.problem or ''} {error.context or ''}"
    return next((fault for words, fault in FAULTS if words in sentence), YamlFault.OTHER)


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
    trouble = Trouble(_fault(error), shown, (mark.line, mark.column), start)
    words = _other_file(trouble, text) or next(
        words for say in _TRANSLATIONS if (words := say(trouble)) is not None
    )
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
    position = places[0] if places else min(getattr(error, "position", 0) or 0, len(text))
    line, column = _place(text, position)
    code = f"U+{ord(text[position]):04X}" if position < len(text) else "a control character"
    message = f"the character {code} cannot stand in a spec"
    colour = COLOUR.match(text, position)
    help = (
        f"delete it with what follows, `ESC{colour[0][1:]}`: it is the code of a colour on a"
        " terminal"
        if colour
        else "delete it"
    )
    others = [
        f"line {row + 1}, column {at + 1}"
        for row, at in (_place(text, place) for place in places[1:SHOWN_CHARACTERS])
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


def _other_file(trouble: Trouble, text: str) -> Words | None:
    """The words for a file of another tool."""
    other = file_help(text)
    if other is None:
        return None
    return Words(*other, (0, 0, len(trouble.line(0))), code="foreign-file")


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
    marks.nesting,
    indents.tab,
    keys.comment_of_another_language,
    keys.bracket_without_colon,
    keys.bare_item_with_modifier,
    keys.after_braces,
    keys.long_key,
    keys.deeper_than_a_value,
    keys.second_colon,
    keys.list_on_the_keys_line,
    keys.key_without_colon,
    marks.open_bracket,
    marks.open_quote,
    marks.escape,
    marks.anchor_character,
    marks.directive,
    marks.tag,
    marks.reserved_character,
    marks.stray_bracket,
    marks.after_a_quote_or_bracket,
    indents.indentation,
    _anything,
)
"""What a complaint may be about, tried in this order: the indentation of a line comes last, when
nothing in the line itself explains the complaint.
"""
