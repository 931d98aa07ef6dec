"""A Keras layer → its kind and the settings that decide what it computes and how it trains, so that
two ways to write one layer are equal.

Left out are names, dtypes, what weights begin with (initializers) and seeds. Defaults are Keras's,
resolved.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import keras
import numpy

NOT_COMPARED = (
    "name",
    "dtype",
    "trainable",
    "seed",
    "synchronized",
    "batch_shape",
    "batch_input_shape",
    "data_format",
)
"""Settings that are not compared; ``trainable`` is, weight by weight."""

JUDGED_BY_OUTPUTS = ("padding", "keepdims")
"""Settings in which layers may differ where the models compute the same: a layer of its own may
put zeros on, or take axes of size 1 off.
"""

Settings = tuple[str, dict[str, Any]]
"""The kind of a layer and its settings."""


def settings(layer: keras.layers.Layer) -> Settings:
    """The kind of a layer and its settings, in plain values."""
    config = {
        name: _plain(value)
        for name, value in layer.get_config().items()
        if name not in NOT_COMPARED and not name.endswith("_initializer")
    }
    if isinstance(config.get("axis"), int | tuple):
        config["axis"] = _from_the_end(config["axis"], _rank(layer))
    kind = type(layer).__name__
    return SAME[kind](config) if kind in SAME else (kind, config)


def differing(here: Settings, there: Settings) -> list[tuple[str, str, str]]:
    """What differs, with both values in words: the kind alone where that does; a setting that
    one side lacks is no difference.
    """
    if here[0] != there[0]:
        return [("kind", here[0], there[0])]
    both = [(name, value, there[1][name]) for name, value in here[1].items() if name in there[1]]
    return [
        (name, _words(setting), _words(other))
        for name, setting, other in both
        if not _equal(setting, other)
    ]


def _rank(layer: keras.layers.Layer) -> int:
    """The number of axes of the first input, 0 where Keras does not say."""
    try:
        tensors = layer.input
    except (AttributeError, ValueError):
        return 0
    return len((tensors[0] if isinstance(tensors, list | tuple) else tensors).shape)


def _from_the_end(axis: Any, rank: int) -> Any:
    if isinstance(axis, tuple):
        return (
            tuple(_from_the_end(number, rank) for number in axis)
            if len(axis) != 1
            else _from_the_end(axis[0], rank)
        )
    return axis - rank if axis >= 0 and rank else axis


def _plain(value: Any) -> Any:
    """Lists as tuples, arrays and numbers as numbers, an object of Keras as its name and
    settings.
    """
    if isinstance(value, Mapping):
        if "class_name" in value:
            return (str(value["class_name"]), _plain(value.get("config") or {}))
        return {
            name: _plain(entry) for name, entry in value.items() if name not in ("name", "dtype")
        }
    if isinstance(value, list | tuple | numpy.ndarray):
        return tuple(_plain(element) for element in value)
    return value.item() if isinstance(value, numpy.generic) else value


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_equal, one, other))
    if all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other)
    ):
        return math.isclose(one, other, rel_tol=1e-6)
    return bool(one == other)


def _words(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_words, value))})"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _relu(config: dict[str, Any]) -> Settings:
    names = {None: "relu", 6: "relu6"}
    plain = (
        config["max_value"] in names and not config["negative_slope"] and not config["threshold"]
    )
    return ("Activation", {"activation": names[config["max_value"]]}) if plain else ("ReLU", config)


def _softmax(config: dict[str, Any]) -> Settings:
    return (
        ("Activation", {"activation": "softmax"}) if config["axis"] == -1 else ("Softmax", config)
    )


def _dropout(config: dict[str, Any]) -> Settings:
    """A dropout that drops whole examples is a stochastic depth."""
    shape = config.get("noise_shape")
    whole = isinstance(shape, tuple) and shape[0] is None and set(shape[1:]) == {1}
    return ("StochasticDepth", {"rate": config["rate"]}) if whole else ("Dropout", config)


def _stochastic_depth(config: dict[str, Any]) -> Settings:
    return "StochasticDepth", {
        "rate": config.get("rate", config.get("drop_path_rate"))
    }  # ours, and ConvNeXt's of Keras


SAME = {
    "ReLU": _relu,
    "Softmax": _softmax,
    "Dropout": _dropout,
    "StochasticDepth": _stochastic_depth,
}
"""Kinds of which another kind can be the same."""
