"""The paths of a branching as data → how they are written: those in a row that are alike as one
that repeats, as the experts of a mixture, and without labels where these would say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from archspec.frontend.yaml.writer import write
from archspec.reading.frames import NO_NAMES
from archspec.reading.rows import Unlike, in_one
from archspec.reading.sources import PREV

FEWEST = 3
"""Paths that are said in one."""

MOST_COLUMNS = 2
"""Lists of values in which they differ."""


class LabelledPath(NamedTuple):
    """A path: its label, the word that the label has of what is in the path, and its data."""

    label: str
    word: str
    data: Any


class WrittenPaths(NamedTuple):
    """The value of ``branches``, and whether each path says itself what it takes, so that the
    branching need not.
    """

    data: Any
    entered: bool


def written_paths(paths: Sequence[LabelledPath], entry: str | None) -> WrittenPaths:
    """The paths of a branching that is given what is called ``entry``, if that is a name."""
    ways = [WrittenPaths(paths, False)]
    if entry is not None and (own := _entered(paths, entry)):
        ways.append(WrittenPaths(own, True))
    for way in ways:
        fans = fanned(way.data)
        if len(fans) < len(paths):
            return WrittenPaths(fans, way.entered)
    every = [path.data for path in paths]
    if any(map(_is_name, every)) and all(map(_is_plain, every)):
        plain: list[WrittenPaths] = [
            WrittenPaths([path.data for path in way.data], way.entered) for way in reversed(ways)
        ]
        return min(plain, key=lambda way: _lines(way, entry))
    return WrittenPaths({path.label: path.data for path in paths}, False)


def _lines(way: WrittenPaths, entry: str | None) -> int:
    """How many lines a branching takes."""
    taken: dict[str, Any] = {} if way.entered else {"from": entry}
    item = {**taken, "branches": way.data, "merge": "Concatenate"}
    return write({"layers": [{"layers": [item]}]}).count("\n")


def _entered(paths: Sequence[LabelledPath], entry: str) -> list[LabelledPath] | None:
    """The paths with what each takes, where most of them say that already, and all can."""
    heads = [path.data[0] if type(path.data) is list and path.data else {} for path in paths]
    saying = sum(isinstance(head, dict) and "from" in head for head in heads)
    cannot = [head for head in heads if not isinstance(head, str) and not _may_enter(head)]
    if cannot or 2 * saying < len(paths):
        return None
    return [
        path._replace(data=[_with_entry(head, entry), *path.data[1:]])
        for path, head in zip(paths, heads, strict=True)
    ]


def _may_enter(head: dict[str, Any]) -> bool:
    """Whether the first item of a path can say what it takes."""
    taken = head.get("from", PREV)
    plain = isinstance(taken, str) or all(isinstance(one, str) for one in taken)
    return bool(head) and plain and head.keys().isdisjoint(("repeat", "when"))


def _with_entry(head: Any, entry: str) -> dict[str, Any]:
    """An item with a name for what stands before it."""
    item = {head: {}} if isinstance(head, str) else head
    taken = item.get("from", PREV)
    many = isinstance(taken, list)
    names = [entry if one == PREV else one for one in (taken if many else [taken])]
    name = {"name": item["name"]} if "name" in item else {}
    return {**name, "from": names if many else names[0], **_without(item, ("name", "from"))}


def _without(item: dict[str, Any], keys: Collection[str]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key not in keys}


def _is_name(path: Any) -> bool:
    """Whether a path is no more than a tensor of elsewhere."""
    return len(path) == 1 and isinstance(path[0], dict) and path[0].get("layers") == []


def _is_plain(path: Any) -> bool:
    """Whether a path is a list of layers and calls."""
    return type(path) is list and all(
        isinstance(item, str)
        or _is_name([item])
        or item.keys().isdisjoint(("layers", "branches", "residual", "output"))
        for item in path
    )


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
        layers = in_one(rows, "", columns)
    except Unlike:
        return None
    hidden = any(re.search(rf"\b{name}\b", text) for name in columns for text in texts)
    if hidden or len(columns) > MOST_COLUMNS or not NO_NAMES.isdisjoint(columns):
        return None
    return {"repeat": columns or len(rows), "layers": layers}


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
