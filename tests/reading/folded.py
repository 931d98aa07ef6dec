"""The networks of `keras.applications` as shipped specs, and how many lines their authors needed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from archspec import compile
from archspec.backends.flat_spec import flat
from archspec.compiler import Compiler
from archspec.diagnostics import SpecError
from archspec.frontend.library import Reference
from archspec.graph import Graph, Node
from archspec.layers import KINDS
from archspec.reading.agreement import disagreement
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


OTHERWISE: dict[str, tuple[Any, ...]] = {
    "filters": (24, 64, 96, 320),
    "units": (24, 320),
    "kernel_size": (1, 3, 5),
    "pool_size": (2, 3),
    "strides": (1, 2),
    "dilation_rate": (2,),
    "padding": ("same", "valid"),
    "use_bias": (True, False),
    "scale": (True, False),
    "trainable": (False,),
    "activation": ("relu", "tanh", None),
    "kernel_initializer": ("he_normal", "glorot_uniform"),
    "depthwise_initializer": ("he_uniform",),
    "bias_initializer": ("ones",),
    "epsilon": (1e-5, 1e-3),
    "momentum": (0.9, 0.99),
    "rate": (0.1, 0.33),
    "keepdims": (True, False),
}
"""Settings, and values that they are changed to."""


def changed(graph: Graph, random: Random) -> Graph:
    """A graph with another value of a random setting of a random layer."""
    document = flat(replace(graph, names={}))
    while True:
        item = random.choice(document["layers"])
        kind = next((key for key in item if key in KINDS), "")
        keys = [key for key in OTHERWISE if key in KINDS[kind].attributes] if kind else []
        if not keys:
            continue
        key = random.choice(keys)
        layer = {**item[kind], key: random.choice(OTHERWISE[key])}
        try:
            other = compile(_with_item(document, item, {**item, kind: layer}))
        except SpecError:  # a size that no longer fits
            continue
        if disagreement(other, graph):
            return other


def changed_at(graph: Graph, name: str, **settings: Any) -> Graph:
    """A graph with other settings of one layer."""
    document = flat(replace(graph, names={}))
    item = next(item for item in document["layers"] if item.get("name") == name)
    kind = next(key for key in item if key in KINDS)
    return compile(_with_item(document, item, {**item, kind: {**item[kind], **settings}}))


def _with_item(document: dict[str, Any], item: Any, other: Any) -> dict[str, Any]:
    layers = [other if one is item else one for one in document["layers"]]
    return {**document, "layers": layers}


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
