"""The paths of a branching as data → the same, in which those in a row that are alike are one path
that repeats: the experts of a mixture, the groups of a ResNeXt.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from archspec.reading.frames import NO_NAMES

FEWEST = 3
"""Paths that are said in one."""

MOST_COLUMNS = 2
"""Lists of values in which they differ."""

LONG_ROW = 4
"""Numbers from which on those that rise by more than 1 are a formula."""

WIRING = frozenset({"from", "name", "reuse"})
"""Keys whose values are no expressions."""


class LabelledPath(NamedTuple):
    """A path: its label, the word that the label has of what is in the path, and its data."""

    label: str
    word: str
    data: Any


class _Unlike(Exception):
    """Paths that differ in more than some values."""


def fanned(paths: Sequence[LabelledPath]) -> dict[str, Any]:
    """The paths by their labels, each as many as there are in a row that are alike."""
    result: dict[str, Any] = {}
    at = 0
    while at < len(paths):
        stop = at + 1
        while stop < len(paths) and _fan(paths[stop - 1 : stop + 1]) is not None:
            stop += 1
        if stop - at >= FEWEST and (fan := _fan(paths[at:stop])) is not None:
            others = {*result, *(path.label for path in (*paths[:at], *paths[stop:]))}
            result[_label(paths[at], others)] = fan
        else:
            result.update({path.label: path.data for path in paths[at:stop]})
        at = stop
    return result


def _label(path: LabelledPath, others: Collection[str]) -> str:
    """What paths are called, to be followed by a number; ``others`` are labels of others."""
    word = path.word if path.word[-1].isalpha() else f"{path.word}_"
    return path.label if word in others else word


def _fan(paths: Sequence[LabelledPath]) -> dict[str, Any] | None:
    """Some paths as one that repeats; ``None`` where they are not alike."""
    rows = [path.data for path in paths]
    texts = [text for row in rows for text in _texts(row)]
    if any(not isinstance(row, list) or not row for row in rows) or any(map(_counts, texts)):
        return None
    columns: dict[str, list[Any]] = {}
    try:
        layers = _in_one(rows, "", columns)
    except _Unlike:
        return None
    hidden = any(re.search(rf"\b{name}\b", text) for name in columns for text in texts)
    if hidden or len(columns) > MOST_COLUMNS or not NO_NAMES.isdisjoint(columns):
        return None
    return {"repeat": columns or len(rows), "layers": layers}


def _in_one(rows: Sequence[Any], key: str, columns: dict[str, list[Any]]) -> Any:
    """What stands for the same part of each path; ``columns`` gets the values that differ."""
    first = rows[0]
    if all(type(row) is type(first) and row == first for row in rows):
        return first
    if all(isinstance(row, dict) and [*row] == [*first] for row in rows):
        return {name: _in_one([row[name] for row in rows], name, columns) for name in first}
    if all(isinstance(row, list) and len(row) == len(first) for row in rows):
        return [_in_one(column, key, columns) for column in zip(*rows, strict=True)]
    plain = all(type(row) is type(first) and isinstance(row, int | float) for row in rows)
    if not plain or key in WIRING:
        raise _Unlike
    if type(first) is int and (text := _progression(rows)):
        return text
    if columns.setdefault(key, list(rows)) != list(rows):
        raise _Unlike
    return f"${key}"


def _progression(rows: Sequence[int]) -> str | None:
    """Numbers that rise evenly, by the number of the path; a few are rather a list."""
    first, step = rows[0], rows[1] - rows[0]
    even = all(row == first + n * step for n, row in enumerate(rows))
    if not even or first < 0 or step < 1 or (step > 1 and len(rows) < LONG_ROW):
        return None
    rise = "$i" if step == 1 else f"{step} * $i"
    return f"{rise} + {first}" if first else rise


def _texts(value: Any) -> Iterator[str]:
    """All texts in data, keys among them."""
    stack = [value]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            stack += [key for key in value if key.startswith("$")]
            stack += value.values()
        elif isinstance(value, list):
            stack += value


def _counts(text: str) -> bool:
    """Whether a text depends on the number of a round, which is another one within a path."""
    return "$" in text and re.search(r"\bi\b", text) is not None
