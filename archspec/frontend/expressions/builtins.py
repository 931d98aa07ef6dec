"""The functions of expressions: one row each, from which everything that knows them comes.

The parser takes their names and the number of their arguments from here, the evaluator calls them,
the emitted Python writes ``python``, or the text of ``compute`` where Python has no such function,
and the reference of the language prints ``usage`` and ``meaning``.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from archspec import limits
from archspec.frontend.expressions.causes import Cause
from archspec.frontend.expressions.values import (
    NUMBERS,
    UNKNOWN,
    Fault,
    Lookup,
    Number,
    Value,
    bounded,
    check_length,
    described,
    holds_unknown,
    shown,
    too_large,
    whole,
    wrong,
)
from archspec.spelling import counted

Accept: TypeAlias = "Callable[[str, Value, int, Lookup], Value]"
"""Takes what the function needs in words, a value, its position and the scope that is charged;
gives the value that is computed with, or raises a `Fault`.
"""


# --- Kinds of arguments


def _number(needs: str, value: Value, at: int, scope: Lookup) -> Number:
    if type(value) in NUMBERS:
        return value  # type: ignore[no-any-return]
    raise wrong(needs, value, at)


def _whole(needs: str, value: Value, at: int, scope: Lookup) -> int:
    return whole(needs, value, at)


def _divisor(needs: str, value: Value, at: int, scope: Lookup) -> int:
    number = whole(needs, value, at)
    if number < 1:
        message = "`make_divisible` needs a positive number to divide by"
        raise Fault(message, at, found=(str(number),))
    return number


def _list(needs: str, value: Value, at: int, scope: Lookup) -> list[Value]:
    if type(value) is list:
        return value
    raise wrong(needs, value, at)


def _list_of_numbers(needs: str, value: Value, at: int, scope: Lookup) -> list[Number]:
    numbers = _list(needs, value, at, scope)
    scope.spend(len(numbers))
    for number in numbers:
        if number is UNKNOWN:
            raise holds_unknown(at)
        if type(number) not in NUMBERS:
            function = needs.split(maxsplit=1)[0]
            message = f"{function} needs a list of numbers, and this one holds {described(number)}"
            raise Fault(message, at)
    return numbers


class Operand(NamedTuple):
    """One argument of a function: how a value is accepted, what is needed in words ("needs a
    number"), whether it may be left out, and whether it is a whole number, as which 2.0 passes.
    """

    accept: Accept
    needs: str
    optional: bool = False
    whole: bool = False


NUMBER = Operand(_number, "a number")
NUMBERS_IN_A_LIST = Operand(_list_of_numbers, "a list")
LIST = Operand(_list, "a list")
WHOLE = Operand(_whole, "whole numbers", whole=True)
WHOLE_OR_NONE = WHOLE._replace(optional=True)


class Builtin(NamedTuple):
    """A function of expressions.

    ``compute`` takes the accepted arguments. ``usage`` and ``meaning`` are its lines in the
    reference. ``python`` calls it in Python source (``math.floor``); where it is empty, the source
    of ``compute`` is written into the file. With ``several``, numbers may stand in the place of the
    one list. ``gives_iterable`` says that Python's function gives no list but can be gone through.
    """

    compute: Callable[..., Any]
    usage: str
    meaning: str
    python: str
    arguments: tuple[Operand, ...] = (NUMBER,)
    several: bool = False
    gives_iterable: bool = False

    @property
    def name(self) -> str:
        """The word that calls it."""
        return self.usage.partition("(")[0]

    @property
    def least(self) -> int:
        """The smallest number of arguments."""
        return sum(not argument.optional for argument in self.arguments)

    @property
    def most(self) -> int | None:
        """The greatest number of arguments, None for any."""
        return None if self.several else len(self.arguments)

    @property
    def takes(self) -> str:
        """How many arguments it takes, in words."""
        if self.most is None:
            return f"at least {counted(self.least, 'argument')}"
        if self.least == self.most:
            return counted(self.least, "argument")
        return f"{self.least} {'or' if self.most == self.least + 1 else 'to'} {self.most} arguments"

    @property
    def goes_through(self) -> bool:
        """Whether its one argument is only gone through, so that in Python any iterable will do."""
        return self.arguments == (NUMBERS_IN_A_LIST,) or self.several

    def call(self, scope: Lookup, *values: Value) -> Value:
        """The value for these arguments, whose number is right, or a `Fault`."""
        if self.several and len(values) > 1:
            needs = f"`{self.name}` needs numbers"
            return self.compute(
                [_number(needs, value, at, scope) for at, value in enumerate(values)]
            )
        accepted = [
            argument.accept(f"`{self.name}` needs {argument.needs}", value, at, scope)
            for at, (argument, value) in enumerate(zip(self.arguments, values, strict=False))
        ]
        try:
            result = self.compute(*accepted)
        except OverflowError:
            raise too_large() from None
        except ValueError:  # Python's word for a number that the function is not defined for
            raise Fault(f"`{self.name}` has no value for {shown(accepted[0])}", 0) from None
        if type(result) is not list:
            return bounded(result)
        scope.spend(len(result))
        return result


# --- What is not simply Python's


def _extreme(name: str, choose: Callable[[Any], Number]) -> Callable[[list[Number]], Number]:
    def compute(numbers: list[Number]) -> Number:
        if not numbers:
            raise Fault(f"`{name}` of an empty list has no value", 0)
        return choose(numbers)

    return compute


def _round(value: Number, digits: int | None = None) -> Number:
    # Beyond 400 digits nothing changes any more, and Python would work out the power of ten.
    return round(value) if digits is None else round(value, max(-400, min(400, digits)))


def _sum(numbers: list[Number]) -> Number:
    # Added up one by one: from 3.12 on Python's own `sum` rounds floats differently.
    total: Number = 0
    for number in numbers:
        total += number
    return total


def _range(*numbers: int) -> list[int]:
    if len(numbers) == 3 and numbers[2] == 0:
        raise Fault("the step of `range` is not 0", 2, cause=Cause.STEP_OF_ZERO)
    values = range(*numbers)
    if values[limits.LIST_LENGTH :]:  # len() itself fails on the longest ranges
        check_length(limits.LIST_LENGTH + 1)
    return list(values)


# As `_make_divisible` in the authors' code of MobileNet (TensorFlow, slim/nets/mobilenet). The
# text of the function is written into emitted Python.
def make_divisible(value: float, divisor: int = 8) -> float:
    """The multiple of `divisor` nearest to `value`, and one more where that is below 90 % of it."""
    nearest = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * value else nearest


_EXTREME = NUMBERS_IN_A_LIST._replace(needs="several numbers or one list")
_ROWS = (
    Builtin(
        _extreme("min", min),
        "min(a, b, …)",
        "the least of several numbers, or of one list",
        "min",
        (_EXTREME,),
        several=True,
    ),
    Builtin(
        _extreme("max", max),
        "max(a, b, …)",
        "the greatest of several numbers, or of one list",
        "max",
        (_EXTREME,),
        several=True,
    ),
    Builtin(abs, "abs(a)", "the number without its sign", "abs"),
    Builtin(
        _round,
        "round(a, digits)",
        "the nearest integer, halves to the even one (`round(2.5)` is 2); with `digits`, rounded to"
        " so many decimals",
        "round",
        (NUMBER, Operand(_whole, "a whole number of digits", optional=True, whole=True)),
    ),
    Builtin(int, "int(a)", "the integer part: `int(-2.5)` is -2", "int"),
    Builtin(math.floor, "floor(a)", "the greatest integer that is not above `a`", "math.floor"),
    Builtin(math.ceil, "ceil(a)", "the least integer that is not below `a`", "math.ceil"),
    Builtin(_sum, "sum(list)", "the sum of a list of numbers", "sum", (NUMBERS_IN_A_LIST,)),
    Builtin(len, "len(list)", "the number of elements", "len", (LIST,)),
    Builtin(
        _range,
        "range(start, stop, step)",
        "the list of integers from `start`, 0 if left out, up to but not `stop`: `range(3)` is"
        " `[0, 1, 2]`",
        "range",
        (WHOLE, WHOLE_OR_NONE, WHOLE_OR_NONE),
        gives_iterable=True,
    ),
    Builtin(
        make_divisible,
        "make_divisible(a, divisor)",
        "the multiple of `divisor`, 8 if left out, nearest to `a`, halves up; at least `divisor`,"
        " and one `divisor` more where that is below 90 % of `a` (the rule of MobileNet and"
        " EfficientNet)",
        "",
        (NUMBER, Operand(_divisor, "a whole number to divide by", optional=True, whole=True)),
    ),
)
BUILTINS: dict[str, Builtin] = {row.name: row for row in _ROWS}
"""Every function of expressions by its name."""
