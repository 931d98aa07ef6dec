"""What the writers of files share: what cannot be written is refused, what was written is run and
compared with Keras, and libraries keep silent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import prod
from typing import Any, NoReturn

import keras
import numpy

from archspec.backends.keras import ends
from archspec.backends.keras.outputs import EXAMPLES, SIZE, random_input
from archspec.diagnostics import Diagnostic, SpecError
from archspec.files import reason
from archspec.graph import Graph, Node

Array = Any

BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
"""What Keras's names for its backends mean."""


TOLERANCE = 1e-2
"""The difference of the outputs, as a part of the largest, up to which a file computes the same:
the roundings of a deep network without training add up.
"""

SCALES = (1.0, 1 / 255)
"""Of the random inputs with which a file is tried: a network that large ones saturate, so that of
its output nothing but roundings is left, is tried with smaller ones.
"""
TRIAL_BYTES = 2**30
"""What the largest tensor of a network may take, as float32, when it is run on a random input. A
larger network is written without being run.
"""
ROUNDING = 1e-6
"""What is smaller may be the rounding of numbers of the size of 1."""


class NotConverted(Exception):
    """A model cannot be said in another format, or computes something else there; its message says
    what, ``scope`` where in TensorFlow's names.
    """

    def __init__(self, message: str, scope: str = "") -> None:
        super().__init__(message)
        self.scope = scope


def refuse_backends(graph: Graph, what: str, *writing: str) -> None:
    """Raise `SpecError` unless Keras runs on one of the backends that can write something."""
    if keras.backend.backend() not in writing:
        words = " or ".join(BACKENDS[backend] for backend in writing)
        here = BACKENDS.get(keras.backend.backend(), keras.backend.backend())
        message = f"{what} is written with Keras on {words}, and this is Keras on {here}"
        refuse(graph, message, f"set KERAS_BACKEND={writing[0]}")


def refuse(
    graph: Graph, message: str, help: str | None = None, node: Node | None = None
) -> NoReturn:
    """Raise the `SpecError` of what cannot be written, at the layer that is the reason."""
    span = node.span if node else graph.scopes[0].span
    raise SpecError([Diagnostic("export-unsupported", message, span, help=help)])


@contextmanager
def silent(logger: str) -> Iterator[None]:
    """Silence a logger about what archspec says itself."""
    library = logging.getLogger(logger)
    before = library.level
    library.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        library.setLevel(before)


def compare_with_keras(
    model: keras.Model, names: list[str], runtime: str, run: Callable[[list[Array]], list[Array]]
) -> None:
    """Raise `NotConverted` where a runtime cannot run what was written, or gives other outputs than
    Keras for a random input. ``names`` are those of the outputs, in the order of the spec.
    """
    try:
        inputs, expected = _trial(model)
    except Exception:  # not even Keras runs on such an input
        return
    try:
        results = run(inputs)
    except Exception as error:  # whatever the runtime raises
        raise NotConverted(f"{runtime} does not run it: {reason(error)}") from error
    for name, result, other in zip(names, results, expected, strict=True):
        if result.shape != other.shape:
            shapes = f"{list(result.shape)}, and in Keras {list(other.shape)}"
            raise NotConverted(f"its output `{name}` would have the shape {shapes}")
        if (difference := _difference(result, other)) > TOLERANCE:
            part = f"{difference:.0%} of" if difference < 1 else "more than"
            message = f"its output `{name}` would differ from Keras's by {part} the largest value"
            raise NotConverted(message)


def is_tried(graph: Graph) -> bool:
    """Whether a network is small enough to be run on a random input."""
    sizes = [
        EXAMPLES * prod(SIZE if size is None else size for size in tensor.shape)
        for tensor in graph.tensors.values()
    ]
    return 4 * max(sizes) <= TRIAL_BYTES


def _trial(model: keras.Model) -> tuple[list[Array], list[Array]]:
    """A random input and what Keras makes of it: more than roundings, if one of the scales does."""
    drawn = [random_input(model, tensor, number) for number, tensor in enumerate(model.inputs)]
    for scale in SCALES:
        inputs = [
            values * values.dtype.type(scale) if values.dtype.kind == "f" else values
            for values in drawn
        ]
        expected = ends.run(model, inputs)
        if all(_is_more_than_rounding(values) for values in expected):
            break
    return inputs, expected


def _is_more_than_rounding(values: Array) -> bool:
    return values.dtype.kind != "f" or bool((abs(values) > ROUNDING).any())


def _difference(result: Array, expected: Array) -> float:
    """The largest difference as a part of the largest value, where both are numbers."""
    finite = numpy.isfinite(expected)
    if not finite.any():
        return 0.0
    if not numpy.isfinite(result[finite]).all():
        return float("inf")
    result, expected = (values[finite].astype("float64") for values in (result, expected))
    return float(abs(result - expected).max() / max(abs(expected).max(), 1e-30))
