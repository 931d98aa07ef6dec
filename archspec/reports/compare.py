"""Networks → a table with a row for each: input, parameters, multiply-adds, activation memory,
depth and, where given, accuracy.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from archspec.graph import Graph, Node
from archspec.reports.numbers import UNKNOWN, short, size
from archspec.reports.tables import Column, Table
from archspec.spelling import listed
from archspec.tensor import Shape, show_shape

FORMATS = ("text", "markdown", "json", "csv")


class Network(NamedTuple):
    """One network to compare: ``name`` is what it is called beside the others, ``spec`` the
    file that it belongs to.
    """

    name: str
    spec: str
    graph: Graph
    accuracy: float | None = None


def compare(networks: Sequence[Network], format: str = "text") -> str:
    """The table in one of `FORMATS`: numbers as people say them in text and Markdown, exact in
    JSON and CSV.
    """
    rows = [_row(network) for network in networks]
    shown = Table(
        _columns(with_accuracy=any(network.accuracy is not None for network in networks)), rows
    )
    if format == "json":
        return json.dumps(shown.records(), indent=2, ensure_ascii=False)
    return {"text": shown.text, "markdown": shown.markdown, "csv": shown.csv}[format]()


def depth(graph: Graph) -> int:
    """The layers with weights on the longest path, as papers count them: convolutions and dense
    layers, and attention. ResNet-50 has 50.

    A layer counts where it has weights and multiplies by them, so that normalizations do not. A
    separable convolution is one layer, and what stands beside a longer path, such as a projection,
    adds nothing; the two of a squeeze-and-excitation do, which some papers leave out.
    """
    reached = dict.fromkeys(graph.inputs, 0)
    for node in graph.nodes:
        sources = graph.taken_from(node)
        reached[node.name] = max(reached[name] for name in sources) + _counts(node)
    return max(reached.values(), default=0)


def _counts(node: Node) -> bool:
    return bool(node.weights) and node.macs != 0


def _columns(*, with_accuracy: bool) -> list[Column]:
    return [
        Column("name", "network"),
        Column("inputs", "input", _inputs),
        Column("parameters", "parameters", short, right=True),
        Column("macs", "multiply-adds", short, right=True),
        Column("activation_bytes", "activations", size, right=True),
        Column("depth", "depth", right=True),
        *([Column("accuracy", "accuracy", _percent, right=True)] if with_accuracy else []),
    ]


def _row(network: Network) -> dict[str, Any]:
    graph = network.graph
    return {
        "name": network.name,
        "inputs": [tensor.shape for tensor in graph.inputs.values()],
        "parameters": graph.parameters,
        "macs": graph.macs,
        "activation_bytes": graph.activation_bytes,
        "depth": depth(graph),
        "accuracy": network.accuracy,
    }


def _inputs(shapes: Sequence[Shape]) -> str:
    return listed([show_shape(shape) for shape in shapes])


def _percent(accuracy: float | None) -> str:
    return UNKNOWN if accuracy is None else f"{accuracy:g} %"
