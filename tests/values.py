"""Keras models whose weights have no values yet: random ones are drawn once, and models share them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import keras
import numpy

from archspec.backends.keras.model import without_values
from archspec.backends.keras.pairing import flattened

Array = numpy.ndarray[Any, Any]


def valueless(build: Callable[[], Any]) -> Any:
    """What a function builds, with weights that have shapes but no values. Its layers' names
    are counted from the start.
    """
    keras.backend.clear_session()
    with without_values():
        return build()


def draw_values(model: keras.Model) -> None:
    """Give the weights of a model without values random ones."""
    draw = numpy.random.default_rng(3)
    for layer in flattened(model):
        for weight in layer.weights:
            weight._initialize(random(draw, weight))
        finish(layer)
    zero_others(model)


def random(draw: numpy.random.Generator, weight: Any) -> Array:
    """The next values for a weight, with which what flows through keeps its size: kernels by their
    fan-in, scales and variances from 0.5 to 2.5, the rest about 0.
    """
    shape = tuple(weight.shape)
    if weight.name in ("gamma", "variance", "moving_variance"):
        return draw.random(shape, dtype="float32") * 2 + 0.5
    if len(shape) < 2:
        return (draw.random(shape, dtype="float32") - 0.5) / 5
    fan_in = numpy.prod(shape[:2] if "depthwise" in weight.name else shape[:-1])
    return (draw.random(shape, dtype="float32") - 0.5) * numpy.float32(
        numpy.sqrt(24 / fan_in)
    )  # of variance 2 / fan-in, as a ReLU halves it


def zero_others(model: keras.Model) -> None:
    """Give the variables of a model that have no values yet some: the state of its generators
    of random numbers.
    """
    for variable in model.variables:
        if variable._value is None:
            variable._initialize(numpy.zeros(variable.shape, variable.dtype))


def share(given: Iterable[Any], taking: Iterable[Any]) -> None:
    """Let variables without values be those of others: copies of the largest networks would not
    fit into memory. What changes one changes both.
    """
    for one, other in zip(given, taking, strict=True):
        other._initialize(one.value)


def share_all(model: keras.Model, other: keras.Model) -> None:
    """Let the variables of a model without values be those of another of the same layers."""
    share(model.variables, other.variables)
    for layer in flattened(other):
        finish(layer)


def finish(layer: Any) -> None:
    """Let a layer's new weights count: a normalization computes with copies of them."""
    if isinstance(layer, keras.layers.Normalization):
        layer.finalize_state()
