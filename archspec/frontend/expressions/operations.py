"""What the operators and functions of expressions make of values, or a `Fault`.

Operators take `(a, b, scope)`, functions `(scope, *arguments)`; the scope is charged for every
element of a list that they touch.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from archspec import limits
from archspec.frontend.expressions.values import (
    COLLECTIONS,
    NUMBERS,
    UNKNOWN,
    Fault,
    Number,
    Scope,
    Value,
    bounded,
    built,
    check_length,
    described,
    elements,
    too_large,
    unknown,
    whole,
    wrong,
)
from archspec.spelling import counted

Operation: TypeAlias = "Callable[[Value, Value, Scope], Value]"

# --- Arithmetic


def _arithmetic(
    symbol: str, compute: Callable[[Any, Any], Any], lists: Operation | None = None
) -> Operation:
    def operate(a: Value, b: Value, scope: Scope) -> Value:
        if type(a) not in NUMBERS or type(b) not in NUMBERS:
            return (lists or numbers_only)(a, b, scope)
        try:
            return bounded(compute(a, b))
        except ZeroDivisionError:
            raise Fault(
                "0 has no negative power" if symbol == "**" else "division by zero", 1
            ) from None
        except OverflowError:
            raise too_large() from None

    def numbers_only(a: Value, b: Value, scope: Scope) -> Value:
        at, culprit = (0, a) if type(a) not in NUMBERS else (1, b)
        raise wrong(f"`{symbol}` needs two numbers", culprit, at)

    return operate


def _concatenated(a: Value, b: Value, scope: Scope) -> list[Value]:
    if type(a) is list and type(b) is list:
        check_length(len(elements(a)) + len(elements(b)))
        return built(a + b, scope)
    raise _mismatched("`+` needs two numbers or two lists", a, b)


def _repeated(a: Value, b: Value, scope: Scope) -> list[Value]:
    if {type(a), type(b)} == {list, int} or {type(a), type(b)} == {list, float}:
        at, items, number = (1, a, b) if type(a) is list else (0, b, a)
        count = whole("`*` repeats a list a whole number of times", number, at)
        check_length(len(elements(items)) * count)
        return built(items * count, scope)
    raise _mismatched("`*` needs two numbers, or a list and a number", a, b)


def _mismatched(needs: str, a: Value, b: Value) -> Fault:
    for at, value in enumerate((a, b)):
        if type(value) not in NUMBERS and type(value) is not list:
            return wrong(needs, value, at)
    return Fault(f"{needs}, and these are {described(a)} and {described(b)}")


def _power(a: Number, b: Number) -> Any:
    # Refused before it is worked out: 64 doublings pass the bound, and 9**9**9 would fill the
    # memory.
    if type(a) is int and type(b) is int and abs(a) > 1 and b > 64:
        return bounded(limits.INTEGER + 1)
    return a**b


def signed(symbol: str, value: Value) -> Value:
    """Work out `-a` and `+a`."""
    if type(value) not in NUMBERS:
        raise wrong(f"`{symbol}` needs a number", value, 0)
    return -value if symbol == "-" else value


OPERATORS: dict[str, Operation] = {
    "+": _arithmetic("+", operator.add, _concatenated),
    "-": _arithmetic("-", operator.sub),
    "*": _arithmetic("*", operator.mul, _repeated),
    "/": _arithmetic("/", operator.truediv),
    "//": _arithmetic("//", operator.floordiv),
    "%": _arithmetic("%", operator.mod),
    "**": _arithmetic("**", _power),
}


# --- Comparison


def truth(value: Value) -> bool:
    """Return the value of a condition, which must be a truth value."""
    if type(value) is bool:
        return value
    raise wrong("a condition is true or false", value, 0)


def _equal(a: Value, b: Value, scope: Scope) -> bool:
    if type(a) in NUMBERS and type(b) in NUMBERS:
        return bool(a == b)
    _check_known(a, 0, scope)
    _check_known(b, 1, scope)
    return _same(a, b)


def _contained(a: Value, b: Value, scope: Scope) -> bool:
    _check_known(a, 0, scope)
    if type(b) is dict:
        return type(a) is str and a in b
    if type(b) is not list:
        raise wrong("`in` needs a list or a row after it", b, 1)
    _check_known(b, 1, scope)
    return any(_same(a, item) for item in b)


def _check_known(value: Value, at: int, scope: Scope) -> None:
    if value is UNKNOWN:
        raise unknown(at)
    if type(value) in COLLECTIONS:
        found = elements(value)
        scope.spend(len(found))
        if UNKNOWN in found:
            raise _holds_unknown(at)


def _holds_unknown(at: int) -> Fault:
    return Fault(
        "this list holds a size that is unknown until the model is called", at, code="unknown-size"
    )


def _same(a: Value, b: Value) -> bool:
    if type(a) in NUMBERS:
        return type(b) in NUMBERS and bool(a == b)
    if type(a) is not type(b):
        return False
    if type(a) is list:
        return len(a) == len(b) and all(map(_same, a, b))
    if type(a) is dict:
        return a.keys() == b.keys() and all(_same(item, b[key]) for key, item in a.items())
    return bool(a == b)


def _ordering(symbol: str, compare: Callable[[Any, Any], bool]) -> Operation:
    def operate(a: Value, b: Value, scope: Scope) -> bool:
        if type(a) in NUMBERS and type(b) in NUMBERS:
            return compare(a, b)
        at, culprit = (0, a) if type(a) not in NUMBERS else (1, b)
        raise wrong(f"`{symbol}` needs two numbers", culprit, at)

    return operate


def _both_null(a: Value, b: Value, scope: Scope) -> bool:
    return (a is None or a is UNKNOWN) and (b is None or b is UNKNOWN)


COMPARISONS: dict[str, Operation] = {
    "==": _equal,
    "!=": lambda a, b, scope: not _equal(a, b, scope),
    "<": _ordering("<", operator.lt),
    "<=": _ordering("<=", operator.le),
    ">": _ordering(">", operator.gt),
    ">=": _ordering(">=", operator.ge),
    "in": _contained,
    "not in": lambda a, b, scope: not _contained(a, b, scope),
}
# Beside the word `null`, and only there, an unknown size may be compared.
NULL_COMPARISONS: dict[str, Operation] = {
    "==": _both_null,
    "!=": lambda a, b, scope: not _both_null(a, b, scope),
}


# --- Lists and rows


def item(target: Value, index: Value) -> Value:
    """Work out `a[b]`; a missing key is left to the caller as a KeyError, to be told with its
    neighbours.
    """
    if type(target) is dict:
        if type(index) is not str:
            raise wrong("a row is read by a key, a text", index, 1)
        return target[index]
    if type(target) is not list:
        raise wrong("only a list or a row has elements", target, 0)
    place = whole("an index is a whole number", index, 1)
    if not -len(target) <= place < len(target):
        raise Fault(f"the list has {counted(len(target), 'element')}, index {place} is outside", 1)
    return target[place]


def part(target: Value, bounds: list[Value], scope: Scope) -> list[Value]:
    """Work out `a[b:c:d]`; a bound that was left out is None, and the operands count on from
    the target.
    """
    if type(target) is not list:
        raise wrong("only a list can be sliced", target, 0)
    needs = "the parts of a slice are whole numbers"
    start, stop, step = (
        bound if bound is None else whole(needs, bound, at) for at, bound in enumerate(bounds, 1)
    )
    if step == 0:
        raise Fault("the step of a slice is not 0", 3)
    found = target[start:stop:step]
    scope.spend(len(found))
    return found


def sequence(value: Value) -> list[Value]:
    """Return the list that a comprehension runs over."""
    if type(value) is list:
        return value
    raise wrong("`for` runs over a list", value, 0)


# --- Functions


def _compute(function: Callable[..., Number], *arguments: Number) -> Value:
    try:
        return bounded(function(*arguments))
    except OverflowError:
        raise too_large() from None


def _numbers(name: str, values: tuple[Value, ...]) -> None:
    for at, value in enumerate(values):
        if type(value) not in NUMBERS:
            raise wrong(
                f"`{name}` needs {'a number' if len(values) == 1 else 'numbers'}", value, at
            )


def _list_of_numbers(name: str, value: Value, scope: Scope) -> list[Number]:
    scope.spend(len(value))
    for number in value:
        if number is UNKNOWN:
            raise _holds_unknown(0)
        if type(number) not in NUMBERS:
            raise Fault(
                f"`{name}` needs a list of numbers, and this one holds {described(number)}", 0
            )
    return list(value)


def _extreme(name: str, choose: Callable[[Any], Number]) -> Callable[..., Value]:
    def function(scope: Scope, *values: Value) -> Value:
        if len(values) > 1:
            _numbers(name, values)
            return choose(values)
        if type(values[0]) is not list:
            raise wrong(f"`{name}` needs several numbers or one list", values[0], 0)
        if not values[0]:
            raise Fault(f"`{name}` of an empty list has no value", 0)
        return choose(_list_of_numbers(name, values[0], scope))

    return function


def _of_number(name: str, compute: Callable[[Any], Number]) -> Callable[..., Value]:
    def function(scope: Scope, value: Value) -> Value:
        _numbers(name, (value,))
        return _compute(compute, value)

    return function


def _round(scope: Scope, value: Value, digits: Value = 0) -> Value:
    _numbers("round", (value,))
    # Beyond 400 digits nothing changes any more, and Python would work out the power of ten.
    places = max(-400, min(400, whole("`round` needs a whole number of digits", digits, 1)))
    return _compute(round, value, places)


def _round_to_integer(scope: Scope, *arguments: Value) -> Value:
    # `round(x)` gives an integer, `round(x, 0)` a float: as in Python.
    return (
        _round(scope, *arguments)
        if len(arguments) > 1
        else _of_number("round", round)(scope, *arguments)
    )


def _sum(scope: Scope, values: Value) -> Value:
    if type(values) is not list:
        raise wrong("`sum` needs a list", values, 0)
    total: Number = 0
    # Added up one by one: from 3.12 on Python's own `sum` rounds floats differently.
    for number in _list_of_numbers("sum", values, scope):
        total += number
    return bounded(total)


def _len(scope: Scope, values: Value) -> int:
    if type(values) is not list:
        raise wrong("`len` needs a list", values, 0)
    return len(values)


def _range(scope: Scope, *arguments: Value) -> list[int]:
    numbers = [
        whole("`range` needs whole numbers", value, at) for at, value in enumerate(arguments)
    ]
    if len(numbers) == 3 and numbers[2] == 0:
        raise Fault("the step of `range` is not 0", 2)
    values = range(*numbers)
    if values[limits.LIST_LENGTH :]:  # len() itself fails on the longest ranges
        check_length(limits.LIST_LENGTH + 1)
    scope.spend(len(values))
    return list(values)


def _make_divisible(scope: Scope, value: Value, divisor: Value = 8) -> Value:
    """Round as MobileNet does: `_make_divisible` in the authors' TensorFlow code
    (slim/nets/mobilenet).
    """
    _numbers("make_divisible", (value,))
    step = whole("`make_divisible` needs a whole number to divide by", divisor, 1)
    if step < 1:
        raise Fault(f"`make_divisible` needs a positive number to divide by, and this is {step}", 1)
    nearest = max(step, int(value + step / 2) // step * step)
    return bounded(nearest + step if nearest < 0.9 * value else nearest)


class Function(NamedTuple):
    """A function of expressions: `call(scope, *arguments)`, and how many arguments it takes,
    None for any number.
    """

    call: Callable[..., Value]
    least: int = 1
    most: int | None = 1

    @property
    def takes(self) -> str:
        """How many arguments it takes, in words."""
        if self.most is None:
            return f"at least {counted(self.least, 'argument')}"
        if self.least == self.most:
            return counted(self.least, "argument")
        return f"{self.least} {'or' if self.most == self.least + 1 else 'to'} {self.most} arguments"


FUNCTIONS: dict[str, Function] = {
    "min": Function(_extreme("min", min), most=None),
    "max": Function(_extreme("max", max), most=None),
    "abs": Function(_of_number("abs", abs)),
    "round": Function(_round_to_integer, most=2),
    "int": Function(_of_number("int", int)),
    "floor": Function(_of_number("floor", math.floor)),
    "ceil": Function(_of_number("ceil", math.ceil)),
    "sum": Function(_sum),
    "len": Function(_len),
    "range": Function(_range, most=3),
    "make_divisible": Function(_make_divisible, most=2),
}
