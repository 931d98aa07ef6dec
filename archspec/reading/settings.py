"""A layer → its settings as one writes them in a spec."""

from __future__ import annotations

from typing import Any

from archspec.backends.flat_spec import arguments, plain
from archspec.layers import Layer
from archspec.layers.declared import Declared
from archspec.layers.fields import REQUIRED

CALL = "call."
"""What the keys of constants of the call begin with, to tell them from settings of the layer."""


def settings(layer: Layer) -> dict[str, Any]:
    """The settings that are not defaults, of Keras or of a kind's declaration, as plain data, in
    the order of the kind's page; after them the constants of the call, their keys with `CALL` in
    front.
    """
    given = {
        name: value
        for name, value in arguments(layer).items()
        if layer.arguments[name] != default(layer, name)
    }
    return given | {f"{CALL}{name}": plain(value) for name, value in layer.call.items()}


def default(layer: Layer, name: str) -> Any:
    """The default of a setting, normalised as the layer's own."""
    if isinstance(layer, Declared):
        return layer.declaration.defaults.get(name, REQUIRED)
    return getattr(type(layer), name)


def plain_default(kind: type[Layer], name: str) -> Any:
    """Keras's default of a setting of a kind, as one writes it in a spec."""
    return arguments(kind.of({name: getattr(kind, name)}))[name]
