"""The Keras models of specs, built without their weights' values, and what the tests ask of
them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from math import prod
from typing import Any

import archspec
from tests.paths import SPECS


def spec(reference: str) -> str:
    """The path of a shipped spec, ``resnet@resnet18``, with its variant."""
    name, _, variant = reference.partition("@")
    return f"{SPECS / name}.yaml" + (f"@{variant}" if variant else "")


@cache
def model(reference: str, **vars: Any) -> Any:
    """A spec's Keras model. Its weights have shapes but no values, so VGG takes no memory."""
    from archspec.backends.keras.model import without_values

    with without_values():
        return archspec.build(reference, **vars)


def stage_shape(keras_model: Any, graph: archspec.Graph, path: str) -> list[int]:
    """The Keras model's output shape, without the batch, of what the text calls ``path``;
    ``main`` is the end.
    """
    layer = {**graph.endpoints, "main": graph.outputs["main"]}[path]
    return list(keras_model.get_layer(layer).output.shape[1:])


def trainable_parameters(keras_model: Any) -> int:
    """The sizes of the weights that training changes."""
    return sum(prod(weight.shape) for weight in keras_model.trainable_weights)


def multiply_adds(layers: Iterable[Any]) -> int:
    """Multiply-adds of Keras's convolutions and dense layers for one example: each kernel is
    used once at every place of the output.
    """
    return sum(
        prod(weight.shape) * prod(layer.output.shape[1:-1])
        for layer in layers
        for weight in layer.weights
        if "kernel" in weight.name
    )
