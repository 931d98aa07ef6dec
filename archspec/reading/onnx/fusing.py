"""The graph of an ONNX model, which has an operator for each activation → the same with activations
in the layers before them, as people write them; two `Rescaling` in a row, and a global pooling and
the axes of size 1 behind it, as one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from archspec.graph import Graph, Node
from archspec.layers import Layer

TAKING = (
    "Dense",
    *(f"Conv{rank}D{word}" for rank in (1, 2, 3) for word in ("", "Transpose")),
    "DepthwiseConv1D",
    "DepthwiseConv2D",
)
"""Kinds that have an ``activation``."""


def fused(graph: Graph) -> Graph:
    """The graph in which layers that do the work of two stand for them, without what no output
    needs.
    """
    graph = _needed(graph)
    uses = Counter(graph.uses)
    nodes: dict[str, Node] = {}
    renamed: dict[str, str] = {}
    for one in graph.nodes:
        taken = tuple(renamed.get(name, name) for name in one.inputs)
        node = one._replace(inputs=taken)
        before = nodes.get(taken[0]) if taken and uses[one.inputs[0]] == 1 else None
        layer = _both(before.layer, node.layer) if before is not None else None
        if before is None or layer is None:
            nodes[node.name] = node
            continue
        nodes[before.name] = before._replace(layer=layer, output=node.output)
        renamed[node.name] = before.name
        uses[before.name] = uses[node.name]
    outputs = {name: renamed.get(tensor, tensor) for name, tensor in graph.outputs.items()}
    return replace(graph, nodes=tuple(nodes.values()), outputs=outputs)


def _needed(graph: Graph) -> Graph:
    """The graph without layers of which only the shape was asked."""
    needed = set(graph.outputs.values())
    nodes = []
    for node in reversed(graph.nodes):
        if node.gives(needed):
            needed.update(node.inputs)
            nodes.append(node)
    return replace(graph, nodes=tuple(reversed(nodes)))


def _both(first: Layer, second: Layer) -> Layer | None:
    """The layer that does what two do one after the other."""
    if second.kind() == "Activation" and first.kind() in TAKING:
        name = second.arguments["activation"]
        free = first.arguments.get("activation") in (None, "linear")
        return type(first).of({**first.arguments, "activation": name}) if free else None
    if first.kind() == second.kind() == "Rescaling":
        return _rescaling(first, second)
    if first.kind().startswith("Global") and second.kind() == "Reshape":
        *ones, _ = second.arguments["target_shape"]
        stays = set(ones) == {1} and first.kind().endswith(f"{len(ones)}D")
        return type(first).of({**first.arguments, "keepdims": True}) if stays else None
    return None


def _rescaling(first: Layer, second: Layer) -> Layer | None:
    """(x * a + b) * c + d as x * (a * c) + (b * c + d), where that is exact to rounding: one
    factor is 1, or one summand 0.
    """
    (a, b), (c, d) = (_numbers(layer.arguments) for layer in (first, second))
    if a != [1] and c != [1]:
        return None
    scale, product = _combined(a, c, lambda x, y: x * y), _combined(b, c, lambda x, y: x * y)
    offset = None if product is None else _combined(product, d, lambda x, y: x + y)
    if scale is None or offset is None:
        return None
    return type(first)(scale=_plain(scale), offset=_plain(offset))


def _numbers(arguments: Mapping[str, Any]) -> tuple[list[float], list[float]]:
    """The factors and the summands, one or one for each channel."""
    values = arguments["scale"], arguments.get("offset", 0.0)
    first, second = (
        list(value) if isinstance(value, list | tuple) else [value] for value in values
    )
    return first, second


def _combined(one: list[float], other: list[float], join: Any) -> list[float] | None:
    length = max(len(one), len(other))
    if length not in (len(one), 1) or {len(one), len(other)} - {1, length}:
        one, other = other, one
    if {len(one), len(other)} - {1, length}:
        return None
    pairs = zip(one * (length // len(one)), other * (length // len(other)), strict=True)
    return [join(x, y) for x, y in pairs]


def _plain(values: list[float]) -> Any:
    return values[0] if len(set(values)) == 1 else values
