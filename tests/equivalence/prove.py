"""Functions of `keras.applications`, our specs of them and the source that is emitted for these →
that they are equal, or what differs.

    python -m tests.equivalence.prove ResNet50 ResNet101

prints a line of JSON for each: the number of layers with weights, of weights, of parameters, the
largest relative difference of the outputs, that of our model and the emitted source's, and the
seconds it took. Large ones need a process each.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Mapping
from functools import partial
from typing import Any

import keras
import numpy

from tests.backends.python_source import emitted
from tests.equivalence.pairs import idle_differences, models, paired, unlike
from tests.equivalence.zoo import LABELLED, Case
from tests.values import Array, draw_values, finish, share, share_all, valueless, zero_others

EXAMPLES = 2


def prove(case: Case) -> dict[str, Any]:
    """Build both, compare their layers, give both the same weights, run them on the same input;
    then the emitted source's model.

    Raises AssertionError where the layers differ.
    """
    started = time.perf_counter()
    theirs, ours = models_alike(case)
    given = example(theirs)
    pairs, expected, found = outputs(case, theirs, ours, given)
    return {
        "function": case.label,
        "layers": len(pairs),
        "weights": sum(len(layer.weights) for layer, _ in pairs),
        "parameters": theirs.count_params(),
        "difference": difference(expected, found),
        "source": difference_of_source(case, ours, given, found),
        "seconds": time.perf_counter() - started,
    }


def models_alike(case: Case) -> tuple[keras.Model, keras.Model]:
    """Keras's model and ours, without values, on the case's input, which have the same layers.

    Raises AssertionError where they differ.
    """
    theirs, ours = models(case, size=case.size)
    assert not (told := unlike(case, theirs, ours)), "\n".join(told)
    assert case.note or not idle_differences(case, theirs), "a stated difference is not there"
    return theirs, ours


def compare_weights(case: Case, theirs: keras.Model, ours: keras.Model) -> None:
    """Compare the weights of Keras's model and ours, without running either.

    Raises AssertionError where they differ.
    """
    assert ours.input_shape == theirs.input_shape
    assert ours.output_shape == theirs.output_shape
    for one, other in paired(case, theirs, ours):
        same_weights(one, other)


def difference_of_spec(case: Case, spec: Mapping[str, Any]) -> float:
    """The difference of the outputs of Keras's model and that of a spec of which nothing is
    asked but weights that fit.
    """
    theirs, ours = models(case, spec, case.size)
    _, expected, found = outputs(case, theirs, ours, example(theirs))
    return difference(expected, found)


def example(model: keras.Model) -> Array:
    """An input of a few images."""
    return (
        numpy.random.default_rng(2)
        .uniform(0, 255, (EXAMPLES, *model.input_shape[1:]))
        .astype("float32")
    )


def outputs(
    case: Case, theirs: keras.Model, ours: keras.Model, given: Array
) -> tuple[list[tuple[Any, Any]], Array, Array]:
    """The pairs of layers with weights of two models without values, and what both give with
    the same random ones.
    """
    assert ours.input_shape == theirs.input_shape
    assert ours.output_shape == theirs.output_shape
    pairs = paired(case, theirs, ours)
    randomize(theirs, given)
    for one, other in pairs:
        move(one, other)
    zero_others(ours)
    expected, found = (numpy.asarray(model(given, training=False)) for model in (theirs, ours))
    # The outputs would prove nothing if they did not depend on the input, or were saturated.
    assert numpy.isfinite(expected).all()
    assert case.arguments.get("include_top") is False or expected.max() < 0.9, "one class takes all"
    assert numpy.abs(expected[0] - expected[1]).max() > 1e-3 * expected.max(), (
        "the output does not depend on the input"
    )
    return pairs, expected, found


def difference(expected: Array, found: Array) -> float:
    """The largest difference of two outputs, relative to the largest output."""
    return float(numpy.abs(expected - found).max() / numpy.abs(expected).max())


def difference_of_source(case: Case, ours: keras.Model, given: Array, found: Array) -> float:
    """The difference of our output and that of the emitted source's model with our weights.

    Raises AssertionError unless the two have the same layers, edges, configurations, and names and
    shapes of weights.
    """
    source = emitted.written(case.spec, size=case.size, **case.variables)
    model = valueless(emitted.run(source).build_model)
    emitted.same(ours, model)
    share_all(ours, model)
    return difference(found, numpy.asarray(model(given, training=False)))


def randomize(model: keras.Model, given: Array) -> None:
    """Random weights, with which what flows through keeps its size, so that roundings do not grow
    on their way and no softmax saturates.

    For that batch normalizations get statistics of the size of what reaches them, and the last
    kernel is divided by the size of its input.
    """
    draw_values(model)
    normalizations = [
        layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)
    ]
    for layer in normalizations:
        layer.call = partial(settled, layer)
    last = [layer for layer in model.layers if layer.weights][-1]
    features = keras.Model(model.inputs[0], last.input)(given, training=False)
    for layer in normalizations:
        del layer.call
    if hasattr(last, "kernel"):
        last.kernel.assign(last.kernel / numpy.sqrt(numpy.mean(numpy.square(features))))


def settled(layer: Any, inputs: Any, **options: Any) -> Any:
    """What a batch normalization makes of its inputs after its mean and variance were brought
    to their size.
    """
    squares = numpy.mean(numpy.square(inputs), axis=(0, 1, 2))
    layer.moving_mean.assign(layer.moving_mean * numpy.sqrt(squares.mean()))
    layer.moving_variance.assign((squares + squares.mean()) / 2)
    return type(layer).call(layer, inputs, **options)


def move(one: Any, other: Any) -> None:
    """Give a layer the weights of another, after comparing them."""
    same_weights(one, other)
    share(one.weights, other.weights)
    finish(other)


def same_weights(one: Any, other: Any) -> None:
    """Assert that two layers are of one kind, where it is one of Keras's, and have weights of the
    same number, order, shapes and trainability.
    """
    assert type(one).__name__ == type(other).__name__ or not type(one).__module__.startswith(
        "keras.src.layers"
    ), f"{one.name} is {type(other).__name__}"
    described = [
        [(tuple(weight.shape), weight.trainable) for weight in layer.weights]
        for layer in (one, other)
    ]
    assert described[0] == described[1], (
        f"{one.name} has weights {described[0]}, {other.name} {described[1]}"
    )


def proof(case: Case) -> dict[str, Any]:
    """What `prove` says of a function, or the ``error`` in place of all else."""
    try:
        return prove(case)
    except Exception:  # whatever is wrong with this function, the next one is proven
        return {"function": case.label, "error": traceback.format_exc().strip()}
    finally:
        keras.backend.clear_session()


if __name__ == "__main__":
    for label in sys.argv[1:]:
        print(json.dumps(proof(LABELLED[label])), flush=True)
