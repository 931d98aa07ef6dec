"""One function of `keras.applications` and our spec of it → that they are equal, or what differs. Run in a process of its own:

    python -m tests.equivalence.prove ResNet50

prints a line of JSON: the number of layers with weights, of weights, of parameters, and the largest relative difference of the outputs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import keras
import numpy

import archspec
from tests.equivalence.zoo import BY_ORDER, CASES, Case

EXAMPLES = 2


def prove(case: Case) -> dict[str, Any]:
    """Build both, move random weights across, run both on the same input. Raises AssertionError where they differ."""
    keras.utils.clear_session()  # Keras counts the layers that it has to name itself: from one again
    keras.utils.set_random_seed(1)
    shape = (case.size, case.size, 3)
    theirs = getattr(keras.applications, case.function)(weights=None, input_shape=shape, **case.arguments)
    ours = archspec.build(case.spec, size=case.size, **case.variables)
    assert ours.input_shape == theirs.input_shape
    assert ours.output_shape == theirs.output_shape
    pairs = paired(case, theirs, ours)
    for number, (one, other) in enumerate(pairs):
        compare(one, other)
        fill(one, [random(one, weight.name, weight.shape, number) for weight in one.weights])
    given = numpy.random.default_rng(2).uniform(0, 255, (EXAMPLES, *shape)).astype("float32")
    settle(theirs, given)
    for one, other in pairs:
        fill(other, one.get_weights())
    expected, found = (numpy.asarray(model(given, training=False)) for model in (theirs, ours))
    # The outputs would prove nothing if they did not depend on the input, or were saturated.
    assert numpy.isfinite(expected).all() and (expected.ndim > 2 or expected.max() < 0.9)
    assert numpy.abs(expected[0] - expected[1]).max() > 1e-3 * expected.max(), "the output does not depend on the input"
    return {
        "function": case.function,
        "layers": len(pairs),
        "weights": sum(len(layer.weights) for layer, _ in pairs),
        "parameters": theirs.count_params(),
        "difference": float(numpy.abs(expected - found).max() / numpy.abs(expected).max()),
    }


def paired(case: Case, theirs: keras.Model, ours: keras.Model) -> list[tuple[Any, Any]]:
    """The layers with weights of both, each beside the one that it answers to: by name or by order, never by shape."""
    weighted = [[layer for layer in flat(model) if layer.weights] for model in (theirs, ours)]
    assert len(weighted[0]) == len(weighted[1]), f"{len(weighted[0])} layers with weights there, {len(weighted[1])} here"
    if case.family in BY_ORDER:
        return list(zip(*weighted, strict=True))
    named = {layer.name.replace(".", "_"): layer for layer in weighted[1]}
    names = [layer.name.removeprefix(f"{theirs.name}_") for layer in weighted[0]]
    missing = [name for name in names if name not in named]
    assert not missing, f"no layer here is called {missing[:5]}; there are {sorted(named)[:5]}"
    return [(layer, named[name]) for name, layer in zip(names, weighted[0], strict=True)]


def flat(model: keras.Model) -> Iterator[Any]:
    """The layers of a model, those of models within it in their places."""
    for layer in model.layers:
        yield from flat(layer) if isinstance(layer, keras.Model) else [layer]


def compare(one: Any, other: Any) -> None:
    """Raise AssertionError unless two layers have the same kind, where Keras's is public, and weights of the same number, order, shapes and uses."""
    public = type(one).__module__.startswith("keras.src.layers")
    assert type(one).__name__ == type(other).__name__ or not public, f"{one.name} is {type(other).__name__}"
    described = [[(tuple(weight.shape), weight.trainable) for weight in layer.weights] for layer in (one, other)]
    assert described[0] == described[1], f"{one.name} has weights {described[0]}, {other.name} {described[1]}"


def fill(layer: Any, values: list[numpy.ndarray[Any, Any]]) -> None:
    """Set the weights of a layer."""
    layer.set_weights(values)
    if isinstance(layer, keras.layers.Normalization):
        layer.finalize_state()  # it computes with copies of them


def settle(model: keras.Model, given: numpy.ndarray[Any, Any]) -> None:
    """Give the batch normalizations the statistics of an input, so that what flows through keeps its size at any depth."""
    kinds = {keras.layers.BatchNormalization: "momentum", keras.layers.Dropout: "rate"}
    changed = [(layer, name, getattr(layer, name)) for layer in flat(model) for kind, name in kinds.items() if isinstance(layer, kind)]
    for layer, name, _ in changed:
        setattr(layer, name, 0.0)
    model(given, training=True)
    for layer, name, value in changed:
        setattr(layer, name, value)


def random(layer: Any, name: str, shape: tuple[int, ...], number: int) -> numpy.ndarray[Any, Any]:
    """Values that keep the size of what flows through: kernels by their fan-in, scales and variances about 1, the rest about 0.

    ``number`` is the layer's, so that layers of the same shape differ.
    """
    draw = numpy.random.default_rng([3, number, *name.encode()])
    if name in ("gamma", "variance", "moving_variance"):
        return draw.uniform(0.5, 1.5, shape).astype("float32")
    if len(shape) < 2:
        return draw.uniform(-0.1, 0.1, shape).astype("float32")
    depthwise = name == "depthwise_kernel" or isinstance(layer, keras.layers.DepthwiseConv2D)
    fan_in = numpy.prod(shape[:2] if depthwise else shape[:-1])
    return (draw.standard_normal(shape, dtype="float32") / numpy.sqrt(fan_in)).astype("float32")


if __name__ == "__main__":
    print(json.dumps(prove(next(case for case in CASES if case.function == sys.argv[1]))))
