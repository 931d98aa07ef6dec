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

from archspec.backends.keras.applications import flattened
from archspec.reports.verified import TOLERANCE

EXAMPLES = 2
SIZE = 32
"""What an axis of unknown size has in the random input."""

Pair = tuple[Any, Any]


def compare_outputs(
    ours: keras.Model, theirs: keras.Model, pairs: Sequence[Pair]
) -> tuple[float, Pair | None]:
    """The largest difference of the outputs, as a part of the largest value; and, where that is
    too large, the first layers whose outputs differ.
    """
    for number, (_, layer) in enumerate(pairs):
        _give(layer, [_random(layer, weight, number) for weight in layer.weights])
    given = [_input(theirs, tensor, number) for number, tensor in enumerate(theirs.inputs)]
    _settle(theirs, given)
    for layer, other in pairs:
        _give(
            layer, [numpy.asarray(keras.ops.convert_to_numpy(weight)) for weight in other.weights]
        )
    difference = _apart(_run(ours, given), _run(theirs, given))
    return difference, _first(ours, theirs, pairs, given) if difference > TOLERANCE else None


def _give(layer: Any, values: Sequence[Any]) -> None:
    for weight, one in zip(layer.weights, values, strict=True):
        weight.assign(one)
    if isinstance(layer, keras.layers.Normalization) and layer.weights:
        layer.finalize_state()  # it computes with copies of them


def _random(layer: Any, weight: Any, number: int) -> Any:
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


def _input(model: keras.Model, tensor: Any, number: int) -> Any:
    """Pixels from 0 to 255, or whole numbers that every embedding knows."""
    draw = numpy.random.default_rng(number)
    shape = (EXAMPLES, *(size or SIZE for size in tensor.shape[1:]))
    if "float" in tensor.dtype:
        return draw.uniform(0, 255, shape).astype(tensor.dtype)
    most = min(
        (
            layer.input_dim
            for layer in flattened(model)
            if isinstance(layer, keras.layers.Embedding)
        ),
        default=2,
    )
    return draw.integers(0, most, shape).astype(tensor.dtype)


def _settle(model: keras.Model, given: list[Any]) -> None:
    """Give the batch normalizations the statistics of the input."""
    still = [
        (layer, "momentum")
        for layer in flattened(model)
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    still += [
        (layer, "rate") for layer in flattened(model) if isinstance(layer, keras.layers.Dropout)
    ]
    before = [getattr(layer, name) for layer, name in still]
    for layer, name in still:
        setattr(layer, name, 0.0)
    model(given if len(given) > 1 else given[0], training=True)
    for (layer, name), value in zip(still, before, strict=True):
        setattr(layer, name, value)


def _run(model: keras.Model, given: list[Any]) -> list[Any]:
    found = model(given if len(given) > 1 else given[0], training=False)
    return [
        keras.ops.convert_to_numpy(one)
        for one in (found if isinstance(found, list | tuple) else [found])
    ]


def _apart(here: Sequence[Any], there: Sequence[Any]) -> float:
    """The largest difference as a part of the largest value; infinite where one is no number."""
    values = [
        float(numpy.abs(one - other).max() / max(numpy.abs(other).max(), 1e-30))
        for one, other in zip(here, there, strict=True)
    ]
    return max(value if numpy.isfinite(value) else numpy.inf for value in values)


def _first(
    ours: keras.Model, theirs: keras.Model, pairs: Sequence[Pair], given: list[Any]
) -> Pair | None:
    """The first of our layers whose output differs from its counterpart's."""
    taps = list(_tapped(ours, theirs, pairs))
    found = (
        _run(keras.Model(ours.inputs, [tap[1] for tap in taps]), given),
        _run(keras.Model(theirs.inputs, [tap[2] for tap in taps]), given),
    )
    for (pair, _, _), here, there in zip(taps, *found, strict=True):
        if here.shape != there.shape or _apart([here], [there]) > TOLERANCE:
            return pair
    return None


def _tapped(
    ours: keras.Model, theirs: keras.Model, pairs: Sequence[Pair]
) -> Iterator[tuple[Pair, Any, Any]]:
    """The pairs whose layers run once, and in the models themselves, with their outputs."""
    direct = {id(layer) for model in (ours, theirs) for layer in model.layers}
    for pair in pairs:
        if all(id(layer) in direct for layer in pair):
            try:
                yield pair, pair[0].output, pair[1].output
            except (
                AttributeError,
                ValueError,
            ):  # Keras has no word for the outputs of a layer that runs twice
                continue
