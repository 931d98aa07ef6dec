"""Layers and the tensors that they take → the nodes of a `Graph`, with shapes and weights."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from typing import NamedTuple

from archspec import limits
from archspec.diagnostics import Span
from archspec.graph import Graph, Node, Scope
from archspec.layers import Layer
from archspec.layers.base import Inferred
from archspec.layers.mismatch import Mismatch
from archspec.reading.problems import Problems, span_of
from archspec.spelling import counted
from archspec.tensor import Tensor

NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_.-]+")

RESERVED = ("prev",)
"""Names that mean something else in a spec."""


class Use(NamedTuple):
    """One use of a layer: its name, the layer, the tensors with their roles (none where their order
    says as much), and the node whose layer it uses once more.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    roles: tuple[str, ...] = ()
    weights_of: str | None = None
    inferred: Inferred | None = None


class GraphBuilder:
    """Adds nodes in topological order. Names of tensors are those of `Graph`."""

    def __init__(self, name: str, problems: Problems) -> None:
        self.name = name
        self.problems = problems
        self.span: Span = span_of(problems.source)
        self.inputs: dict[str, Tensor] = {}
        self.optional: set[str] = set()
        self.nodes: list[Node] = []
        self.kept: dict[str, str] = {}
        self.tensors: dict[str, Tensor] = {}
        self.names: set[str] = set()
        self.counts: dict[str, int] = {}
        self.scopes = [Scope("", "model", name, None, self.span)]

    def add_input(self, name: str, tensor: Tensor, *, optional: bool) -> str:
        """A further input of the model; the name that it has here."""
        name = self.free(name)
        self.inputs[name] = self.tensors[name] = tensor
        if optional:
            self.optional.add(name)
        return name

    def add_scope(self, kind: str, label: str, parent: int) -> int:
        """A further scope: its index."""
        path = self.free(_joined(self.scopes[parent].path, label))
        step = path.rpartition(".")[2]
        self.scopes.append(Scope(path, kind, step, parent, self.span))
        return len(self.scopes) - 1

    def free(self, name: str) -> str:
        """A name that a spec may have, and that nothing has yet."""
        base = valid_name(name)
        name = base
        while name in self.names:
            self.counts[base] = self.counts.get(base, 1) + 1
            name = f"{base}_{self.counts[base]}"
        self.names.add(name)
        return name

    def add(self, use: Use, scope: int) -> Node:
        """A further layer. Raises `SpecError` where it does not fit its inputs."""
        name = self.free(_joined(self.scopes[scope].path, use.name))
        if name != use.name and use.weights_of is None:
            self.kept[name] = use.name
        taken = [self.tensors[tensor] for tensor in use.inputs]
        count = use.layer.count_by_position(taken, use.roles)
        if use.inferred is None and not use.layer.takes(count):
            self.problems.damaged(f"`{use.name}` is called on {counted(count, 'tensor')}")
        try:
            inferred = use.inferred or use.layer.infer(*taken, roles=use.roles)
        except Mismatch as mismatch:
            shapes = ", ".join(map(str, taken))
            self.problems.refuse(
                f"`{use.name}` of `{self.problems.source}`, of {shapes}: {mismatch.message}",
                mismatch.help,
            )
        node = Node(
            name,
            use.layer,
            use.inputs,
            inferred.output,
            inferred.weights,
            use.weights_of,
            inferred.macs,
            scope,
            self.span,
            use.roles,
            inferred.outputs,
        )
        self.nodes.append(node)
        self.tensors.update(node.tensors)
        return node

    def remove(self, names: Collection[str]) -> None:
        """Take out layers that nothing takes."""
        self.nodes = [node for node in self.nodes if node.name not in names]
        for name in names:
            del self.tensors[name]

    def replace_layers(self, layers: Mapping[str, Layer]) -> None:
        """Give nodes other layers, which do the same."""
        self.nodes = [
            node._replace(layer=layers[node.name]) if node.name in layers else node
            for node in self.nodes
        ]

    def graph(self, outputs: Mapping[str, str]) -> Graph:
        """The graph that ends in these outputs."""
        return Graph(
            self.name,
            self.inputs,
            tuple(self.nodes),
            outputs,
            tuple(self.scopes),
            {},
            optional=frozenset(self.optional),
            names=self._names(),
        )

    def _names(self) -> dict[str, str]:
        """The names that layers have in Keras where they are others here, each of one layer: those
        within a model have here its name before their own.
        """
        others = [node.name for node in self.nodes if node.name not in self.kept]
        times = Counter([*self.inputs, *others, *self.kept.values()])
        return {
            node: name
            for node, name in self.kept.items()
            if name and times[name] == 1 and "/" not in name and len(name) <= limits.NAME_LENGTH
        }


def _joined(path: str, step: str) -> str:
    return f"{path}.{valid_name(step)}" if path else step


def valid_name(name: str) -> str:
    """The nearest name that a layer may have in a spec: ``conv1/7x7`` → ``conv1_7x7``."""
    steps = [step for step in NOT_IN_A_NAME.sub("_", name).split(".") if step]
    joined = ".".join(steps)[: limits.NAME_LENGTH - 20]
    return f"{joined}_" if joined in RESERVED or not joined else joined


def free_name(name: str, taken: Collection[str]) -> str:
    """A name that is not taken, counted where it is."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free
