"""Long lists of numbers → the rule that they follow, as an author writes it: ``$([0.5] * 300)``,
``[10000 ** (-2 * $k / 512) for $k in range(256)]``; nothing where none gives every number to the
last bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from math import exp, isfinite, log
from typing import Any

from archspec import limits

FEWEST = 12
"""Numbers that are a rule rather than a list."""

SHORT_NUMBER = 12
"""Characters from which on a number is none that an author writes as an end."""

LARGEST_BASE = 10**8
"""Up to what a number is the base of powers: Vaswani et al. 2017, Section 3.5, have 10000, and
rotations of long texts up to 10,000,000.
"""


def series(values: Sequence[Any]) -> str | None:
    """The text of an expression that gives a list of numbers; ``None`` where it is no series."""
    if not FEWEST <= len(values) <= limits.LIST_LENGTH:
        return None
    kinds = {type(value) for value in values}
    if len(kinds) > 1 or not kinds <= {int, float} or not all(map(isfinite, values)):
        return None
    return _series(tuple(map(repr, values)), whole=int in kinds)


@cache
def _series(texts: tuple[str, ...], *, whole: bool) -> str | None:
    count = len(texts)
    if len(set(texts)) == 1:
        return f"$([{texts[0]}] * {count})"
    if whole:
        return _range(tuple(map(int, texts)))
    values = tuple(map(float, texts))
    for text, terms in (*_shares(values), *_powers(values)):
        if tuple(map(repr, terms)) == texts:
            return f"[{text} for $k in range({count})]"
    return None


def _range(values: tuple[int, ...]) -> str | None:
    """Whole numbers that rise or fall evenly."""
    first, step = values[0], values[1] - values[0]
    if any(value != first + n * step for n, value in enumerate(values)):
        return None
    stop = first + len(values) * step
    if step == 1:
        return f"$(range({stop}))" if first == 0 else f"$(range({first}, {stop}))"
    return f"$(range({first}, {stop}, {step}))"


def _shares(values: tuple[float, ...]) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Even steps from 0 on, up to the last number or one step beyond it."""
    last, count = values[-1], len(values)
    if values[0] != 0 or last <= 0:
        return
    end = float(f"{last * count / (count - 1):.6g}")
    for top, parts in ((last, count - 1), (end, count)):
        if len(repr(top)) < SHORT_NUMBER:
            yield f"{top!r} * $k / {parts}", tuple(top * k / parts for k in range(count))


def _powers(values: tuple[float, ...]) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Powers from 1 on of a whole number, whose exponents fall or rise evenly by a part of 1."""
    if values[0] != 1 or min(values) <= 0 or values[1] == 1:
        return
    count = len(values)
    for step, size in ((2, 2 * count), (1, count), (1, count - 1)):
        base = _base(values[1], step / size)
        if base is None:
            continue
        exponents = [step * k / size for k in range(count)]
        text = f"{step} * $k / {size}" if step > 1 else f"$k / {size}"
        if values[1] > 1:
            yield f"{base} ** ({text})", tuple(base**one for one in exponents)
        else:
            yield f"{base} ** (-{text})", tuple(base**-one for one in exponents)
            yield f"1 / {base} ** ({text})", tuple(1 / base**one for one in exponents)


def _base(value: float, step: float) -> int | None:
    """The whole number of which a value is the power of a step, or of less by as much."""
    power = abs(log(value)) / step
    base = round(exp(power)) if power < log(LARGEST_BASE) else 0
    return base if base > 1 else None
