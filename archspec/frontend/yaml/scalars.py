"""A plain scalar, a text without quotes, → its value by the core schema of YAML 1.2, ``_`` allowed
between digits: ``1e-3`` is a number, ``on`` a text, ``010`` ten.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import Any

from archspec import limits
from archspec.spelling import cut

NULL = {"", "~", "null", "Null", "NULL"}
BOOLEANS = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
INTEGER = re.compile(r"[-+]?[0-9][0-9_]*")
BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9][0-9_]*|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?")
INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

LONGEST_INTEGER = 100
"""Characters beyond which an integer is not computed: Python takes time by the square of them."""


class OutOfBounds(ValueError):
    """A number that a spec cannot hold; ``help`` says what it can."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


def resolve(text: str) -> Any:
    """The value of a plain scalar. Raises `OutOfBounds`."""
    if text in NULL:
        return None
    if text in BOOLEANS:
        return BOOLEANS[text]
    if text[0] not in "+-.0123456789":
        return text
    if INTEGER.fullmatch(text):
        return _integer(text, text.replace("_", ""), 10)
    if BASED.fullmatch(text):
        return _integer(text, text, 0)
    if FLOAT.fullmatch(text):
        number = float(text.replace("_", ""))
        if not isfinite(number):
            raise _too_large(text, "the largest is about 1.8e308")
        return number
    if INFINITE.fullmatch(text):
        raise OutOfBounds(
            f"`{text}` is not a finite number, and a spec holds no other",
            "write a number with digits",
        )
    return text


def _integer(text: str, digits: str, base: int) -> int:
    number = int(digits, base) if len(text) < LONGEST_INTEGER else limits.INTEGER + 1
    if abs(number) > limits.INTEGER:
        raise _too_large(text, f"integers go to {limits.INTEGER:,}")
    return number


def _too_large(text: str, help: str) -> OutOfBounds:
    return OutOfBounds(f"the number {cut(text, 40)} is larger than a spec can hold", help)


def is_text(text: str) -> bool:
    """Whether a text without quotes is read as a text."""
    return (
        text not in NULL
        and text not in BOOLEANS
        and not any(form.fullmatch(text) for form in (INTEGER, BASED, FLOAT, INFINITE))
    )
