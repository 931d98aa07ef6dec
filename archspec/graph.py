"""The compiled network: its layers, how the author grouped them, its totals. Nothing but data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from archspec.spelling import cut
from archspec.tensor import Tensor, Weight, tensor_bytes, total

if TYPE_CHECKING:
    from archspec.diagnostics import Diagnostic, Span
    from archspec.layers.base import Layer

Bindings = tuple[tuple[str, Any], ...]
"""Names and their values, in the order in which they were declared."""


class Node(NamedTuple):
    """One use of one layer. ``inputs`` are names of nodes or of the model's inputs.

    ``macs`` counts multiply-adds for one example, ``None`` where a size is unknown. ``weights_of``
    names the node whose layer, and so whose weights, this node uses once more (``reuse``).
    ``scope`` is an index into ``Graph.scopes``.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    output: Tensor
    weights: tuple[Weight, ...]
    weights_of: str | None
    macs: int | None
    scope: int
    span: Span

    @property
    def own_weights(self) -> tuple[Weight, ...]:
        """The weights that no other node owns: each weight of a network stands here once."""
        return self.weights if self.weights_of is None else ()


class Scope(NamedTuple):
    """A piece of the structure that the author wrote, in a tree of which ``parent`` is the edge
    upward.

    ``kind`` is one of ``model``, ``group``, ``block``, ``branches``, ``branch``, ``residual``,
    ``main``, ``shortcut``, ``output``, ``reuse`` and ``repetition``; a repetition is number
    ``index``, from 1, of ``count``, and holds what the item makes. Repetitions of one item are the
    siblings that share its ``span``. ``label`` is the block's name, the branch's, the item's.
    ``path`` is the dotted name; a scope that is no step of a path has its parent's. ``arguments``
    are those of a block's call, evaluated, with the defaults; ``inputs`` maps the names that a
    block has for its inputs to the tensors of the call; ``spec`` is how the author names the spec
    that a block is.
    """

    path: str
    kind: str
    label: str
    parent: int | None
    span: Span
    index: int | None = None  # type: ignore[assignment]  # hides a method of tuples that nobody calls
    count: int | None = None  # type: ignore[assignment]  # hides a method of tuples that nobody calls
    arguments: Bindings = ()
    inputs: tuple[tuple[str, str], ...] = ()
    spec: str = ""


@dataclass(frozen=True, repr=False)
class Graph:
    """A network: every layer with its shapes, weights and multiply-adds, in topological order.

    ``inputs`` maps the model's inputs to their tensors. ``outputs`` maps the names of the model's
    outputs, ``main`` first, to the node (or input) that gives them. ``endpoints`` maps every path
    of the text that has a tensor to the node (or input) that gives it.
    """

    name: str
    inputs: Mapping[str, Tensor]
    nodes: tuple[Node, ...]
    outputs: Mapping[str, str]
    scopes: tuple[Scope, ...]
    endpoints: Mapping[str, str]
    description: str | None = None
    source: str | None = None
    warnings: tuple[Diagnostic, ...] = ()

    @cached_property
    def tensors(self) -> Mapping[str, Tensor]:
        """The tensor that each input and each node gives, by name."""
        return {**self.inputs, **{node.name: node.output for node in self.nodes}}

    @cached_property
    def parameters(self) -> int:
        """All weights, moving statistics included; shared ones count once."""
        return count_parameters(self.nodes)

    @cached_property
    def trainable_parameters(self) -> int:
        """The weights that training changes; shared ones count once."""
        return count_parameters(self.nodes, trainable=True)

    @cached_property
    def macs(self) -> int | None:
        """Multiply-adds of convolutions, dense layers and attention for one example, at every
        use; ``None`` if unknown.
        """
        return total(node.macs for node in self.nodes)

    @cached_property
    def activation_bytes(self) -> int | None:
        """Bytes of all layers' outputs for one example, as kept for training; ``None`` if
        unknown.
        """
        return total(tensor_bytes(node.output) for node in self.nodes)

    def __repr__(self) -> str:
        """The graph in a line; its table and picture are the commands' and the notebook's."""
        inputs, outputs = (
            ", ".join(f"{name} {self.tensors[node]}" for name, node in names.items())
            for names in ({name: name for name in self.inputs}, self.outputs)
        )
        layers = f"{len(self.nodes):,} layers, {self.parameters:,} parameters"
        return f"<Graph {self.name}: {cut(inputs, 60)} → {cut(outputs, 60)}, {layers}>"

    def _repr_svg_(self) -> str | None:
        """The diagram, as a notebook asks for it."""
        return _displayed(self, "svg")

    def _repr_html_(self) -> str | None:
        """The diagram and the table of stages, as a notebook asks for them."""
        return _displayed(self, "html")


def count_parameters(nodes: Iterable[Node], *, trainable: bool = False) -> int:
    """The number of weights of some nodes, or of those that training changes; a weight that another
    node owns counts there.
    """
    return sum(
        weight.size
        for node in nodes
        for weight in node.own_weights
        if weight.trainable or not trainable
    )


DISPLAYS: dict[str, Callable[[Graph], str | None]] = {}
"""How a notebook displays a graph, by format. `archspec.notebook` registers itself here, since data
knows nothing of pictures and tables.
"""


def _displayed(graph: Graph, format: str) -> str | None:
    return DISPLAYS[format](graph) if format in DISPLAYS else None
