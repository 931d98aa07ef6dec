"""`Graph` → the shapes of its inputs and outputs, in a line: ``224×224×3 → 1000``."""

from __future__ import annotations

from archspec.graph import Graph
from archspec.spelling import listed
from archspec.tensor import Tensor, show_shape


def signature(graph: Graph) -> str:
    """The shapes of a network's inputs and outputs. Several inputs, and the outputs beside the
    main one, are named.
    """
    inputs = [
        _named(name, tensor, alone=len(graph.inputs) == 1) for name, tensor in graph.inputs.items()
    ]
    outputs = [
        _named(name, graph.tensors[node], alone=name == "main")
        for name, node in graph.outputs.items()
    ]
    return f"{listed(inputs)} → {listed(outputs)}"


def _named(name: str, tensor: Tensor, *, alone: bool) -> str:
    return show_shape(tensor.shape) if alone else f"{name} {show_shape(tensor.shape)}"
