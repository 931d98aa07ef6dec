"""Columns: what one value of a folded item is in each of its acts, and how columns follow from each
other.

The values of the columns here are hashable (`hashable`) and equal only where they are written the
same: lists are tuples, mappings are `Settings`. A column maps the acts in which its value is read.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from archspec.reading.tree import Act, Column

Values: TypeAlias = Column[Any]
"""A column of hashable values."""


@dataclass(frozen=True)
class Settings:
    """A mapping as a value of a column, such as an initializer with its settings."""

    entries: tuple[tuple[str, Hashable], ...]


@dataclass(frozen=True)
class Real:
    """A float as a value of a column: 1.0 and 1 and true are three values."""

    value: float


@dataclass(frozen=True)
class Flag:
    """A truth value as a value of a column."""

    value: bool


def hashable(value: Any) -> Hashable:
    """A plain value of a spec as a value of a column; equal only to what is written the same."""
    if isinstance(value, dict):
        return Settings(tuple((key, hashable(part)) for key, part in value.items()))
    if isinstance(value, list | tuple):
        return tuple(hashable(part) for part in value)
    if isinstance(value, bool):
        return Flag(value)
    return Real(value) if isinstance(value, float) else value


def plain(value: Hashable) -> Any:
    """The inverse of `hashable`."""
    if isinstance(value, Settings):
        return {key: plain(part) for key, part in value.entries}
    if isinstance(value, Real | Flag):
        return value.value
    return [plain(part) for part in value] if isinstance(value, tuple) else value


def is_constant(column: Values) -> bool:
    """Whether a column has one value."""
    return len(set(column.values())) <= 1


def only_value(column: Values) -> Any:
    """The value of a constant column that has an act."""
    return next(iter(column.values()))


def agree(first: Values, second: Values) -> bool:
    """Whether two columns are the same wherever both are read."""
    fewer, more = sorted((first, second), key=len)
    return all(more[act] == value for act, value in fewer.items() if act in more)


def follows(column: Values, base: Values) -> dict[Hashable, Hashable] | None:
    """A column's values by those of another column that decides them; ``None`` where it does not,
    or is not known in an act.
    """
    values: dict[Hashable, Hashable] = {}
    for act, value in column.items():
        if act not in base or values.setdefault(base[act], value) != value:
            return None
    return values


def lifted(column: Values, outer: Mapping[Act, Act]) -> dict[Act, Hashable] | None:
    """The column over outer acts (``outer``: act → outer act) that a column is a function of."""
    values: dict[Act, Hashable] = {}
    for act, value in column.items():
        if values.setdefault(outer[act], value) != value:
            return None
    return values


def lowered(column: Values, outer: Mapping[Act, Act]) -> dict[Act, Hashable]:
    """A column over outer acts, as the acts within see it."""
    return {act: column[above] for act, above in outer.items() if above in column}


def filled(column: Values, acts: Iterable[Act]) -> dict[Act, Hashable]:
    """A column with a value in each act, in their order: where nobody reads it, the one before,
    or at the start the first that there is, so that a table holds no holes.
    """
    last: Any = only_value(column)
    values: dict[Act, Hashable] = {}
    for act in acts:
        last = values[act] = column.get(act, last)
    return values
