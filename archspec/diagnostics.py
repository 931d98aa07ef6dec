"""What is wrong, where and what to do: diagnostics as data, and as the text or JSON that people
and programs read.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import json
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from archspec.limits import MISTAKES, SENTENCE, SHOWN_DIAGNOSTICS

WIDTH = 100
"""Columns of source text that a rendered diagnostic shows at most."""

COMMAND_LINE = "--set "
"""What the name of the file of a span begins with that lies on the command line; what was given
there follows.
"""

STOPPED = f"{MISTAKES} mistakes have been found, and no others are looked for: there may be more"
"""The note of the last mistake of a stage that stopped."""


class Span(NamedTuple):
    """A stretch of a file. Lines and columns count from 1; ``end_column`` is the first column
    after it.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def at_line(place: Span, seen_from: Span) -> str:
    """Where something stands, seen from another place: "on line 4", "on line 4 of base.yaml"."""
    return f"on line {place.line}" + ("" if place.file == seen_from.file else f" of {place.file}")


class Diagnostic(NamedTuple):
    """One complaint: a sentence, the place, what stands there (``label``), why (``notes``) and what
    to do (``help``).

    ``severity`` is ``error`` or ``warning``; ``code`` is stable and listed in docs/errors.md.
    """

    code: str
    message: str
    span: Span
    label: str = ""
    notes: tuple[str, ...] = ()
    help: str | None = None
    severity: str = "error"

    def as_data(self) -> dict[str, Any]:
        """The diagnostic as JSON values; the keys are those of the class, the span's those of
        `Span`.
        """
        span = {name: getattr(self.span, name) for name in Span._fields}
        return {
            "severity": self.severity,
            "code": self.code,
            "message": self.message,
            "span": span,
            "label": self.label,
            "notes": list(self.notes),
            "help": self.help,
        }


class Enough(Exception):
    """A stage has gathered as many mistakes as it may."""


class Complaints(list[Diagnostic]):
    """The mistakes that a stage gathers. Raises `Enough` at the last one that it may have,
    which says so.
    """

    def append(self, problem: Diagnostic) -> None:
        """Gather one more."""
        super().append(problem)
        if len(self) >= MISTAKES:
            self[-1:] = stopped(self[-1:])
            raise Enough


def stopped(problems: list[Diagnostic]) -> list[Diagnostic]:
    """The mistakes of a stage that looks for no others, the last of them saying so."""
    return [
        *problems[:-1],
        *(problem._replace(notes=(*problem.notes, STOPPED)) for problem in problems[-1:]),
    ]


class SpecError(Exception):
    """A spec was refused. ``diagnostics`` says why, in the order of the text; ``sources`` maps
    files to their text, to show it.
    """

    def __init__(
        self, diagnostics: Iterable[Diagnostic], sources: Mapping[str, str] | None = None
    ) -> None:
        self.diagnostics = in_order(diagnostics)
        self.sources = dict(sources or {})
        super().__init__(self.diagnostics, self.sources)

    def __str__(self) -> str:
        return as_text(self.diagnostics, self.sources)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each diagnostic once, in the order of the text, file by file as they first appear."""
    once = list(dict.fromkeys(map(_cut, diagnostics)))
    files = {
        file: index
        for index, file in enumerate(dict.fromkeys(problem.span.file for problem in once))
    }
    return tuple(
        sorted(
            once,
            key=lambda problem: (files[problem.span.file], problem.span.line, problem.span.column),
        )
    )


def _cut(problem: Diagnostic) -> Diagnostic:
    """The diagnostic, its sentences not too long to read."""
    if (
        max(map(len, (problem.message, problem.label, problem.help or "", *problem.notes)))
        <= SENTENCE
    ):
        return problem
    return problem._replace(
        message=_cut_text(problem.message),
        label=_cut_text(problem.label),
        notes=tuple(map(_cut_text, problem.notes)),
        help=problem.help and _cut_text(problem.help),
    )


def _cut_text(text: str) -> str:
    return text if len(text) <= SENTENCE else f"{text[: SENTENCE // 2]}...{text[-SENTENCE // 4 :]}"


def as_text(diagnostics: Iterable[Diagnostic], sources: Mapping[str, str]) -> str:
    """Diagnostics as people read them, a blank line between; beyond a bound the rest is counted."""
    every = list(diagnostics)
    lines = {file: text.splitlines() for file, text in sources.items()}
    shown = [
        _render(problem, lines.get(problem.span.file, [])) for problem in every[:SHOWN_DIAGNOSTICS]
    ]
    if len(every) > SHOWN_DIAGNOSTICS:
        others = any(STOPPED in problem.notes for problem in every[SHOWN_DIAGNOSTICS:])
        shown.append(f"... and {len(every) - SHOWN_DIAGNOSTICS} more" + f"; {STOPPED}" * others)
    return "\n\n".join(shown)


def as_json(diagnostics: Iterable[Diagnostic]) -> str:
    """Diagnostics as a JSON array."""
    return json.dumps(
        [diagnostic.as_data() for diagnostic in diagnostics], indent=2, ensure_ascii=False
    )


def as_github(diagnostics: Iterable[Diagnostic]) -> str:
    """Diagnostics as GitHub workflow commands, an annotation a line."""
    return "\n".join(_annotation(diagnostic) for diagnostic in diagnostics)


def _annotation(problem: Diagnostic) -> str:
    span = problem.span
    place = {"file": span.file, "line": span.line, "endLine": span.end_line}
    if (
        span.line == span.end_line
    ):  # GitHub takes columns within one line only, the last one included
        place |= {"col": span.column, "endColumn": max(span.column, span.end_column - 1)}
    place["title"] = problem.code
    body = "\n".join(
        [
            problem.message + (f": {problem.label}" if problem.label else ""),
            *problem.notes,
            *([f"help: {problem.help}"] if problem.help else []),
        ]
    )
    properties = ",".join(
        f"{key}={_escaped(str(value), property=True)}" for key, value in place.items()
    )
    return f"::{problem.severity} {properties}::{_escaped(body)}"


def _escaped(text: str, *, property: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if property else text


def _render(problem: Diagnostic, lines: list[str]) -> str:
    on_command_line = problem.span.file.startswith(COMMAND_LINE)
    number = " " if on_command_line else str(problem.span.line)
    gutter = " " * len(number)
    whole = not lines and problem.span[1:] == (
        1,
        1,
        1,
        1,
    )  # of a file without text, such as one of weights
    place = "the command line" if on_command_line else problem.span.file if whole else problem.span
    rows = [f"{problem.severity}[{problem.code}]: {problem.message}", f"{gutter} --> {place}"]
    if 1 <= problem.span.line <= len(lines):
        source, caret = _excerpt(problem.span, lines[problem.span.line - 1])
        before = COMMAND_LINE if on_command_line and problem.span.line == 1 else ""
        rows += [
            f"{gutter} |",
            f"{number} | {before}{source}",
            f"{gutter} | {' ' * len(before)}{caret}{' ' + problem.label if problem.label else ''}",
        ]
    elif problem.label:
        rows.append(f"{gutter} = {problem.label}")
    rows += [f"{gutter} = {note}" for note in problem.notes]
    if problem.help:
        rows.append(f"{gutter} = help: {problem.help}")
    return "\n".join(printable(row.rstrip()) for row in rows)


def _excerpt(span: Span, line: str) -> tuple[str, str]:
    """The source line and its carets, cut to `WIDTH` around the span where the line is long."""
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    end = max(min(end, len(line)), start + 1)
    left = max(0, start - WIDTH // 2) if len(line) > WIDTH else 0
    right = min(len(line), left + WIDTH)
    prefix, suffix = "…" if left else "", "…" if right < len(line) else ""
    blanks = " " * (len(prefix) + _columns(line[left:start]))
    return prefix + line[left:right] + suffix, blanks + "^" * max(
        1, _columns(line[start : min(end, right)])
    )


def printable(text: str) -> str:
    """The text on one line, with signs for what a terminal would not show or would obey."""
    if text.isprintable():
        return text
    return "".join(SIGNS.get(char) or (char if char.isprintable() else "�") for char in text)


SIGNS = {"\t": "→", "\n": " ", "\r": " "}
"""What stands for characters that move on: a tab that looks like the spaces it should have been
cannot be found.
"""


def _columns(text: str) -> int:
    """Columns on a terminal: wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
