"""What is wrong with an expression → what a complaint says besides its sentence: the words under
the caret, and what to do.
"""

from __future__ import annotations

from enum import Enum


class Cause(Enum):
    """What is wrong with an expression. ``label`` are the words under the caret, where the value at
    fault is not shown there; ``help`` says what to do.
    """

    BEYOND_BOUNDS = ("", "look for a `**` or `*` too many")
    BRACKET_NOT_CLOSED = ("", "close it, or remove it")
    BRACKET_NOT_OPENED = ("", "remove it, or open it before")
    BRACKETS_CROSSED = ("", "close the brackets in the order in which they were opened")
    COLON_OUTSIDE_A_SLICE = ("", "a slice is written `$list[1:]`")
    COUNT_OF_ARGUMENTS = ("", "arguments are separated by commas")
    DIVISION_BY_ZERO = (
        "this is 0",
        "divide by something that is never 0, or choose: `a if $x != 0 else b`",
    )
    EMPTY = ("", "write a value between the brackets")
    END = ("", "add the value, or remove the operator before it")
    INDEX_OUTSIDE = ("", "indices count from 0; -1 is the last element")
    LIST_TOO_LONG = ("", "make the list shorter")
    LISTS_TOO_DEEP = ("", "flatten the list")
    LONE_DOLLAR = ("", "write the variable's name behind it: `$name`")
    NEGATIVE_POWER_OF_ZERO = ("", "raise a positive number")
    NO_CONDITION = ("", "compare: `$x > 0`, `$x == 'text'`")
    NO_IMAGE = ("", "`.shape[0]` is the first size, `.channels` the last")
    NO_PART_OF_A_NAME = (
        "",
        "name it by `$i`, or by a variable that is a whole number or a text",
    )
    NO_REAL_NUMBER = ("", "a fractional power needs a positive number")
    NO_SIGN = ("", "remove it")
    NO_VALUE = ("", "a value is a number, a `$variable`, a `'text'` or a call")
    NO_VARIABLE = ("", "add it to `vars`")
    NULL = ("", "")
    QUOTE_NOT_CLOSED = ("", "close it: a text is written `'text'`")
    STEP_OF_ZERO = ("this is 0", "give another step")
    TEXT_ADDED = (
        "",
        "a text can only be compared and chosen: write it whole, or put variables into a `name`",
    )
    TEXT_TOO_LONG = ("", "choose shorter values")
    TWO_LOOPS = ("", "write `[... for $x in $list if ...]`, conditions joined by `and`")
    UNKNOWN_SIZE_WITHIN = ("", "give the input fixed sizes instead of `null`")

    def __init__(self, label: str, help: str) -> None:
        self.label = label
        self.help = help


def with_found(sentence: str, found: tuple[str, ...]) -> str:
    """A sentence with what stands in the text instead of what is needed."""
    if not found:
        return sentence
    return f"{sentence}, and {found_words(found)}"


def found_words(found: tuple[str, ...]) -> str:
    """What stands in the text, as a clause."""
    return f"this is {found[0]}" if len(found) == 1 else f"these are {' and '.join(found)}"
