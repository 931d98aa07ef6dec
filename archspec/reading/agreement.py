"""Two graphs → the first thing in which they differ, from their outputs upward, or ``None``.

They agree where their layers can be paired so that each pair has the same settings, call, weights,
shapes and pairs of inputs in the same order, uses of one layer with weights are uses of one layer,
and inputs and outputs are called alike. Since Keras orders the layers of a model, and so its
weights, by the way from its outputs, they then have the same weights in the same order too. Names
of layers, those in Keras, are compared on demand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archspec.graph import Graph, Node
from archspec.layers import Layer
from archspec.layers.declared import Declared


def disagreement(graph: Graph, other: Graph, *, names: bool = False) -> str | None:
    """In words, naming layers of the first graph, in what they differ."""
    return next(_Pairing(graph, other, names).differences(), None)


def counterparts(graph: Graph, other: Graph) -> dict[str, str]:
    """For each layer of a graph, by name, that of another which it agrees with."""
    pairing = _Pairing(graph, other, names=False)
    difference = next(pairing.differences(), None)
    if difference is not None:
        raise ValueError(f"the graphs differ in {difference}")
    return pairing.pairs


class _Pairing:
    def __init__(self, graph: Graph, other: Graph, names: bool) -> None:
        self.graphs = graph, other
        self.nodes = [{node.name: node for node in one.nodes} for one in self.graphs]
        self.names = names
        self.pairs: dict[str, str] = {}
        self.owners: dict[str, str] = {}
        self.pending: list[tuple[str, str]] = []

    def differences(self) -> Iterator[str]:
        graph, other = self.graphs
        if list(graph.inputs.items()) != list(other.inputs.items()):
            yield "the inputs of the model"
        if graph.optional != other.optional:
            yield "which inputs of the model may be left out"
        if list(graph.outputs) != list(other.outputs):
            yield f"the names of the outputs: {list(graph.outputs)} and {list(other.outputs)}"
        for name, tensor in graph.outputs.items():
            yield from self._tensors(tensor, other.outputs[name], f"output {name}")
        while self.pending:
            yield from self._layers(*self.pending.pop())
        if not len(self.pairs) == len(graph.nodes) == len(other.nodes):
            yield f"the number of layers: {len(graph.nodes)} and {len(other.nodes)}"
        if len(set(self.pairs.values())) < len(self.pairs):
            yield "a layer is paired with two"
        if len(set(self.owners.values())) < len(self.owners):
            yield "which layers are used several times"

    def _tensors(self, tensor: str, other: str, where: str) -> Iterator[str]:
        """Whether two tensors are the same output of paired layers, or inputs called alike."""
        givers = [graph.giver(one) for graph, one in zip(self.graphs, (tensor, other), strict=True)]
        if tensor[len(givers[0]) :] != other[len(givers[1]) :]:
            yield f"{where}: {tensor} and {other}"
        are_inputs = [name in graph.inputs for graph, name in zip(self.graphs, givers, strict=True)]
        if any(are_inputs):
            if not all(are_inputs) or givers[0] != givers[1]:
                yield f"{where}: {tensor} and {other}"
            return
        paired = self.pairs.get(givers[0])
        if paired is None:
            self.pairs[givers[0]] = givers[1]
            self.pending.append((givers[0], givers[1]))
        elif paired != givers[1]:
            yield f"{where}: {tensor} is {paired} and {other}"

    def _layers(self, name: str, other: str) -> Iterator[str]:
        node, twin = self.nodes[0][name], self.nodes[1][other]
        for what, values in _compared(node, twin):
            yield f"{what} of {name}: {values}"
        if self.names and node.weights_of is None:
            own, theirs = (
                one.name_in_keras(at) for one, at in zip(self.graphs, (name, other), strict=True)
            )
            if own != theirs:
                yield f"the name of {name}: {own} and {theirs}"
        owner = node.weights_of or node.name
        if node.weights and self.owners.setdefault(owner, twin.weights_of or twin.name) != (
            twin.weights_of or twin.name
        ):
            yield f"the layer that {name} uses"
        if len(node.inputs) != len(twin.inputs):
            yield f"the number of inputs of {name}"
        else:
            for number, pair in enumerate(zip(node.inputs, twin.inputs, strict=True)):
                yield from self._tensors(*pair, f"input {number} of {name}")


def _compared(node: Node, twin: Node) -> Iterator[tuple[str, str]]:
    """What of two layers differs, by themselves."""
    own, others = layer_key(node.layer), layer_key(twin.layer)
    if own != others:
        yield "the settings", f"{node.layer!r} and {twin.layer!r}"
    for what in ("roles", "weights", "output", "outputs"):
        if getattr(node, what) != getattr(twin, what):
            yield f"the {what}", f"{getattr(node, what)} and {getattr(twin, what)}"


def layer_key(layer: Layer) -> tuple[Any, ...]:
    """What two layers are equal by: the kind, and the settings and constants of the call that
    are not Keras's defaults.
    """
    if isinstance(layer, Declared):
        return layer.kind(), _settled(dict(layer.declaration.written)), _settled(layer.arguments)
    kind = type(layer)
    given = {name: value for name, value in layer.arguments.items() if value != getattr(kind, name)}
    call = {name: value for name, value in layer.call.items() if value != getattr(kind, name)}
    return layer.kind(), _settled(given), _settled(call)


def _settled(value: Any) -> Any:
    """A value in which equal means equal: numbers with their types, layers by what they do."""
    if isinstance(value, Layer):
        return layer_key(value)
    if hasattr(value, "items"):
        return sorted((name, _settled(one)) for name, one in value.items())
    if isinstance(value, list | tuple):
        return [_settled(one) for one in value]
    return (type(value).__name__, value)
