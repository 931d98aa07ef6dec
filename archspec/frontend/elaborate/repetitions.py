"""The value of a ``repeat`` → the variables of each repetition, or what is wrong with it."""

from __future__ import annotations

from typing import Any, NamedTuple

from archspec import limits
from archspec.frontend.elaborate.words import each_value
from archspec.frontend.expressions.expression import RESERVED
from archspec.spelling import did_you_mean, listed_names

REPEAT_HELP = "write `repeat: 3`, `repeat: {k: [3, 5]}` or `repeat: [{k: 3, s: 1}, {k: 5, s: 2}]`"


class WrongRepeat(NamedTuple):
    """What is wrong with a ``repeat``; ``at`` is the list or the row at fault, ``beyond`` says that
    it asks for too much.

    ``wanted`` is how many values the list at fault should have.
    """

    message: str
    help: str | None = None
    at: str | int | None = None
    beyond: bool = False
    wanted: int | None = None


def rows_of(value: Any) -> list[dict[str, Any]] | WrongRepeat:
    """The variables of each repetition, as a ``repeat`` gives them."""
    value = whole(value)
    rows = [value] if isinstance(value, dict) else value[:1] if isinstance(value, list) else []
    reserved = next(
        (name for row in rows if isinstance(row, dict) for name in row if name in RESERVED), None
    )
    if reserved is not None:
        return WrongRepeat(
            f"`{reserved}` is a word of expressions, and no variable can have that name",
            "choose another key",
        )
    if type(value) is int:
        if value < 0:
            return WrongRepeat("`repeat` cannot be negative", "0 leaves the item out")
        if value > limits.LAYERS:
            message = (
                f"`repeat` asks for {value:,} repetitions, and a network may have {limits.LAYERS:,}"
                " layers"
            )
            return WrongRepeat(message, "look for digits or a `*` too many", beyond=True)
        return [{}] * value
    if isinstance(value, dict):
        return _columns(value)
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return _table(value)
    if isinstance(value, list):
        return WrongRepeat(
            "a list of values in `repeat` needs a variable to put them in",
            "write `repeat: {k: [...]}`, and `$k` in the item",
        )
    if type(value) is float:
        return WrongRepeat(
            "`repeat` must be a whole number", "round it: `$(ceil(...))` or `$(floor(...))`"
        )
    return WrongRepeat(
        "`repeat` must be a count, lists of values by variable, or a list of rows", REPEAT_HELP
    )


def _columns(value: dict[str, Any]) -> list[dict[str, Any]] | WrongRepeat:
    for name, column in value.items():
        if not isinstance(column, list):
            help = (
                each_value(name, column)
                if type(column) in (int, float)
                else f"write `{name}: [...]`, a value for each repetition"
            )
            return WrongRepeat(
                f"`{name}` must be a list of values, one for each repetition", help, name
            )
    if not value:
        return WrongRepeat("`repeat` has no lists", "write `repeat: 3` or `repeat: {k: [3, 5]}`")
    lengths = {name: len(column) for name, column in value.items()}
    most = max(lengths, key=lambda name: list(lengths.values()).count(lengths[name]))
    odd = next((name for name in lengths if lengths[name] != lengths[most]), None)
    if odd is not None:
        shown = ", ".join(f"`{name}` has {length}" for name, length in lengths.items())
        return WrongRepeat(
            f"the lists of a `repeat` must be of one length: {shown}",
            "give each list one value for each repetition",
            odd,
            wanted=lengths[most],
        )
    return [dict(zip(value, row, strict=True)) for row in zip(*value.values(), strict=True)]


def _table(value: list[dict[str, Any]]) -> list[dict[str, Any]] | WrongRepeat:
    for index, row in enumerate(value):
        lacks, has = (
            [key for key in value[0] if key not in row],
            [key for key in row if key not in value[0]],
        )
        if lacks or has:
            more = [f"has {listed_names(has)}, which row 1 does not have"] if has else []
            what = " and ".join([*([f"lacks {listed_names(lacks)}"] if lacks else []), *more])
            near = did_you_mean(has[0], lacks) if has and lacks else None
            message = f"the rows of a `repeat` must have the same keys, and row {index + 1} {what}"
            return WrongRepeat(message, near or "give every row the same keys", index)
    return value


def whole(value: Any) -> Any:
    """A whole float as the integer that it is; anything else as it stands."""
    return int(value) if type(value) is float and value.is_integer() else value
