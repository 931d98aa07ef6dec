"""Frames: the variables that a list's texts may use, and what a column is written as with them.

A frame is a list that runs several times: the body of a block, with the block's arguments, or that
of a repetition, with the variables of its ``repeat``. A column of a list is written as a constant,
by what is visible there, or as a new variable of the outermost frame of which it is a function. A
new variable of a repetition is itself a column of the frame around: a list for each of its acts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Any, TypeAlias

from archspec.frontend.expressions.lexer import RESERVED
from archspec.reading import prices
from archspec.reading.columns import (
    Flag,
    Values,
    filled,
    hashable,
    is_constant,
    lifted,
    lowered,
    only_value,
    plain,
)
from archspec.reading.formulas import (
    BOUNDS,
    CHANNELS,
    FLAG,
    RATE,
    ROUND,
    WIDENED,
    KnownColumn,
    choice,
    expansion,
    family,
    has_literal,
    literal,
    of_channels,
    same,
    share,
)
from archspec.reading.tree import Act, Column

Names: TypeAlias = tuple[str, ...]
"""What a variable may be called, the best name first."""

NOTHING: Values = MappingProxyType({})
INDEX = "$i"
CHOOSING = ("strides", "size", FLAG)
"""Families of variables by which a padding may be chosen; by others it is a coincidence."""

NUMBER = "number"
LEAST_RATES = 3
"""Rates that may be said to rise with a number that nothing else follows; of two any rise is true.
"""

EXPANSION = "expansion"
"""What the factor is called by which the channels in the middle of a residual are more."""

NO_NAMES = RESERVED | {"j"}
"""What no variable is called."""


@dataclass(eq=False)
class ListFrame:
    """The variables of one list. ``sizes`` are the channels of the tensors that its texts may use;
    a repetition has the frame around it, for each of its acts that of the frame around (``above``),
    the number of its round (``index``) and, for each act around, its rounds in order.
    """

    sizes: tuple[KnownColumn, ...] = ()
    outer: ListFrame | None = None
    above: Mapping[Act, Act] = field(default_factory=dict)
    index: Column[int] = field(default_factory=dict)
    rounds: Column[tuple[Act, ...]] = field(default_factory=dict)
    variables: dict[str, KnownColumn] = field(default_factory=dict)
    below: set[str] = field(default_factory=set)
    count: str = ""

    @property
    def visible(self) -> list[KnownColumn]:
        """What a text here may use, the nearest first."""
        own = list(self.variables.values())
        if self.outer is None:
            return [*own, *self.sizes]
        return [*own, *(self._lowered(known) for known in self.outer.visible)]

    def around(self, act: Act) -> tuple[ListFrame, Act]:
        """The outermost frame, and what an act is there."""
        frame = self
        while frame.outer is not None:
            frame, act = frame.outer, frame.above[act]
        return frame, act

    def _lowered(self, known: KnownColumn) -> KnownColumn:
        return known._replace(values=lowered(known.values, self.above))

    def add(self, names: Names, about: str, values: Values) -> KnownColumn:
        """A new variable, under the first of some names that is not taken."""
        name = self._free(names)
        self.variables[name] = known = KnownColumn(f"${name}", family(about), values)
        frame = self.outer
        while frame is not None:
            frame.below.add(name)
            frame = frame.outer
        return known

    def _free(self, names: Names) -> str:
        taken = {*NO_NAMES, *self.below}
        frame: ListFrame | None = self
        while frame is not None:
            taken |= frame.variables.keys()
            frame = frame.outer
        counted = (f"{names[0]}_{n}" for n in range(2, len(taken) + 3))
        return next(name for name in (*names, *counted) if name not in taken)


def written(
    frame: ListFrame, key: str, column: Values, names: Names = (), prev: Values = NOTHING
) -> Any:
    """What a setting is written as: plain data, or a text with ``$``. ``names`` are what a new
    variable may be called, ``prev`` the channels of what stands before.
    """
    if is_constant(column):
        return plain(only_value(column))
    text = known(frame, key, column) or elementwise(frame, column)
    if text is None and prev and family(key) == CHANNELS:
        text = of_channels(column, KnownColumn("$prev.channels", CHANNELS, prev))
        text = None if text == "$prev.channels" else text
    if text is None:
        text = widened(frame, key, column) or rising(frame, key, column)
    return text if text is not None else bound(frame, names or (key,), key, column)


def known(frame: ListFrame, key: str, column: Values) -> str | None:
    """What is visible in the frame and has these values, or channels from which they follow."""
    kin = [known for known in frame.visible if known.family == family(key)]
    for candidate in kin:
        if same(column, candidate):
            return candidate.text
    if family(key) == CHANNELS:
        for candidate in reversed(kin):
            if text := of_channels(column, candidate, parts=key in BOUNDS):
                return text
    if key == "padding":
        for candidate in frame.visible:
            if candidate.family in CHOOSING and (text := choice(column, candidate)):
                return text
    return None


def elementwise(frame: ListFrame, column: Values) -> list[Any] | None:
    """A list whose elements are constants or channels, such as ``[1, 1, $in.channels]``."""
    rows = list(column.values())
    if not all(type(row) is tuple and len(row) == len(rows[0]) for row in rows):
        return None
    elements: list[Any] = []
    for n in range(len(rows[0])):
        part = {act: row[n] for act, row in column.items()}
        if is_constant(part):
            elements.append(plain(only_value(part)))
            continue
        text = known(frame, "channels", part)
        if text is None:
            return None
        elements.append(text)
    return elements


def widened(frame: ListFrame, key: str, column: Values) -> str | None:
    """The channels in the middle of a residual as a multiple of those of its input."""
    if key != WIDENED:
        return None
    inputs = next((known for known in frame.visible if known.text == "$in.channels"), None)
    times = expansion(column, inputs.values) if inputs is not None else None
    if inputs is None or times is None:
        return None
    return f"{_factor(written(frame, EXPANSION, times, (EXPANSION,)))} * {inputs.text}"


def rising(frame: ListFrame, key: str, column: Values) -> str | None:
    """A rate that rises with the number of a block."""
    shares = share(column) if family(key) == RATE else None
    if shares is None:
        return None
    text, numbers = shares
    few = len(set(numbers.values())) < LEAST_RATES
    number = known(frame, NUMBER, numbers) if few else written(frame, NUMBER, numbers, ("block",))
    return None if number is None else text.format(_factor(number))


def _factor(value: Any) -> str:
    """A number, or a text that `written` made, as a factor."""
    return f"({value})" if " " in str(value) else str(value)


# --- new variables


def bound(frame: ListFrame, names: Names, key: str, column: Values) -> str:
    """The text of a new variable of the outermost frame that the column is a function of; or, where
    that is the list's own frame, what the column is by the number of the round.
    """
    own = frame
    while frame.outer is not None:
        around = lifted(column, frame.above)
        if around is None:
            break
        frame, column = frame.outer, around
    text = by_round(frame, names, key, column) if frame is own and frame.outer else None
    return text or frame.add(names, key, column).text


def by_round(frame: ListFrame, names: Names, key: str, column: Values) -> str | None:
    """What differs from round to round, by the number of the round."""
    rows = [[column[act] for act in row if act in column] for row in frame.rounds.values()]
    alike = len({tuple(row) for row in rows}) == 1
    if not alike or not _is_table(rows[0], key):
        if text := progression(frame, names, key, column) or doubling(frame, column):
            return text
        if text := first_differs(frame, names, key, column):
            return text
        return one_differs(frame, rows) if alike else None
    return None


def _is_table(row: list[Hashable], key: str) -> bool:
    """Whether values are better written as a list than by the number of the round: few of them,
    but for strides, which authors have in the first round alone.
    """
    few = 3 if family(key) in ("strides", NUMBER, ROUND) else prices.LONG_ROW
    return len(row) < few or (family(key) == CHANNELS and len(set(row)) > 2)


def progression(frame: ListFrame, names: Names, key: str, column: Values) -> str | None:
    """``$first + 2 * $i``: the same step from each round to the next, which is down, ``4 - $i``, in
    the numbers of rounds that references name.
    """
    if not all(type(value) is int for value in column.values()):
        return None
    first, steps = {}, set()
    for act, row in frame.rounds.items():
        read = [(n, column[one]) for n, one in enumerate(row) if one in column]
        steps |= {(b - a) / (m - n) for (n, a), (m, b) in pairwise(read)}
        if read:
            first[act] = read
    if len(steps) != 1:
        return None
    step = steps.pop()
    if step != int(step) or not step or (step < 0 and family(key) != ROUND):
        return None
    assert frame.outer is not None
    start = {act: read[0][1] - int(step) * read[0][0] for act, read in first.items()}
    if min(start.values()) < 0:
        return None
    base = from_outside(frame.outer, key, start, names)
    rise = INDEX if abs(step) == 1 else f"{int(abs(step))} * {INDEX}"
    if step < 0:
        return f"{base} - {rise}"
    return rise if base == 0 else f"{base} + {rise}"


def doubling(frame: ListFrame, column: Values) -> str | None:
    """``2 ** $i``: powers of a number from 1 on, the same in each act around."""
    read = [
        (n, column[one])
        for row in frame.rounds.values()
        for n, one in enumerate(row)
        if one in column
    ]
    base = next((value for n, value in read if n == 1), None)
    if type(base) is not int or base < 2 or any(value != base**n for n, value in read):
        return None
    return f"{base} ** {INDEX}"


def first_differs(frame: ListFrame, names: Names, key: str, column: Values) -> str | None:
    """``$strides if $i == 0 else 1``: one value in the first round, another in all others."""
    first: dict[Act, Hashable] = {}
    others: dict[Act, Hashable] = {}
    for act, row in frame.rounds.items():
        if row[0] in column:
            first[act] = column[row[0]]
        rest = {column[one] for one in row[1:] if one in column}
        if len(rest) > 1:
            return None
        if rest:
            others[act] = rest.pop()
    if not first or not others or not all(map(has_literal, (*first.values(), *others.values()))):
        return None
    outer = frame.outer
    assert outer is not None
    rest_text = from_outside(outer, key, others, names)
    first_text = from_outside(outer, key, first, names)
    return f"{_operand(first_text)} if {INDEX} == 0 else {_operand(rest_text)}"


def one_differs(frame: ListFrame, rows: list[list[Hashable]]) -> str | None:
    """``3 if $i == 5 else 1``: one value in a round in the midst, another in all others, and so in
    each act around.
    """
    row = rows[0]
    usual, times = Counter(row).most_common(1)[0]
    whole = all(len(all_of) == len(row) for all_of in frame.rounds.values())
    if not whole or len(row) < prices.LONG_ROW or times != len(row) - 1:
        return None
    number = next(n for n, value in enumerate(row) if value != usual)
    if number in (0, len(row) - 1):  # which is better an item of its own
        return None
    if isinstance(usual, Flag):
        return f"{INDEX} {'!=' if usual.value else '=='} {number}"
    if not all(map(has_literal, row)):
        return None
    return f"{literal(row[number])} if {INDEX} == {number} else {literal(usual)}"


def from_outside(outer: ListFrame, key: str, column: Values, names: Names) -> Any:
    """What a column of the frame around is written as in a repetition: ``$i`` is another there, so
    that what depends on it is a variable of the frame around.
    """
    text = written(outer, key, column, names)
    if isinstance(text, str) and re.search(r"\$i\b", text):
        return outer.add(names or (key,), key, column).text
    return text


def _operand(value: Any) -> str:
    """A value, or a text that `written` made, as a part of an expression."""
    if isinstance(value, str) and "$" in value:
        return value
    return literal(hashable(value))


# --- lists


def table(frame: ListFrame, name: str) -> Any:
    """What a variable of a repetition is bound to: a list if it is the same in all acts around,
    else the text of a list that the frame around gives.
    """
    outer = frame.outer
    assert outer is not None
    column = frame.variables[name].values
    lists = {
        act: tuple(filled(_restricted(column, row) or column, row).values())
        for act, row in frame.rounds.items()
    }
    if is_constant(lists):
        return plain(only_value(lists))
    return written(outer, f"{name}s", lists)


def _restricted(column: Values, row: tuple[Act, ...]) -> dict[Act, Hashable]:
    return {act: column[act] for act in row if act in column}
