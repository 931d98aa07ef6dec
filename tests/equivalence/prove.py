"""One function of `keras.applications` and our spec of it → that they are equal, or what differs. Run in a process of its own:

    python -m tests.equivalence.prove ResNet50

prints a line of JSON: the number of layers with weights, of weights, of parameters, and the largest relative difference of the outputs.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import keras
import numpy

import archspec
from tests.equivalence.zoo import BY_ORDER, CASES, Case

EXAMPLES = 2


def prove(case: Case) -> dict[str, Any]:
    """Build both, move random weights across, run both on the same input. Raises AssertionError where they differ."""
    keras.utils.set_random_seed(1)
    shape = (case.size, case.size, 3)
    theirs = getattr(keras.applications, case.function)(weights=None, input_shape=shape, **case.arguments)
    ours = archspec.build(case.spec, size=case.size, **case.variables)
    assert ours.input_shape == theirs.input_shape
    assert ours.output_shape == theirs.output_shape
    pairs = paired(case, theirs, ours)
    for one, other in pairs:
        move(one, other)
    given = numpy.random.default_rng(2).uniform(0, 255, (EXAMPLES, *shape)).astype("float32")
    expected, found = (numpy.asarray(model(given, training=False)) for model in (theirs, ours))
    # The outputs would prove nothing if they did not depend on the input, or were saturated.
    assert numpy.isfinite(expected).all() and expected.max() < 0.9
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
    weighted = [[layer for layer in model.layers if layer.weights] for model in (theirs, ours)]
    assert len(weighted[0]) == len(weighted[1]), f"{len(weighted[0])} layers with weights there, {len(weighted[1])} here"
    if case.family in BY_ORDER:
        return list(zip(*weighted, strict=True))
    named = {layer.name.replace(".", "_"): layer for layer in weighted[1]}
    missing = [layer.name for layer in weighted[0] if layer.name not in named]
    assert not missing, f"no layer here is called {missing[:5]}; there are {sorted(named)[:5]}"
    return [(layer, named[layer.name]) for layer in weighted[0]]


def move(one: Any, other: Any) -> None:
    """Give two layers the same random weights, after comparing their number, order, names, shapes and trainability."""
    assert type(one).__name__ == type(other).__name__ or not type(one).__module__.startswith("keras.src.layers"), (
        f"{one.name} is {type(other).__name__}"
    )
    described = [[(tuple(weight.shape), weight.trainable) for weight in layer.weights] for layer in (one, other)]
    assert described[0] == described[1], f"{one.name} has weights {described[0]}, {other.name} {described[1]}"
    values = [random(weight) for weight in one.weights]
    one.set_weights(values)
    other.set_weights(values)


def random(weight: Any) -> numpy.ndarray[Any, Any]:
    """Values that keep the size of what flows through: kernels by their fan-in, scales and variances about 1, the rest about 0."""
    draw = numpy.random.default_rng([3, *weight.name.encode(), *weight.shape])
    if weight.name in ("gamma", "variance", "moving_variance"):
        return draw.uniform(0.5, 1.5, weight.shape).astype("float32")
    if len(weight.shape) < 2:
        return draw.uniform(-0.1, 0.1, weight.shape).astype("float32")
    fan_in = numpy.prod(weight.shape[:2] if "depthwise" in weight.name else weight.shape[:-1])
    return (draw.standard_normal(weight.shape, dtype="float32") / numpy.sqrt(fan_in)).astype("float32")


if __name__ == "__main__":
    print(json.dumps(prove(next(case for case in CASES if case.function == sys.argv[1]))))
