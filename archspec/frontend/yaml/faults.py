"""What the YAML parser complains of, as data: the fault, and the lines around it with ways to look
at them. `Words` is what is said of it in the end.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple

from archspec.frontend.yaml.writer import in_quotes
from archspec.spelling import cut

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
        return next(
            (number for number in range(row - 1, -1, -1) if says_something(self.line(number))), -1
        )

    def below(self, row: int) -> int:
        """The nearest line below that says something."""
        return next(
            (
                number
                for number in range(row + 1, len(self.lines))
                if says_something(self.line(number))
            ),
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
