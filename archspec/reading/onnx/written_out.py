"""The graph of an ONNX model → the same with one activation for what exporters write out as several
operators: a hard sigmoid, and products of a tensor and a function of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isclose
from typing import Any, NamedTuple

from archspec.graph import Graph, Node
from archspec.layers import KINDS

GATES = {
    ("sigmoid",): "silu",
    ("hard_sigmoid",): "hard_silu",
    ("softplus", "tanh"): "mish",
}
"""Activations that are a tensor times what other activations make of it, one after another."""


class WrittenOut(NamedTuple):
    """An activation, what it takes, and the layers that it stands for besides the last."""

    activation: str
    tensor: str
    others: tuple[str, ...]


def with_activations(graph: Graph) -> Graph:
    """The graph in which one layer stands for each activation that was written out."""
    layers = _Layers(graph)
    for node in graph.nodes:
        found = layers.hard_sigmoid(node) or layers.gate(node) or layers.scaled_gate(node)
        if found is None:
            continue
        layer = KINDS["Activation"](activation=found.activation)
        layers.nodes[node.name] = node._replace(layer=layer, inputs=(found.tensor,))
        for name in found.others:
            del layers.nodes[name]
    return replace(graph, nodes=tuple(layers.nodes.values()))


class _Layers:
    """The layers by name, and how often each is taken."""

    def __init__(self, graph: Graph) -> None:
        self.nodes = {node.name: node for node in graph.nodes}
        self.uses = graph.uses

    def giver(self, tensor: str, kind: str) -> Node | None:
        """The layer of a kind that gives a tensor, which one other takes."""
        node = self.nodes.get(tensor)
        fits = node is not None and node.layer.kind() == kind
        return node if fits and self.uses[tensor] == 1 else None

    def hard_sigmoid(self, node: Node) -> WrittenOut | None:
        """relu6(x + 3) / 6."""
        if not _is_rescaling(node, 1 / 6, 0):
            return None
        relu = self.giver(node.inputs[0], "ReLU")
        shift = self.shift_before(relu)
        if relu is None or shift is None:
            return None
        return WrittenOut("hard_sigmoid", shift.inputs[0], (relu.name, shift.name))

    def shift_before(self, relu: Node | None) -> Node | None:
        """The x + 3 in relu6(x + 3)."""
        if relu is None or dict(relu.layer.arguments) != {"max_value": 6}:
            return None
        shift = self.giver(relu.inputs[0], "Rescaling")
        return shift if shift is not None and _is_rescaling(shift, 1, 3) else None

    def gate(self, node: Node) -> WrittenOut | None:
        """x times an activation of x."""
        if node.layer.kind() != "Multiply" or len(node.inputs) != 2:
            return None
        for x, gate in (node.inputs, node.inputs[::-1]):
            for names, activation in GATES.items():
                chain = self.chain(gate, names)
                if chain is not None and chain[0].inputs[0] == x:
                    return WrittenOut(activation, x, tuple(one.name for one in chain))
        return None

    def chain(self, tensor: str, names: tuple[str, ...]) -> list[Node] | None:
        """The activations of some names that give a tensor, one after another."""
        chain: list[Node] = []
        for name in reversed(names):
            node = self.giver(tensor, "Activation")
            if node is None or node.layer.arguments["activation"] != name:
                return None
            chain.insert(0, node)
            tensor = node.inputs[0]
        return chain

    def scaled_gate(self, node: Node) -> WrittenOut | None:
        """x * relu6(x + 3) / 6."""
        if not _is_rescaling(node, 1 / 6, 0):
            return None
        product = self.giver(node.inputs[0], "Multiply")
        pair = product.inputs if product is not None else ()
        for x, gate in (pair, pair[::-1]) if len(pair) == 2 else ():
            relu = self.giver(gate, "ReLU")
            shift = self.shift_before(relu)
            if product and relu and shift is not None and shift.inputs[0] == x:
                return WrittenOut("hard_silu", x, (product.name, relu.name, shift.name))
        return None


def _is_rescaling(node: Node, scale: float, offset: float) -> bool:
    """Whether a layer computes x * scale + offset."""
    arguments: Mapping[str, Any] = node.layer.arguments
    values = arguments.get("scale"), arguments.get("offset", 0)
    return (
        node.layer.kind() == "Rescaling"
        and all(isinstance(value, int | float) for value in values)
        and all(
            isclose(value, wanted, rel_tol=1e-6)
            for value, wanted in zip(values, (scale, offset), strict=True)
        )
    )
