"""A spec as data → the same with the values in ``vars`` that an author would vary: the number of
classes, the size of the pictures, the depths of the stages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from archspec.backends.output_layers import MAIN
from archspec.graph import Graph, Node

Data = dict[str, Any]

CLASSES = "$classes"
COUNTED = {"Dense": "units", "Conv2D": "filters"}
"""Layers that give a number for each class, and the setting which says how many."""

BEHIND = frozenset({"Activation", "Softmax", "Flatten", "Reshape", "GlobalAveragePooling2D"})
"""Layers that may stand behind such a layer."""

SIZED = frozenset({"Parameter", "PositionEmbedding", "Constant", "Slice", "Resizing"})
"""Layers whose settings follow from the size of the pictures."""

MOST_COLUMNS = 3
"""Columns of a table from which no column is taken out: it is one that is to be read as a whole."""


class Classifiers:
    """The layers of a network that give a number for each class; none if it is no classifier.
    ``classes`` is how many there are.
    """

    def __init__(self, graph: Graph) -> None:
        self.nodes = {node.name: node for node in graph.nodes}
        self.graph = graph
        ends = {path: self._before(name) for path, name in graph.outputs.items()}
        main = ends.get(MAIN)
        self.classes = None if main is None else _count(main)
        self.names = frozenset(
            node.name
            for node in ends.values()
            if node is not None and self.classes is not None and _count(node) == self.classes
        )

    def _before(self, tensor: str) -> Node | None:
        """The layer that tells classes apart for an output; the scores of classes are probabilities
        or, without any layer behind, logits of a `Dense` layer.
        """
        activations = []
        node = self.nodes.get(tensor)
        while node is not None and node.layer.kind() in BEHIND and len(node.inputs) == 1:
            activations.append(_activation(node))
            node = self.nodes.get(node.inputs[0])
        if node is None or node.layer.kind() not in COUNTED or node.weights_of is not None:
            return None
        activations.append(_activation(node))
        probable = "softmax" in activations
        logits = node.layer.kind() == "Dense" and set(activations) <= {None, "sigmoid"}
        is_text = len(self.graph.tensors[tensor].shape) == 2
        return node if (probable or logits) and _count(node) > 1 and not is_text else None


def _activation(node: Node) -> Any:
    if node.layer.kind() == "Softmax":
        return "softmax"
    value = node.layer.arguments.get("activation")
    return None if value == "linear" else value


def _count(node: Node) -> int:
    return int(node.layer.arguments[COUNTED[node.layer.kind()]])


def with_vars(document: Data, graph: Graph, classes: int | None) -> Data:
    """The document with what can be lifted, if that is more than the size of the pictures."""
    values: Data = {}
    if classes is not None and _is_used(document):
        values["classes"] = classes
    depths = _lifted_depths(document)
    if depths is not None:
        values["depths"] = depths
    if not values:
        return document
    size = _size(document, graph)
    if size is not None:
        values = {"size": size, **values}
        document = {**document, "input": ["$size", "$size", document["input"][2]]}
    first = "inputs" if "inputs" in document else "input"
    keys = [*document]
    keys.insert(keys.index(first), "vars")
    return {key: document.get(key, values) for key in keys}


def _is_used(document: Data) -> bool:
    return any(value == CLASSES for value in _values(document))


def _values(value: Any) -> Iterator[Any]:
    """All values within data."""
    stack = [value]
    while stack:
        value = stack.pop()
        yield value
        if isinstance(value, Mapping):
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)


def _lifted_depths(document: Data) -> list[int] | None:
    """The depths of the only table of stages that the layers have, taken out of it."""
    tables = [
        value["repeat"]
        for value in _values(document)
        if isinstance(value, Mapping)
        and isinstance(value.get("repeat"), Mapping)
        and "depth" in value["repeat"]
    ]
    if len(tables) != 1 or len(tables[0]) > MOST_COLUMNS:
        return None
    (table,) = tables
    depths = table["depth"]
    if not isinstance(depths, list):
        return None
    table["depth"] = "$depths"
    return depths


def _size(document: Data, graph: Graph) -> int | None:
    """The size of square pictures, if no layer's settings follow from it."""
    shape = document.get("input")
    if not isinstance(shape, list) or len(shape) != 3 or shape[0] != shape[1] or shape[0] is None:
        return None
    if any(node.layer.kind() in SIZED or _is_fixed(node) for node in graph.nodes):
        return None
    return int(shape[0])


def _is_fixed(node: Node) -> bool:
    """Whether a layer gives a feature map of so many places, whatever it takes."""
    shape = node.layer.arguments.get("target_shape", ())
    return any(size is not None and size > 1 for size in shape[:-1])
