"""Blocks that call themselves: what they give themselves in the next level, by what they were
given. Columns of arguments in; the texts in the calls out.

An argument ``depth`` counts the levels down, to 1 in the innermost. Any other is given on as it is,
multiplied or added to, or taken from a list by the level.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from archspec.reading.columns import Flag, Values, is_constant, only_value, plain
from archspec.reading.explained import Unexplained
from archspec.reading.formulas import (
    CHANNELS,
    LEVELS,
    KnownColumn,
    has_literal,
    literal,
    of_channels,
    same,
    thresholds,
)
from archspec.reading.tree import Act

DEPTH = ("depth", "levels")
"""What the argument is called that counts levels."""


def depths(acts: Iterable[Act], inner: Mapping[Act, Sequence[Act]]) -> Values:
    """How many levels there are from each act of a block on; ``inner`` are those that it calls."""
    known: dict[Act, int] = {}

    def depth(act: Act) -> int:
        if act not in known:
            known[act] = 1 + max(map(depth, inner.get(act, ())), default=0)
        return known[act]

    return {act: depth(act) for act in acts}


def extended(values: Values, inner: Mapping[Act, Sequence[Act]]) -> Values:
    """The values of an argument, also in acts that do not read it and give it on as it is."""
    known = dict(values)

    def value(act: Act) -> None:
        for one in inner.get(act, ()):
            value(one)
        given = {known[one] for one in inner.get(act, ()) if one in known}
        if act not in known and len(given) == 1:
            known[act] = given.pop()

    for act in inner:
        value(act)
    return known


def given_on(column: Values, here: KnownColumn, depth: KnownColumn) -> Any:
    """What a block gives itself for an argument that has these values in the next level; ``here``
    is what it has in this one. Raises `Unexplained`.
    """
    if same(column, here):
        return here.text
    if here.family == LEVELS:
        return _counted_down(column, here)
    if is_constant(column):
        return plain(only_value(column))
    text = _by_value(column, here) or _by_level(column, depth)
    if text is None:
        raise Unexplained(f"`{here.text}` in a block that calls itself")
    return text


def _counted_down(column: Values, here: KnownColumn) -> str:
    steps = {here.values[act] - value for act, value in column.items()}
    if len(steps) != 1:
        raise Unexplained("the levels of a block that calls itself")
    return f"{here.text} - {steps.pop()}"


def _by_value(column: Values, here: KnownColumn) -> str | None:
    """Integers by those of this level: a multiple or part, a sum, or a multiple up to a limit."""
    if not all(act in here.values for act in column):
        return None
    pairs = {(value, here.values[act]) for act, value in column.items()}
    if any(type(value) is not int or type(base) is not int for value, base in pairs):
        return None
    if here.family == CHANNELS and (text := of_channels(column, here)):
        return text
    if text := _multiple(pairs, here.text):
        return text
    rises = {value - base for value, base in pairs}
    if len(rises) == 1 and len(pairs) > 1:
        rise = rises.pop()
        return f"{here.text} {'+' if rise > 0 else '-'} {abs(rise)}"
    return _limited(pairs, here.text)


Pairs: TypeAlias = "set[tuple[int, int]]"
"""Values in the next level, each with that in this one."""


def _factors(pairs: Pairs) -> list[int]:
    """What some of the values are multiplied by."""
    factors = {value // base for value, base in pairs if base > 0 and value % base == 0}
    return sorted(factors - {0, 1})


def _multiple(pairs: Pairs, text: str) -> str | None:
    for factor in _factors(pairs):
        if all(value == factor * base for value, base in pairs):
            return f"{factor} * {text}"
    return None


def _limited(pairs: Pairs, text: str) -> str | None:
    """A multiple, up to the greatest of the values."""
    most = max(value for value, _ in pairs)
    for factor in _factors(pairs):
        below = [value for value, base in pairs if value == factor * base < most]
        if len(below) > 1 and all(value == min(factor * base, most) for value, base in pairs):
            return f"min({factor} * {text}, {most})"
    return None


def _by_level(column: Values, depth: KnownColumn) -> str | None:
    """Values by the level that they are given in: flags from a level on, others from a list."""
    if all(isinstance(value, Flag) for value in column.values()):
        here = {act: depth.values[act] for act in column}
        tests = thresholds(depth._replace(values=here))
        return next((text for text, values in tests if values == column), None)
    by_depth: dict[int, Any] = {}
    for act, value in column.items():
        if by_depth.setdefault(depth.values[act], value) != value or not has_literal(value):
            return None
    first, last = min(by_depth), max(by_depth)
    if by_depth.keys() != {*range(first, last + 1)}:
        return None
    row = ", ".join(literal(by_depth[n]) for n in range(first, last + 1))
    return f"$([{row}][{depth.name} - {first}])"
