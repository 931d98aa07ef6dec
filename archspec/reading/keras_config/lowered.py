"""Layers that Keras's own networks have of their own → layers of ours that compute the same.

`keras.applications` defines a few classes that Keras does not export.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from archspec.layers import KINDS
from archspec.reading.graph_builder import Use

Settings = Mapping[str, Any]
Adds = Callable[[Use], str]
"""Adds a layer to the graph: the name of what it gives."""


def _layer_scale(name: str, config: Settings, inputs: Sequence[str], add: Adds) -> str:
    """ConvNeXt's learned factor for each channel: x times a `Parameter`."""
    initializer = {"Constant": {"value": config.get("init_values", 1e-6)}}
    scale = KINDS["Parameter"](shape=[config["projection_dim"]], initializer=initializer)
    factor = add(Use(name, scale, (inputs[0],)))
    return add(Use(f"{name}_multiply", KINDS["Multiply"](), (inputs[0], factor)))


def _stochastic_depth(name: str, config: Settings, inputs: Sequence[str], add: Adds) -> str:
    rate = config.get("drop_path_rate", config.get("rate"))
    return add(Use(name, KINDS["StochasticDepth"](rate=rate), (inputs[0],)))


def _custom_scale(name: str, config: Settings, inputs: Sequence[str], add: Adds) -> str:
    """InceptionResNetV2's sum of a tensor and a scaled one."""
    scaled = add(Use(f"{name}_scale", KINDS["Rescaling"](scale=config["scale"]), (inputs[1],)))
    return add(Use(name, KINDS["Add"](), (inputs[0], scaled)))


LOWERED: Mapping[str, Callable[[str, Settings, Sequence[str], Adds], str]] = {
    "LayerScale": _layer_scale,
    "StochasticDepth": _stochastic_depth,
    "CustomScaleLayer": _custom_scale,
}
"""What makes the layers of a class: its name, its settings, the tensors that it takes; gives the
name of the last.
"""
