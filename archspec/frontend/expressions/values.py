"""The values of expressions: their kinds, how messages show them, and their bounds.

A value is an int, float, bool, None, text, list, row (a dict), `TensorValue` or `UNKNOWN`. What is
wrong with one is a `Fault`, which does not know the place in the text. Lists are never changed in
place.
"""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import Any, Protocol, TypeAlias

from archspec import limits
from archspec.frontend.expressions.causes import Cause
from archspec.spelling import ValueStyle, cut, in_words

Value: TypeAlias = Any
Number: TypeAlias = "int | float"

# By exact type: `true` is no number, although Python's bool is an int.
NUMBERS = frozenset([int, float])
COLLECTIONS = frozenset([list, dict])


class Lookup(Protocol):
    """What an expression sees: the values of variables, and a budget of work."""

    def lookup(self, name: str) -> Value:
        """Return the value of a variable; KeyError if there is none."""

    def spend(self, steps: int) -> None:
        """Charge so many elementary steps, or raise when too many were spent."""


@dataclass(eq=False)
class Fault(Exception):
    """What is wrong with the operand number `at`, or with the whole operation; without a
    sentence, that its size is unknown. The other fields are those of `ExpressionError`.
    """

    sentence: str
    at: int | None = None
    _: KW_ONLY
    code: str = "expression-value"
    help: str | None = None
    cause: Cause | None = None
    found: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__init__(self.sentence)


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"

    def __str__(self) -> str:
        return "?"


UNKNOWN = _Unknown()
"""The size of an axis that is unknown until the model is called."""


@dataclass(frozen=True)
class TensorValue:
    """What `$in`, `$prev` and a block's inputs are: a shape without the batch axis, None where
    a size is unknown.
    """

    sizes: tuple[int | None, ...]

    @property
    def shape(self) -> list[Value]:
        """The sizes as a list."""
        return [_size(size) for size in self.sizes]

    @property
    def channels(self) -> Value:
        """The last size."""
        if not self.sizes:
            raise Fault("`.channels` needs a tensor of at least one axis, and this one has none")
        return _size(self.sizes[-1])

    @property
    def height(self) -> Value:
        """The first of three sizes."""
        return self._of_image("height", 0)

    @property
    def width(self) -> Value:
        """The second of three sizes."""
        return self._of_image("width", 1)

    def _of_image(self, name: str, axis: int) -> Value:
        if len(self.sizes) != 3:
            raise Fault(
                f"`.{name}` needs a tensor of three axes, and this one has the shape"
                f" {shown(self.shape)}",
                cause=Cause.NO_IMAGE,
            )
        return _size(self.sizes[axis])


def _size(size: int | None) -> Value:
    return UNKNOWN if size is None else size


# --- Values in messages


def described(value: Value) -> str:
    """Name kind and value: `the text 'same'`."""
    if value is None:
        return "`null`"
    if value is UNKNOWN or isinstance(value, TensorValue):
        return _name(value)
    kinds = {
        bool: "truth value",
        int: "number",
        float: "number",
        str: "text",
        list: "list",
        dict: "row",
    }
    return f"the {kinds.get(type(value), 'value')} {shown(value)}"


def shown(value: Value) -> str:
    """A value as an author would write it, cut to what fits into a sentence about it."""
    return in_words(value, IN_A_SENTENCE)


def show(value: Value) -> str:
    """A value as an author would write it, for the end of a complaint; cut where it is long."""
    return cut(in_words(value, AT_THE_END))


def _name(value: Value) -> str:
    if value is UNKNOWN:
        return "an unknown size"
    return "a tensor" if isinstance(value, TensorValue) else str(value)


IN_A_SENTENCE = ValueStyle(quote="'", elements=5, longest=40, depth=2)
AT_THE_END = ValueStyle(quote="'", elements=20, mark="...", other=_name)


def wrong(needs: str, value: Value, at: int | None, cause: Cause | None = None) -> Fault:
    """Tell what is needed, and what stands there instead."""
    if value is UNKNOWN:
        return unknown(at)
    cause = Cause.NULL if value is None else cause
    return Fault(needs, at, cause=cause, found=(described(value),))


def unknown(at: int | None) -> Fault:
    """Tell that operand number `at` is unknown; the operand's own words are the caller's to add."""
    return Fault("", at, code="unknown-size")


def holds_unknown(at: int) -> Fault:
    """Tell that operand number `at` is a list in which a size is unknown."""
    message = "this list holds a size that is unknown until the model is called"
    return Fault(message, at, code="unknown-size", cause=Cause.UNKNOWN_SIZE_WITHIN)


# --- Bounds


def bounded(number: Value) -> Value:
    """Return the result of arithmetic if it is a number within bounds."""
    if type(number) is int:
        if -limits.INTEGER <= number <= limits.INTEGER:
            return number
        raise Fault(
            f"the result is beyond {limits.INTEGER}, the largest integer",
            code="bound-expression",
            cause=Cause.BEYOND_BOUNDS,
        )
    if type(number) is complex:
        raise Fault("the result is no real number", cause=Cause.NO_REAL_NUMBER)
    if math.isfinite(number):
        return number
    raise too_large()


def too_large() -> Fault:
    """Tell that a result is infinite."""
    return Fault(
        "the result is beyond the largest number, about 1.8e308",
        code="bound-expression",
        cause=Cause.BEYOND_BOUNDS,
    )


def check_length(elements: int) -> None:
    """Refuse a list that is, or would be, too long."""
    if elements > limits.LIST_LENGTH:
        raise Fault(
            f"a list has at most {limits.LIST_LENGTH:,} elements, those of lists within it counted",
            code="bound-expression",
            cause=Cause.LIST_TOO_LONG,
        )


def elements(value: Value) -> list[Value]:
    """Return all elements of a list or row, those of the lists and rows within it included."""
    parts: list[Value] = []
    level = [value]
    for _ in range(limits.EXPRESSION_DEPTH):
        check_length(len(parts) + sum(map(len, level)))
        inner = [
            item for group in level for item in (group.values() if type(group) is dict else group)
        ]
        parts += inner
        level = [item for item in inner if type(item) in COLLECTIONS]
        if not level:
            return parts
    raise Fault(
        f"lists nest at most {limits.EXPRESSION_DEPTH} deep",
        code="bound-expression",
        cause=Cause.LISTS_TOO_DEEP,
    )


def built(values: list[Value], scope: Lookup) -> list[Value]:
    """Return a new list when it is within bounds and paid for."""
    scope.spend(len(elements(values)))
    return values


def whole(needs: str, value: Value, at: int | None) -> int:
    """Return an integer, also where it is written as a whole float."""
    if type(value) is int:
        return value
    if type(value) is float and value.is_integer():
        return int(value)
    raise wrong(needs, value, at)
