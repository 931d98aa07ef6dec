"""A document with mistakes of its schema → the same with `Broken` values in their places, so that
the rest can still be looked at.

A mistake in an item, in an argument of a layer or in a claim stays where it is; after any other,
such as a misspelt `vars`, what follows would mostly be its consequences.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from archspec.diagnostics import Diagnostic, SpecError
from archspec.frontend.vocabulary import MODIFIERS
from archspec.frontend.yaml.document import Broken, Document, Value
from archspec.layers import KINDS

Path = tuple[str | int, ...]

LISTS_OF_ITEMS = ("layers", "residual", "output", "shortcut", "_shortcut")


class Mistake(NamedTuple):
    """A value that the schema refuses; ``keys`` are those of its keys that the schema does not
    know.
    """

    path: Path
    keys: tuple[str, ...]


def mended(document: Document, mistakes: Iterable[Mistake], problems: list[Diagnostic]) -> Document:
    """The document with its problems, and broken values where they are. Raises `SpecError`
    where they cannot be set apart.
    """
    root = document.root
    for mistake in mistakes:
        for path in _places(mistake):
            if path is None:
                raise SpecError(problems, document.sources)
            root = _break(root, path)
    return document._replace(root=root, problems=tuple(problems))


def _places(mistake: Mistake) -> list[Path | None]:
    """The values to break for a mistake; ``None`` where there is no telling what depends on it."""
    path = mistake.path
    item = next((end for end in range(len(path), 1, -1) if _is_item(path[:end])), None)
    if item is None:
        return _outside_items(mistake)
    if len(path) > item + 2 and path[item] in KINDS:
        return [path[: item + 2]]
    if any(key in MODIFIERS for key in mistake.keys):
        return [path[:item]]
    if len(path) == item + 1 and path[item] in KINDS and mistake.keys:
        return [(*path, key) for key in mistake.keys]
    return [path[:item]]


def _outside_items(mistake: Mistake) -> list[Path | None]:
    path = mistake.path
    if path[:1] == ("expect",):
        return [path[:1]]
    if path[:1] == ("input",) or (path[:1] == ("inputs",) and len(path) > 1):
        return [path[: 1 if path[0] == "input" else 2]]
    if "defaults" in path:
        kind = path.index("defaults") + 1
        if len(path) > kind + 1:
            return [path[: kind + 2]]
        if mistake.keys:
            return [(*path, key) for key in mistake.keys]
    return [None]


def _is_item(path: Path) -> bool:
    """Whether a path is that of an item: an index into a list of items, or into a branch."""
    return isinstance(path[-1], int) and (
        path[-2] in LISTS_OF_ITEMS or (len(path) > 2 and path[-3] == "branches")
    )


def _break(value: Value, path: Path) -> Value:
    if not path:
        return value._replace(data=Broken(value.data if value.is_mapping else {}))
    if isinstance(value.data, Broken):
        return value
    inner: Any = list(value.data) if value.is_list else dict(value.data)
    inner[path[0]] = _break(inner[path[0]], path[1:])
    return value._replace(data=inner)
