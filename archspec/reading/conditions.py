"""When an item is there: the acts in which it is → a text that is true in those, by what is visible
in the frame of its list: variables, the number of the round, channels.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from archspec.reading.columns import Flag, Values
from archspec.reading.formulas import CHANNELS, FLAG, LEVELS, RATE, equalities, thresholds
from archspec.reading.frames import INDEX, ListFrame, Names, bound

DECIDING = (LEVELS, "strides", RATE, FLAG)
"""Families whose thresholds may decide whether an item is there."""


def condition(frame: ListFrame, present: Values, names: Names, *, around: bool = False) -> str:
    """When an item is there: a text that is true in the acts in which it is, by what is visible, or
    by a new flag. Only on the way ``around`` a residual is it a rule, and no coincidence, that
    channels are a multiple of others.
    """
    tests = list(_conditions(frame, present, multiples=around))
    for text, values in tests:
        if _meets(values, present):
            return text
    for (text, values), (other, more) in combinations(tests[:40], 2):
        if joint := _joint(text, values, other, more, present):
            return joint
    return bound(frame, names, FLAG, present)


def _meets(values: Values, present: Values) -> bool:
    return all(values.get(act) == flag for act, flag in present.items())


def _joint(text: str, values: Values, other: str, more: Values, present: Values) -> str | None:
    if any(act not in values or act not in more for act in present):
        return None
    wanted = {act: flag.value for act, flag in present.items()}
    pairs = [(values[act].value, more[act].value, flag) for act, flag in wanted.items()]
    if all((a and b) == flag for a, b, flag in pairs):
        return f"{text} and {other}"
    if all((a or b) == flag for a, b, flag in pairs):
        return f"{text} or {other}"
    return None


def _conditions(
    frame: ListFrame, present: Values, *, multiples: bool
) -> Iterator[tuple[str, Values]]:
    """Conditions over what is visible, the plainest first."""
    visible = frame.visible
    for candidate in visible:
        if candidate.family in DECIDING:
            yield from thresholds(candidate)
    yield from _by_round(frame, present)
    channels = [known for known in visible if known.family == CHANNELS]
    inputs = [known for known in channels if known.text.startswith("$in.")]
    for size in inputs:
        for variable in channels:
            if variable.text != size.text:
                tests = equalities(size, variable, present)
                yield from (test for test in tests if multiples or " * " not in test[0])
    yield from _at_a_round(frame, present)


def _by_round(frame: ListFrame, present: Values) -> Iterator[tuple[str, Values]]:
    """Conditions on the number of the round: the first, the others, the last."""
    index = frame.index
    if not index:
        return
    bounds = {n for act, n in index.items() if act in present}
    yield f"{INDEX} == 0", {act: Flag(n == 0) for act, n in index.items()}
    yield f"{INDEX} > 0", {act: Flag(n > 0) for act, n in index.items()}
    lengths = {len(row) for row in frame.rounds.values()}
    if len(lengths) == 1 and len(bounds) > 2:
        last = lengths.pop() - 1
        yield f"{INDEX} < {last}", {act: Flag(n < last) for act, n in index.items()}
        yield f"{INDEX} == {last}", {act: Flag(n == last) for act, n in index.items()}
    elif frame.count:
        ends = {row[-1] for row in frame.rounds.values()}
        last_text = f"{frame.count} - 1"
        yield f"{INDEX} < {last_text}", {act: Flag(act not in ends) for act in index}
        yield f"{INDEX} == {last_text}", {act: Flag(act in ends) for act in index}


def _at_a_round(frame: ListFrame, present: Values) -> Iterator[tuple[str, Values]]:
    """That it is the only round, or any but the only one, with another presence than the others."""
    index = frame.index
    if len({len(row) for row in frame.rounds.values()}) != 1:
        return
    for wanted, sign in ((True, "=="), (False, "!=")):
        numbers = {index[act] for act, flag in present.items() if flag.value is wanted}
        if len(numbers) == 1:
            (number,) = numbers
            values = {act: Flag((n == number) is wanted) for act, n in index.items()}
            yield f"{INDEX} {sign} {number}", values
