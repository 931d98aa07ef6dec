"""A layer → the call that makes it in Python, and those of the layers in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from archspec.backends.flat_spec import arguments as plain_arguments
from archspec.backends.python_source.extras import layer_kinds
from archspec.backends.python_source.layout import Brackets, Piece, around
from archspec.backends.python_source.words import literal, quoted
from archspec.layers import Layer
from archspec.layers.inner import completed, name_of, names_of
from archspec.layers.types import Configured

RANKS = (1, 2, 3)

POSITIONAL = {
    "Dense": ("units",),
    "Dropout": ("rate",),
    "StochasticDepth": ("rate",),
    "Activation": ("activation",),
    "Reshape": ("target_shape",),
    "Permute": ("dims",),
    "Rescaling": ("scale",),
    "RNN": ("cell",),
    "StackedRNNCells": ("cells",),
    **dict.fromkeys(("Bidirectional", "SpectralNormalization", "TimeDistributed"), ("layer",)),
    **{f"DepthwiseConv{rank}D": ("kernel_size",) for rank in (1, 2)},
    **{f"Conv{rank}D": ("filters", "kernel_size") for rank in RANKS},
    **{f"SeparableConv{rank}D": ("filters", "kernel_size") for rank in RANKS},
    **{f"Conv{rank}DTranspose": ("filters", "kernel_size") for rank in RANKS},
    **{f"MaxPooling{rank}D": ("pool_size",) for rank in RANKS},
    **{f"AveragePooling{rank}D": ("pool_size",) for rank in RANKS},
    **{f"ZeroPadding{rank}D": ("padding",) for rank in RANKS},
    **{f"Cropping{rank}D": ("cropping",) for rank in RANKS},
    **{f"UpSampling{rank}D": ("size",) for rank in RANKS},
}
"""The arguments that people write without their names."""


def passed(kind: str, arguments: Mapping[str, Piece]) -> tuple[Piece, ...]:
    """The arguments of a call that makes a layer."""
    rest = dict(arguments)
    pieces: list[Piece] = []
    for key in POSITIONAL.get(kind, ()):
        if key not in rest:
            break
        pieces.append(rest.pop(key))
    return (*pieces, *(around(f"{key}=", piece) for key, piece in rest.items()))


def inner_layer(kind: str, arguments: Mapping[str, Piece], name: str) -> Piece:
    """The call that makes a layer which is an argument of another."""
    called = kind if kind in layer_kinds() else f"layers.{kind}"
    return Brackets(f"{called}(", (*passed(kind, arguments), f"name={quoted(name)}"), ")")


def written_out(layer: Layer, key: str) -> Piece:
    """An argument of a layer, which depends on nothing."""
    value = completed(layer)[key]
    if isinstance(value, Layer):
        return _written_layer(value, name_of(value))
    if isinstance(value, tuple) and value and isinstance(value[0], Layer):
        inner = map(_written_layer, value, names_of(value))
        return Brackets("[", tuple(inner), "]", collection=True)
    if isinstance(value, Configured):
        return literal(value)
    return literal(tupled(plain_arguments(layer)[key]))


def _written_layer(layer: Layer, name: str) -> Piece:
    return inner_layer(
        layer.kind(), {key: written_out(layer, key) for key in _in_order(layer)}, name
    )


def _in_order(layer: Layer) -> list[str]:
    return [name for name in layer.attributes if name in layer.arguments]


def tupled(value: Any) -> Any:
    """Lists as tuples."""
    return tuple(tupled(element) for element in value) if isinstance(value, list) else value


def kinds_in(layers: Iterable[Layer]) -> Iterator[str]:
    """The kinds of the layers in some layers."""
    for layer in layers:
        for value in layer.arguments.values():
            several = value if isinstance(value, tuple) else (value,)
            inner = [element for element in several if isinstance(element, Layer)]
            yield from (element.kind() for element in inner)
            yield from kinds_in(inner)
