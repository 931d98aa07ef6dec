"""What must hold of a model that was read: the spec's graph is the model's, and the spec's Keras
model has the same weights in the same order and computes the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy

import archspec
from archspec.backends.keras.ends import listed, with_lists
from archspec.backends.keras.model import build_model, without_values
from archspec.graph import Graph
from archspec.reading.agreement import disagreement
from archspec.reading.normal_form import normal
from archspec.reading.read import Spec, graph_of

TOLERANCE = 1e-5
"""The largest difference of outputs, relative to the largest value: what float32 rounds."""


def same_graph(read: Graph, expected: Graph) -> str | None:
    """In what a graph that was read differs from the one that was built, but for the names of
    weights: Keras gives the two layers of `Bidirectional` other names in a file.
    """
    return disagreement(_unnamed(read), _unnamed(normal(expected)))


def _unnamed(graph: Graph) -> Graph:
    nodes = [
        node._replace(weights=tuple(weight._replace(name="") for weight in node.weights))
        for node in graph.nodes
    ]
    return replace(graph, nodes=tuple(nodes))


def read_back(graph: Graph) -> Graph:
    """The graph that is read from the Keras model of a graph."""
    with without_values():
        return graph_of(build_model(graph))


def check_same_model(model: keras.Model, *inputs: Any, weights: bool = True) -> Spec:
    """Read a model, build its spec, and compare the weights and, where there are ``inputs``, the
    outputs of the two.
    """
    spec = archspec.read(model)
    built = build_model(spec.graph)
    if not isinstance(model.output, dict):  # which Keras would sort, and the layers with it
        built = with_lists(built)
    if weights:
        assert shapes(built) == shapes(model)
        built.set_weights(model.get_weights())
    if inputs:
        ours, theirs = (_outputs(one, inputs) for one in (built, model))
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            assert numpy.abs(one - other).max() <= TOLERANCE * max(1, numpy.abs(other).max())
    return spec


def shapes(model: keras.Model) -> list[tuple[tuple[int, ...], bool]]:
    """The weights of a model in its order, by shape and by whether they are trained."""
    return [(tuple(weight.shape), weight.trainable) for weight in model.weights]


def _outputs(model: keras.Model, inputs: Sequence[Any]) -> list[Any]:
    taken = list(inputs) if len(inputs) > 1 else inputs[0]
    if isinstance(model._inputs_struct, dict):
        taken = dict(zip(model._inputs_struct, inputs, strict=True))
    given = model(taken)
    return [numpy.asarray(one) for one in listed(given)]
