"""A network that cannot be written in another format → the layer that is the reason, looked for
some time: models of parts of the network are written instead.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import monotonic

import keras

from archspec.backends.keras.ends import listed, one_or_all
from archspec.backends.keras.exporting import NotConverted
from archspec.backends.keras.model import apply, layer_names, make_layer
from archspec.graph import Graph, Node
from archspec.spelling import article

SECONDS = 60
"""How long each of the two ways to find the layer may take."""

Write = Callable[[keras.Model], None]
"""Writes a model of one output and runs what was written; raises `NotConverted`."""


def culprit(model: keras.Model, graph: Graph, write: Write) -> Node | None:
    """The layer that cannot be written, or that computes something else there."""
    return _first_alone(graph, write) or _first_astray(model, graph, write)


def called(node: Node | None) -> str:
    """How a sentence about a layer begins, or one about all of a network."""
    if node is None:
        return "the network"
    kind = node.layer.kind()
    return f"`{node.name}`, {article(kind)} {kind},"


def _first_alone(graph: Graph, write: Write) -> Node | None:
    """The first layer that alone cannot be written."""
    started, seen = monotonic(), set[str]()
    for node in graph.nodes:
        shapes = [tuple(graph.tensors[name].shape) for name in node.inputs]
        key = f"{node.layer!r} {shapes} {node.roles}"
        if key in seen or monotonic() - started > SECONDS:
            continue
        seen.add(key)
        if _fails(partial(_alone, graph, node), write):
            return node
    return None


def _first_astray(model: keras.Model, graph: Graph, write: Write) -> Node | None:
    """The layer with which the network goes astray, though each layer alone is right: halved again
    and again, the part before it computes what Keras does, and the part with it does not.
    """
    started = monotonic()
    nodes = [node for node in graph.nodes if node.weights_of is None]
    names = layer_names(graph)
    right, wrong = -1, len(nodes)
    while wrong - right > 1 and monotonic() - started < SECONDS:
        half = (right + wrong) // 2
        if _fails(partial(_up_to, model, names[nodes[half].name]), write):
            wrong = half
        else:
            right = half
    return nodes[wrong] if wrong - right == 1 and wrong < len(nodes) else None


def _fails(make: Callable[[], keras.Model], write: Write) -> bool:
    """Whether a model cannot be written; one that cannot be made is not to blame."""
    try:
        write(make())
    except NotConverted:
        return True
    except Exception:  # it cannot be asked by itself
        return False
    return False


def _up_to(model: keras.Model, name: str) -> keras.Model:
    """The part of a model that ends in the layer of a name."""
    return keras.Model(one_or_all(model.inputs), listed(model.get_layer(name).output)[0])


def _alone(graph: Graph, node: Node) -> keras.Model:
    """The model of one layer."""
    tensors = {name: graph.tensors[name] for name in node.inputs}
    inputs = {
        name: keras.Input(tensor.shape, dtype=tensor.dtype) for name, tensor in tensors.items()
    }
    taken = [inputs[name] for name in node.inputs]
    output, *_ = apply(make_layer(node.layer), node.layer, taken, node.roles)
    return keras.Model(one_or_all(list(inputs.values())), output)
