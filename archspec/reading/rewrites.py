"""`Graph` → the same function in the words of an author: operations that are layers, three that are
one activation, layers without weights that only seem to be shared.

Keras hands masks on through layers and not through operations, so that a network with masks keeps
its operations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from archspec.graph import Graph, Node
from archspec.layers import KINDS, Layer
from archspec.layers.operations.base import Operation
from archspec.reading.implied_masks import without_implied_masks
from archspec.tensor import Tensor

MERGES = {
    "ops.add": "Add",
    "ops.concatenate": "Concatenate",
    "ops.maximum": "Maximum",
    "ops.minimum": "Minimum",
    "ops.multiply": "Multiply",
    "ops.subtract": "Subtract",
}
"""Operations on tensors that are merging layers."""


def rewritten(graph: Graph) -> Graph:
    """The graph in which operations are layers where a layer does the same."""
    graph = _without_needless_sharing(without_implied_masks(graph))
    if any(node.layer.makes_mask for node in graph.nodes):
        return graph
    return _with_merges(_with_hard_sigmoids(graph))


# --- merges


def _with_merges(graph: Graph) -> Graph:
    tensors = graph.tensors
    nodes = [
        _as_merge(node, [tensors[name] for name in node.inputs])
        if node.layer.kind() in MERGES
        else node
        for node in graph.nodes
    ]
    return replace(graph, nodes=tuple(nodes))


def _as_merge(node: Node, taken: Sequence[Tensor]) -> Node:
    """An operation on tensors of one rank, all float32, as the layer, which is then the same."""
    ranks = {len(tensor.shape) for tensor in taken}
    if len(taken) < 2 or len(ranks) > 1 or {tensor.dtype for tensor in taken} != {"float32"}:
        return node
    if node.roles not in ((), ("x1", "x2"), ("xs",) * len(taken)):
        return node
    layer = KINDS[MERGES[node.layer.kind()]](**_merge_arguments(node.layer))
    return node._replace(layer=layer, roles=())


def _merge_arguments(layer: Layer) -> dict[str, Any]:
    return {"axis": layer.axis} if layer.kind() == "ops.concatenate" else {}  # type: ignore[attr-defined]


# --- activations


def _with_hard_sigmoids(graph: Graph) -> Graph:
    """``relu6(x + 3) / 6``, as MobileNetV3 has it, as the activation that it is."""
    nodes = {node.name: node for node in graph.nodes}
    changed: dict[str, Node] = {}
    gone: set[str] = set()
    for last in graph.nodes:
        chain = _chain(last, nodes, graph.uses) if _is_sixth(last.layer) else None
        if chain is not None:
            first, middle = chain
            layer = KINDS["Activation"](activation="hard_sigmoid")
            changed[last.name] = last._replace(layer=layer, inputs=first.inputs, roles=())
            gone |= {first.name, middle.name}
    kept = [changed.get(node.name, node) for node in graph.nodes if node.name not in gone]
    return replace(graph, nodes=tuple(kept))


def _chain(
    last: Node, nodes: Mapping[str, Node], uses: Mapping[str, int]
) -> tuple[Node, Node] | None:
    """The two layers before the last of a hard sigmoid, which nothing else takes."""
    middle = nodes.get(last.inputs[0])
    first = nodes.get(middle.inputs[0]) if middle is not None else None
    if first is None or middle is None or middle.weights_of or last.output.dtype != "float32":
        return None
    alone = uses[middle.name] == uses[first.name] == 1
    fits = _is_relu6(middle.layer) and _constant(first.layer, "ops.add") == 3
    return (first, middle) if alone and fits else None


def _is_sixth(layer: Layer) -> bool:
    return bool(_constant(layer, "ops.multiply") == 1 / 6 or _constant(layer, "ops.divide") == 6)


def _is_relu6(layer: Layer) -> bool:
    written = (layer.kind(), dict(layer.arguments))
    return written in (
        ("ReLU", {"max_value": 6}),
        ("Activation", {"activation": "relu6"}),
        ("ops.relu6", {}),
    )


def _constant(layer: Layer, kind: str) -> Any:
    """The number in an operation on a tensor and a number, ``None`` where there is none."""
    if layer.kind() != kind or not isinstance(layer, Operation):
        return None
    numbers = [layer.arguments.get(name) for name in ("x1", "x2")]
    if kind == "ops.divide" and numbers[0] is not None:
        return None
    return next((number for number in numbers if isinstance(number, int | float)), None)


# --- sharing


def _without_needless_sharing(graph: Graph) -> Graph:
    """Layers without weights that are called several times, as an activation can be, as layers of
    their own; in the midst of layers that share weights they stay shared.
    """
    nodes = {node.name: node for node in graph.nodes}
    owned = [node for node in graph.nodes if node.weights_of is not None]
    if not owned:
        return graph
    stay = {node.name for node in owned if node.weights}
    for row, look in ((owned, _before), (list(reversed(owned)), _after(graph.nodes))):
        for node in row:
            pairs = zip(look(node), look(nodes[node.weights_of or ""]), strict=False)
            if any(_shares(nodes, stay, pair) for pair in pairs):
                stay.add(node.name)
    return replace(
        graph,
        nodes=tuple(
            node if node.weights_of is None or node.name in stay else node._replace(weights_of=None)
            for node in graph.nodes
        ),
    )


def _shares(nodes: Mapping[str, Node], stay: set[str], pair: tuple[str, str]) -> bool:
    name, other = pair
    owner = nodes[other].weights_of or other if other in nodes else None
    return name in stay and nodes[name].weights_of == owner


def _before(node: Node) -> Iterable[str]:
    return node.inputs


def _after(nodes: Iterable[Node]) -> Any:
    followers: dict[str, list[str]] = {}
    for node in nodes:
        for name in node.inputs:
            followers.setdefault(name, []).append(node.name)
    return lambda node: followers.get(node.name, [])
