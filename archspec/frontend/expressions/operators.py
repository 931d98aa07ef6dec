"""What the operators of expressions make of values, or a `Fault`.

An operator takes `(a, b, scope)`; the scope is charged for every element of a list that it
touches.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, TypeAlias

from archspec import limits
from archspec.frontend.expressions.causes import Cause
from archspec.frontend.expressions.values import (
    COLLECTIONS,
    NUMBERS,
    UNKNOWN,
    Fault,
    Lookup,
    Number,
    Value,
    bounded,
    built,
    check_length,
    described,
    elements,
    holds_unknown,
    too_large,
    unknown,
    whole,
    wrong,
)
from archspec.spelling import counted

Operation: TypeAlias = "Callable[[Value, Value, Lookup], Value]"

# --- Arithmetic


def _arithmetic(
    symbol: str, compute: Callable[[Any, Any], Any], lists: Operation | None = None
) -> Operation:
    def operate(a: Value, b: Value, scope: Lookup) -> Value:
        if type(a) not in NUMBERS or type(b) not in NUMBERS:
            return (lists or numbers_only)(a, b, scope)
        try:
            return bounded(compute(a, b))
        except ZeroDivisionError:
            if symbol == "**":
                message, cause = "0 has no negative power", Cause.NEGATIVE_POWER_OF_ZERO
            else:
                message, cause = "division by zero", Cause.DIVISION_BY_ZERO
            raise Fault(message, 1, cause=cause) from None
        except OverflowError:
            raise too_large() from None

    def numbers_only(a: Value, b: Value, scope: Lookup) -> Value:
        at, culprit = (0, a) if type(a) not in NUMBERS else (1, b)
        raise wrong(f"`{symbol}` needs two numbers", culprit, at)

    return operate


def _concatenated(a: Value, b: Value, scope: Lookup) -> list[Value]:
    if type(a) is list and type(b) is list:
        check_length(len(elements(a)) + len(elements(b)))
        return built(a + b, scope)
    cause = Cause.TEXT_ADDED if str in (type(a), type(b)) else None
    raise _mismatched("`+` needs two numbers or two lists", a, b, cause)


def _repeated(a: Value, b: Value, scope: Lookup) -> list[Value]:
    if {type(a), type(b)} == {list, int} or {type(a), type(b)} == {list, float}:
        at, items, number = (1, a, b) if type(a) is list else (0, b, a)
        count = whole("`*` repeats a list a whole number of times", number, at)
        check_length(len(elements(items)) * count)
        return built(items * count, scope)
    raise _mismatched("`*` needs two numbers, or a list and a number", a, b)


def _mismatched(needs: str, a: Value, b: Value, cause: Cause | None = None) -> Fault:
    for at, value in enumerate((a, b)):
        if type(value) not in NUMBERS and type(value) is not list:
            return wrong(needs, value, at, cause if type(value) is str else None)
    return Fault(needs, found=(described(a), described(b)))


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
    raise wrong("a condition is true or false", value, 0, Cause.NO_CONDITION)


def _equal(a: Value, b: Value, scope: Lookup) -> bool:
    if type(a) in NUMBERS and type(b) in NUMBERS:
        return bool(a == b)
    _check_known(a, 0, scope)
    _check_known(b, 1, scope)
    return _same(a, b)


def _contained(a: Value, b: Value, scope: Lookup) -> bool:
    _check_known(a, 0, scope)
    if type(b) is dict:
        return type(a) is str and a in b
    if type(b) is not list:
        raise wrong("`in` needs a list or a row after it", b, 1)
    _check_known(b, 1, scope)
    return any(_same(a, item) for item in b)


def _check_known(value: Value, at: int, scope: Lookup) -> None:
    if value is UNKNOWN:
        raise unknown(at)
    if type(value) in COLLECTIONS:
        found = elements(value)
        scope.spend(len(found))
        if UNKNOWN in found:
            raise holds_unknown(at)


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
    def operate(a: Value, b: Value, scope: Lookup) -> bool:
        if type(a) in NUMBERS and type(b) in NUMBERS:
            return compare(a, b)
        at, culprit = (0, a) if type(a) not in NUMBERS else (1, b)
        raise wrong(f"`{symbol}` needs two numbers", culprit, at)

    return operate


def _both_null(a: Value, b: Value, scope: Lookup) -> bool:
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
    """Work out `a[b]`; a missing key is a KeyError, which the caller turns into a complaint that
    names the keys there are.
    """
    if type(target) is dict:
        if type(index) is not str:
            raise wrong("a row is read by a key, a text", index, 1)
        return target[index]
    if type(target) is not list:
        raise wrong("only a list or a row has elements", target, 0)
    place = whole("an index is a whole number", index, 1)
    if not -len(target) <= place < len(target):
        raise Fault(
            f"the list has {counted(len(target), 'element')}, index {place} is outside",
            1,
            cause=Cause.INDEX_OUTSIDE,
        )
    return target[place]


def part(target: Value, bounds: list[Value], scope: Lookup) -> list[Value]:
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
        raise Fault("the step of a slice is not 0", 3, cause=Cause.STEP_OF_ZERO)
    found = target[start:stop:step]
    scope.spend(len(found))
    return found


def sequence(value: Value) -> list[Value]:
    """Return the list that a comprehension runs over."""
    if type(value) is list:
        return value
    raise wrong("`for` runs over a list", value, 0)
