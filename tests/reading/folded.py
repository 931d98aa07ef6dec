"""The networks of `keras.applications` as shipped specs, and how many lines their authors needed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random

from archspec import compile
from archspec.compiler import Compiler
from archspec.frontend.library import Reference
from archspec.graph import Graph, Node
from tests.paths import SPECS

ABOUT = ("description", "source", "expect", "variants")
"""Keys of a spec that say nothing of the network's layers."""


def applications() -> list[str]:
    """The forty, each a variant of its family's spec."""
    return [
        f"keras/{path.stem}@{variant}"
        for path in sorted((SPECS / "keras").glob("*.yaml"))
        for variant in _variants(f"keras/{path.stem}")
    ]


def _variants(name: str) -> list[str]:
    compiler = Compiler(expect=False)
    return [*compiler.library.variants(compiler.library.open(Reference.parse(name)))]


def network(name: str) -> Graph:
    """The graph of a spec, without what is said about it."""
    return replace(compile(name), description=None, source=None)


def lines_by_hand(name: str) -> int:
    """The lines of a family's spec that say what its layers are."""
    text = (SPECS / f"{name.partition('@')[0]}.yaml").read_text()
    lines, about = 0, False
    for line in text.splitlines():
        if key := re.match(r"(\w+):", line):
            about = key[1] in ABOUT
        lines += not about and bool(line.strip()) and not line.lstrip().startswith("#")
    return lines


def lines_with_parts(name: str) -> int:
    """The lines of a spec that say what its layers are, and of the specs that it is made of."""
    path = SPECS / f"{name.partition('@')[0]}.yaml"
    parts = re.findall(r"\b(?:spec|extends): ([\w./]+)", path.read_text())
    near = [path.parent / f"{part.removesuffix('.yaml')}.yaml" for part in parts]
    shipped = [SPECS / one.relative_to(path.parent) for one in near]
    found = [one if one.exists() else other for one, other in zip(near, shipped, strict=True)]
    names = [one.relative_to(SPECS).with_suffix("").as_posix() for one in found]
    return lines_by_hand(name) + sum(map(lines_with_parts, names))


def with_names(graph: Graph, name: Callable[[int, Node], str]) -> Graph:
    """A graph whose layers have other names: what ``name`` says of their number and node."""
    names = {node.name: name(number, node) for number, node in enumerate(graph.nodes)}

    def renamed(tensor: str) -> str:
        giver = graph.giver(tensor)
        return names.get(giver, giver) + tensor[len(giver) :]

    nodes = tuple(
        node._replace(
            name=names[node.name],
            inputs=tuple(map(renamed, node.inputs)),
            weights_of=names.get(node.weights_of or "", node.weights_of),
        )
        for node in graph.nodes
    )
    outputs = {output: renamed(tensor) for output, tensor in graph.outputs.items()}
    return replace(graph, nodes=nodes, outputs=outputs, endpoints={})


def frozen_at(graph: Graph, number: int) -> Graph:
    """A graph with one layer of which ``trainable`` is another."""
    node = graph.nodes[number]
    trainable = not node.layer.trainable
    layer = type(node.layer).of({**node.layer.arguments, "trainable": trainable})
    weights = tuple(weight._replace(trainable=trainable) for weight in node.weights)
    changed = node._replace(layer=layer, weights=weights)
    return replace(graph, nodes=(*graph.nodes[:number], changed, *graph.nodes[number + 1 :]))


def initialized_at(graph: Graph, name: str) -> Graph:
    """A graph of which the kernel of one layer is initialized otherwise."""
    number = [node.name for node in graph.nodes].index(name)
    node = graph.nodes[number]
    layer = type(node.layer).of({**node.layer.arguments, "kernel_initializer": "he_uniform"})
    changed = node._replace(layer=layer)
    return replace(graph, nodes=(*graph.nodes[:number], changed, *graph.nodes[number + 1 :]))


def listed_otherwise(graph: Graph, random: Random) -> Graph:
    """A graph whose layers stand in another order, each behind all that it needs."""
    waiting = {
        node.name: {*map(graph.giver, node.inputs), *filter(None, [node.weights_of])}
        for node in graph.nodes
    }
    nodes = {node.name: node for node in graph.nodes}
    order = dict.fromkeys(graph.inputs)
    while len(order) < len(nodes) + len(graph.inputs):
        ready = [name for name in nodes if name not in order and waiting[name] <= order.keys()]
        order[random.choice(ready)] = None
    return replace(graph, nodes=tuple(nodes[name] for name in order if name in nodes))
