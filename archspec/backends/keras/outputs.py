"""Two Keras models whose layers answer to one another → how far their outputs are apart for the
same random weights and random input.

The weights of both are changed. Kernels are drawn by their fan-in and batch normalizations settled
on the input, so that what flows through keeps its size at any depth: an output that is saturated,
or that no longer depends on the input, would prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy

from archspec.backends.keras.ends import one_or_all, run
from archspec.backends.keras.pairing import flattened
from archspec.reports.verified import TOLERANCE

EXAMPLES = 2
SIZE = 32
"""What an axis of unknown size has in the random input."""

Pair = tuple[Any, Any]
"""A layer of ours and the one that answers to it."""

Array = Any


def compare_outputs(
    ours: keras.Model, theirs: keras.Model, pairs: Sequence[Pair]
) -> tuple[float, Pair | None]:
    """The largest difference of the outputs, as a part of the largest value; and, where that is
    too large, the first layers whose outputs differ.
    """
    _give_values(theirs)
    for number, (_, layer) in enumerate(pairs):
        _set_weights(layer, [_random_weight(layer, weight, number) for weight in layer.weights])
    inputs = [random_input(theirs, tensor, number) for number, tensor in enumerate(theirs.inputs)]
    _settle(theirs, inputs)
    for layer, other in pairs:
        _set_weights(layer, [keras.ops.convert_to_numpy(weight) for weight in other.weights])
    difference = _difference(run(ours, inputs), run(theirs, inputs))
    wrong = _first_difference(ours, theirs, pairs, inputs) if difference > TOLERANCE else None
    return difference, wrong


def _set_weights(layer: Any, values: Sequence[Array]) -> None:
    for weight, value in zip(layer.weights, values, strict=True):
        weight.assign(value)
    if isinstance(layer, keras.layers.Normalization) and layer.weights:
        layer.finalize_state()  # it computes with copies of them


def _give_values(model: keras.Model) -> None:
    """Values for the variables of a model that was made without them."""
    for variable in model.variables:
        if variable._value is None:
            variable._initialize(keras.ops.zeros(variable.shape, variable.dtype))


def _random_weight(layer: Any, weight: Any, number: int) -> Array:
    """``number`` is the layer's: layers of one shape differ."""
    draw = numpy.random.default_rng([number, *str(weight.name).encode()])
    if weight.name in ("gamma", "variance", "moving_variance"):
        return draw.uniform(0.5, 1.5, weight.shape)
    if len(weight.shape) < 2:
        return draw.uniform(-0.1, 0.1, weight.shape)
    by_channel = (
        isinstance(layer, keras.layers.DepthwiseConv1D | keras.layers.DepthwiseConv2D)
        or "depthwise" in weight.name
    )
    fan_in = numpy.prod(weight.shape[: -2 if by_channel else -1])
    return draw.standard_normal(weight.shape, "float32") / numpy.sqrt(fan_in)


def random_input(model: keras.Model, tensor: Any, number: int, examples: int = EXAMPLES) -> Array:
    """Pixels from 0 to 255, or whole numbers that every embedding knows."""
    draw = numpy.random.default_rng(number)
    shape = (examples, *(size or SIZE for size in tensor.shape[1:]))
    if "float" in tensor.dtype:
        return draw.uniform(0, 255, shape).astype(tensor.dtype)
    words = [
        layer.input_dim for layer in flattened(model) if isinstance(layer, keras.layers.Embedding)
    ]
    return draw.integers(0, min(words, default=2), shape).astype(tensor.dtype)


def _settle(model: keras.Model, inputs: list[Array]) -> None:
    """Give the batch normalizations the statistics of the input."""
    switched_off = [
        (layer, name)
        for layer in flattened(model)
        for kind, name in (
            (keras.layers.BatchNormalization, "momentum"),
            (keras.layers.Dropout, "rate"),
        )
        if isinstance(layer, kind)
    ]
    before = [getattr(layer, name) for layer, name in switched_off]
    for layer, name in switched_off:
        setattr(layer, name, 0.0)
    model(one_or_all(inputs), training=True)
    for (layer, name), value in zip(switched_off, before, strict=True):
        setattr(layer, name, value)


def _difference(here: Sequence[Array], there: Sequence[Array]) -> float:
    """The largest difference as a part of the largest value; infinite where one is no number."""
    values = [
        float(numpy.abs(ours - theirs).max() / max(numpy.abs(theirs).max(), 1e-30))
        for ours, theirs in zip(here, there, strict=True)
    ]
    return max(value if numpy.isfinite(value) else numpy.inf for value in values)


def _first_difference(
    ours: keras.Model, theirs: keras.Model, pairs: Sequence[Pair], inputs: list[Array]
) -> Pair | None:
    """The first pair of layers whose outputs differ."""
    tapped = list(_tapped(ours, theirs, pairs))
    here = run(_tap(ours, [tensor for _, tensor, _ in tapped]), inputs)
    there = run(_tap(theirs, [tensor for _, _, tensor in tapped]), inputs)
    for (pair, _, _), mine, other in zip(tapped, here, there, strict=True):
        if mine.shape != other.shape or _difference([mine], [other]) > TOLERANCE:
            return pair
    return None


def _tap(model: keras.Model, tensors: list[Any]) -> keras.Model:
    return keras.Model(one_or_all(model.inputs), tensors)


def _tapped(
    ours: keras.Model, theirs: keras.Model, pairs: Sequence[Pair]
) -> Iterator[tuple[Pair, Any, Any]]:
    """The pairs whose layers run once, and in the models themselves, with their outputs."""
    direct = {id(layer) for model in (ours, theirs) for layer in model.layers}
    for pair in pairs:
        if all(id(layer) in direct for layer in pair):
            try:
                yield pair, pair[0].output, pair[1].output
            except (AttributeError, ValueError):  # Keras knows no output of a layer that runs twice
                continue
