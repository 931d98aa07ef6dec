"""Data of the same form, such as the paths of a branching → that data once, in which what differs
counts through them: ``2 * $i``, ``stage$(i + 1)``, or is a variable bound to a list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any

from archspec.layers import KINDS
from archspec.layers.fields import REQUIRED
from archspec.reading.settings import plain_default

LONG_ROW = 4
"""Numbers from which on those that rise by more than 1 are a formula."""

NAMES = frozenset({"name", "reuse"})
"""Keys whose values are no expressions, and the same in all rows."""

FROM = "from"

MULTIPLE = re.compile(r"(?:(\d+) \* )?(\$[a-z_]\w*(?:\.channels)?)(?: // (\d+))?")
"""So many times a number, or so many parts of it."""


class Unlike(Exception):
    """Data that differ in more than some values."""


def in_one(rows: Sequence[Any], key: str, columns: dict[str, list[Any]]) -> Any:
    """What stands for the same part of each of some data, below ``key``; ``columns`` gets the
    values that differ. Raises `Unlike`.
    """
    first = rows[0]
    if all(type(row) is type(first) and row == first for row in rows):
        return first
    if all(isinstance(row, dict) for row in rows):
        return _mapping(rows, key, columns)
    if all(isinstance(row, list) and len(row) == len(first) for row in rows):
        return [in_one(column, key, columns) for column in zip(*rows, strict=True)]
    if key in NAMES:
        raise Unlike
    if key == FROM:
        return _name(rows)
    return _formula(rows) or _variable(rows, key, columns)


def _mapping(
    rows: Sequence[dict[str, Any]], key: str, columns: dict[str, list[Any]]
) -> dict[str, Any]:
    """Mappings of the same keys; where that of a layer lacks one, it has Keras's default."""
    names = [*max(rows, key=len)]
    if any([name for name in names if name in row] != [*row] for row in rows):
        raise Unlike
    whole = [{name: _value(row, key, name) for name in names} for row in rows]
    return {name: in_one([row[name] for row in whole], name, columns) for name in names}


def _value(row: dict[str, Any], kind: str, name: str) -> Any:
    return row[name] if name in row else _default(kind, name)


def _default(kind: str, name: str) -> Any:
    """Keras's default of a setting of a kind. Raises `Unlike` where there is none."""
    if kind not in KINDS or getattr(KINDS[kind], name, REQUIRED) is REQUIRED:
        raise Unlike
    return plain_default(KINDS[kind], name)


def _variable(rows: Sequence[Any], key: str, columns: dict[str, list[Any]]) -> str:
    """A variable that is bound to a list of numbers."""
    plain = all(type(row) is type(rows[0]) and isinstance(row, int | float) for row in rows)
    if not plain or columns.setdefault(key, list(rows)) != list(rows):
        raise Unlike
    return f"${key}"


def _formula(rows: Sequence[Any]) -> str | None:
    """Numbers that rise evenly, or multiples and parts of one number that do, by the number of the
    row.
    """
    if all(type(row) is int for row in rows):
        return _progression(rows)
    counts: list[Fraction] = []
    bases = set()
    for row in rows:
        multiple = MULTIPLE.fullmatch(row) if isinstance(row, str) else None
        if multiple is not None:
            counts.append(Fraction(int(multiple[1] or 1), int(multiple[3] or 1)))
            bases.add(multiple[2])
        elif row == 0 and type(row) is int:
            counts.append(Fraction(0))
        else:
            return None
    parts = lcm(*(count.denominator for count in counts))
    numbers = [int(count * parts) for count in counts]
    if len(bases) != 1 or any(number != numbers[0] + n for n, number in enumerate(numbers)):
        return None
    times = f"($i + {numbers[0]})" if numbers[0] else "$i"
    return f"{times} * {bases.pop()}" + (f" // {parts}" if parts > 1 else "")


def _progression(rows: Sequence[int]) -> str | None:
    """Numbers that rise evenly, by the number of the row; a few are rather a list."""
    first, step = rows[0], rows[1] - rows[0]
    even = all(row == first + n * step for n, row in enumerate(rows))
    if not even or first < 0 or step < 1 or (step > 1 and len(rows) < LONG_ROW):
        return None
    rise = "$i" if step == 1 else f"{step} * $i"
    return f"{rise} + {first}" if first else rise


def _name(rows: Sequence[Any]) -> str:
    """Names that differ in a number that rises or falls by 1."""
    if not all(isinstance(row, str) and "$" not in row for row in rows):
        raise Unlike
    parts = [re.split(r"(\d+)", row) for row in rows]
    if len({len(row) for row in parts}) > 1:
        raise Unlike
    differing = [n for n, column in enumerate(zip(*parts, strict=True)) if len(set(column)) > 1]
    if len(differing) != 1 or differing[0] % 2 == 0:
        raise Unlike
    (at,) = differing
    numbers = [int(row[at]) for row in parts]
    if any(str(number) != row[at] for number, row in zip(numbers, parts, strict=True)):
        raise Unlike
    steps = {after - before for before, after in pairwise(numbers)}
    if steps not in ({1}, {-1}):
        raise Unlike
    first, behind = numbers[0], "".join(parts[0][at + 1 :])
    if steps == {-1}:
        count = f"$({first} - i)"
    elif first:
        count = f"$(i + {first})"
    else:
        count = "$(i)" if re.match(r"\w", behind) else "$i"
    return f"{''.join(parts[0][:at])}{count}{behind}"
