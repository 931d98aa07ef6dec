"""Kinds that installed libraries ship: entry points of the group `archspec.kinds`, each a subclass
of `archspec.Layer` under the name of the kind.

They are looked up, and a library's code is imported, only where a spec uses a kind that archspec
does not have.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING

from archspec.layers.base import Layer
from archspec.layers.declared import KIND_NAME

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "archspec.kinds"

VARIABLE = "ARCHSPEC_NO_PLUGINS"
"""The variable of the environment that turns the look-up off."""

OFF: ContextVar[bool] = ContextVar("no plugins", default=False)
"""Whether the running command has turned the look-up off."""


def shipped(kind: object) -> type[Layer] | None:
    """The kind of that name that a library ships, if one does and it can be loaded."""
    loaded = _loaded(kind)
    return loaded if isinstance(loaded, type) else None


def failure(kind: str) -> str | None:
    """Why the kind of that name that a library ships cannot be used, in a sentence."""
    loaded = _loaded(kind)
    return loaded if isinstance(loaded, str) else None


def _loaded(kind: object) -> type[Layer] | str | None:
    if not isinstance(kind, str) or not kind[:1].isupper():  # asked of every block's call
        return None
    if OFF.get() or os.environ.get(VARIABLE) or not re.fullmatch(KIND_NAME, kind):
        return None
    return _load(kind)


@cache
def _entries() -> Mapping[str, EntryPoint]:
    # a tenth of the time of a command, which most do without
    from importlib.metadata import entry_points  # noqa: PLC0415

    return {entry.name: entry for entry in entry_points(group=GROUP)}


@cache
def _load(kind: str) -> type[Layer] | str | None:
    entry = _entries().get(kind)
    if entry is None:
        return None
    try:
        kind_class = entry.load()
    except Exception as error:  # whatever the library raises, its user gets a sentence
        return f"`{entry.value}`, which ships it, cannot be loaded: {type(error).__name__}: {error}"
    if not isinstance(kind_class, type) or not issubclass(kind_class, Layer):
        return f"`{entry.value}`, which ships it, is no subclass of `archspec.Layer`"
    if kind_class.kind() != kind:
        return f"`{entry.value}`, which ships it, is the kind `{kind_class.kind()}`"
    return kind_class
