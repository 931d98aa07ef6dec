"""A backbone of KerasHub and our spec of it → that both give the same outputs from the same weights.

The weights are moved across by order: that in which the layers that hold them are first called
there, and that of the spec here. Needs `keras-hub` (extra ``hub``); no weights are downloaded.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import keras
import numpy

import archspec
from tests.backends.python_source import emitted
from tests.equivalence.prove import difference as difference_of_two
from tests.equivalence.table import SAME_TOLERANCE, TOLERANCE
from tests.hub.cases import Array, Case, Inputs


def prove(case: Case) -> dict[str, Any]:
    """Build both, give both the same random weights, run them on the same examples.

    Raises AssertionError where a weight has no counterpart or the outputs do not depend on the
    examples.
    """
    started = time.perf_counter()
    keras.backend.clear_session()
    draw = numpy.random.default_rng(5)
    theirs = backbone(case)(**case.arguments)
    ours = archspec.build(case.spec, **case.variables)
    examples = case.inputs(draw)
    weights = in_order_of_calls(theirs, examples)
    assert len(weights) == len(theirs.weights), "a layer with weights is never called"
    for weight in weights:
        weight.assign(random(draw, weight))
    move(weights, in_order_of_spec(case, ours))
    expected, obtained = outputs(theirs, examples), outputs(ours, examples)
    assert [array.shape for array in expected] == [array.shape for array in obtained]
    for array in expected:
        assert numpy.isfinite(array).all()
        assert numpy.abs(array[0] - array[1]).max() > 1e-3 * numpy.abs(array).max(), (
            "the outputs do not depend on the examples"
        )
    return {
        "backbone": case.backbone,
        "weights": len(weights),
        "parameters": theirs.count_params(),
        "difference": difference(expected, obtained),
        "source": difference(obtained, outputs_of_source(case, ours, examples)),
        "seconds": time.perf_counter() - started,
    }


def backbone(case: Case) -> Any:
    """The class of KerasHub that a case is about; a part of a network is not among its public names."""
    module, _, name = case.backbone.rpartition(".")
    return getattr(import_module(f"keras_hub.{module or 'models'}"), name)


def in_order_of_calls(model: keras.Model, examples: Inputs) -> list[Any]:
    """The weights of a model in the order in which the layers that hold them are first called."""
    weights: dict[int, Any] = {}

    def see(layer: Any) -> None:
        for weight in (*layer._trainable_variables, *layer._non_trainable_variables):
            if any(weight is one for one in layer.weights):
                weights.setdefault(id(weight), weight)

    with calls_seen_by(see):
        model(dict(examples) if isinstance(model.input, dict) else next(iter(examples.values())))
    return list(weights.values())


@contextmanager
def calls_seen_by(see: Callable[[Any], None]) -> Iterator[None]:
    """While it lasts, every call of a layer of Keras is shown first."""
    call = keras.layers.Layer.__call__

    def seen(layer: Any, *args: Any, **options: Any) -> Any:
        see(layer)
        return call(layer, *args, **options)

    keras.layers.Layer.__call__ = seen
    try:
        yield
    finally:
        keras.layers.Layer.__call__ = call


def in_order_of_spec(case: Case, model: keras.Model) -> list[Any]:
    """The weights of our model in the order of the spec's text."""
    names = [node.name for node in archspec.compile(case.spec, **case.variables).nodes]
    layers = {layer.name: layer for layer in model.layers}
    return [weight for name in names if name in layers for weight in layers[name].weights]


def move(weights: Iterable[Any], ours: Iterable[Any]) -> None:
    """Give our weights the values of theirs, by order among those of one shape, axes of size 1
    apart (a learned token is (1, 1, D) there and (1, D) here).
    """
    by_shape = defaultdict[tuple[int, ...], deque[Any]](deque)
    for weight in weights:
        by_shape[essential(weight)].append(weight)
    for weight in ours:
        alike = by_shape[essential(weight)]
        assert alike, f"{weight.path} of {tuple(weight.shape)} has no counterpart"
        weight.assign(numpy.reshape(alike.popleft(), weight.shape))
    left = [weight.path for alike in by_shape.values() for weight in alike]
    assert not left, f"these have no counterpart here: {left}"


def essential(weight: Any) -> tuple[int, ...]:
    """The sizes of a weight that are not 1."""
    return tuple(size for size in weight.shape if size != 1)


def random(draw: numpy.random.Generator, weight: Any) -> Array:
    """Values for a weight with which what flows through keeps its size: kernels by their fan-in,
    scales about 1, the rest about 0.
    """
    values = draw.normal(size=weight.shape)
    if len(weight.shape) > 1:
        return values / numpy.sqrt(numpy.prod(weight.shape[:-1]))
    return values / 10 + (weight.name in ("gamma", "scale", "weight"))


def outputs(model: keras.Model, examples: Inputs) -> list[Array]:
    """What a model gives for examples, in the order of its outputs."""
    multiple = isinstance(model.input, dict) or len(model.inputs) > 1
    given = model(dict(examples) if multiple else next(iter(examples.values())), training=False)
    values = given.values() if isinstance(given, Mapping) else keras.tree.flatten(given)
    return [numpy.asarray(value) for value in values]


def outputs_of_source(case: Case, ours: keras.Model, examples: Inputs) -> list[Array]:
    """What the emitted source's model gives with our weights."""
    model = emitted.run(emitted.written(case.spec, **case.variables)).build_model()
    for weight, other in zip(ours.weights, model.weights, strict=True):
        other.assign(weight)
    return outputs(model, examples)


def difference(expected: list[Array], obtained: list[Array]) -> float:
    """The largest difference of two lists of outputs, relative to the largest value of each."""
    return max(difference_of_two(*pair) for pair in zip(expected, obtained, strict=True))


def is_equal(proof: Mapping[str, Any]) -> bool:
    """Whether a proof compared something and found it equal."""
    return bool(
        proof["weights"] > 0
        and proof["difference"] <= TOLERANCE
        and proof["source"] <= SAME_TOLERANCE
    )
