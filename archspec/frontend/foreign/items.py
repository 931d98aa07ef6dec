"""Keys of an item and names in a `from` that other tools have → a help that says what they are
here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from archspec.frontend.foreign.arguments import merging
from archspec.frontend.foreign.calls import translated
from archspec.frontend.foreign.layers import kind_of, takes_several
from archspec.frontend.vocabulary import MODIFIERS

ITEM = {
    "bottom": "from",
    "condition": "when",
    "count": "repeat",
    "depends_on": "from",
    "elif": "when",
    "for": "repeat",
    "id": "name",
    "if": "when",
    "in": "from",
    "inbound_nodes": "from",
    "input": "from",
    "inputs": "from",
    "join": "merge",
    "label": "name",
    "loop": "repeat",
    "n": "repeat",
    "num": "repeat",
    "number": "repeat",
    "only_if": "when",
    "parent": "from",
    "previous": "from",
    "repeats": "repeat",
    "sources": "from",
    "takes": "from",
    "times": "repeat",
    "top": "name",
    "unless": "when",
    "with_items": "repeat",
}
"""Modifiers of an item by what others call them → ours."""

OPERATION = {
    "block": "layers",
    "group": "layers",
    "items": "layers",
    "parallel": "branches",
    "paths": "branches",
    "residuals": "residual",
    "resblock": "residual",
    "seq": "layers",
    "sequence": "layers",
    "sequential": "layers",
    "share": "reuse",
    "shared": "reuse",
    "split": "branches",
    "stack": "layers",
    "tie": "reuse",
}
"""Operations of an item by what others call them → ours."""

_ACTIVATES = "give the layer `activation: relu`, or make it an item, `- ReLU`"
_BEHIND = "write the arguments behind the layer: `- Conv2D: {filters: 8, kernel_size: 3}`"
_BY_LAYER = "an item is named by its layer: `- Conv2D: {filters: 8, kernel_size: 3}`"

ITEM_HELP = {
    "act": _ACTIVATES,
    "activation": _ACTIVATES,
    "args": _BEHIND,
    "class_name": _BY_LAYER,
    "config": _BEHIND,
    "else": "write a second item with the opposite `when`, or an expression, `a if $x else b`",
    "freeze": "write `trainable: false` in the layer's arguments",
    "kind": _BY_LAYER,
    "layer": _BY_LAYER,
    "module": _BY_LAYER,
    "op": _BY_LAYER,
    "params": _BEHIND,
    "return": "the last item is the output; a further one is `{name: NAME, output: []}`",
    "skip": "the way around a `residual` is its `shortcut`; without one it is the identity",
    "type": _BY_LAYER,
}
"""Keys of an item that others have, and what to do."""

TYPE = (
    "type",
    "layer",
    "class_name",
    "kind",
    "op",
    "module",
    "class",
    "cls",
    "_target_",
    "layer_type",
)
"""Keys whose value names the layer of an item elsewhere."""

SETTINGS = ("args", "arguments", "config", "kwargs", "params", "options", "cfg")
"""Keys that hold the arguments of a layer elsewhere."""


def item_help(key: str) -> str | None:
    """What to do about a key of an item that another tool has."""
    if key in ITEM_HELP:
        return ITEM_HELP[key]
    ours = ITEM.get(key) or OPERATION.get(key)
    return f"did you mean `{ours}`?" if ours else None


def typed_item(item: Mapping[str, Any]) -> tuple[str, str] | None:
    """For an item whose layer is the value of a key, ``{type: Conv2D, filters: 8}``: that key, and
    the help with the item to write.
    """
    key = next((one for one in TYPE if isinstance(item.get(one), str)), None)
    if key is None:
        return None
    name = item[key]
    kind = kind_of(name)
    arguments: dict[str, Any] = {}
    for other, value in item.items():
        if other in SETTINGS and isinstance(value, dict):
            arguments |= value
        elif other != key and other not in MODIFIERS:
            arguments[other] = value
    if kind is None:
        return (key, _BY_LAYER) if key in ITEM_HELP or arguments else None
    written = translated(kind, name, arguments)
    beside = ", ".join(f"{one}: {item[one]}" for one in MODIFIERS if isinstance(item.get(one), str))
    return key, f"write `- {{{beside}, {written}}}`" if beside else f"write `- {written}`"


def merge_help(key: str, value: Any) -> str | None:
    """What to write for ``add: [a, b]``."""
    kind = kind_of(key)
    if kind is None or not takes_several(kind) or not isinstance(value, list):
        return None
    return f"write `- {merging(kind, value)}`"


def operation_for(partner: str, keys: Iterable[str]) -> str | None:
    """The key of an item that means, elsewhere, an operation that one of its modifiers needs."""
    return next((key for key in keys if OPERATION.get(key) == partner), None)


def from_help(name: str) -> str | None:
    """What to write in a ``from`` for a layer that is counted, as Ultralytics does."""
    if name == "-1":
        return "write `prev`, the output of the item before"
    counted = re.fullmatch(r"-?\d+", name)
    return "items are not counted: give that one a `name`, and write it here" if counted else None
