"""The compiled network: its layers, how the author grouped them, its totals. Nothing but data."""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from archspec.spelling import cut
from archspec.tensor import Tensor, Weight, tensor_bytes, total

if TYPE_CHECKING:
    from archspec.diagnostics import Diagnostic, Span
    from archspec.layers.base import Layer

Bindings = tuple[tuple[str, Any], ...]
"""Names and their values, in the order in which they were declared."""


class InputEdge(NamedTuple):
    """What a layer takes: the name of a tensor, and its role there, ``inputs`` or ``query``."""

    tensor: str
    role: str


class Node(NamedTuple):
    """One use of one layer.

    ``inputs`` are names of tensors: an input of the model is called like the input, the first
    output of a node like the node, and any other has the node's name, a dot and its own,
    ``lstm.state_h``. ``output`` is the first output; ``outputs`` are all of them with their own
    names where there are several, else empty. ``roles`` are those of the inputs, empty where all
    are given by position.

    ``macs`` counts multiply-adds for one example, ``None`` where a size is unknown. ``weights_of``
    names the node whose layer, and so whose weights, this node uses once more (``reuse``).
    ``scope`` is an index into ``Graph.scopes``.
    """

    name: str
    layer: "Layer"
    inputs: tuple[str, ...]
    output: Tensor
    weights: tuple[Weight, ...]
    weights_of: str | None
    macs: int | None
    scope: int
    span: "Span"
    roles: tuple[str, ...] = ()
    outputs: tuple[tuple[str, Tensor], ...] = ()

    @property
    def tensors(self) -> dict[str, Tensor]:
        """What it gives, by the names of the tensors, the first first."""
        further = {f"{self.name}.{output}": tensor for output, tensor in self.outputs[1:]}
        return {self.name: self.output, **further}

    def gives(self, names: Set[str]) -> bool:
        """Whether any tensor that it gives is one of these."""
        return self.name in names or (bool(self.outputs) and not names.isdisjoint(self.tensors))

    @property
    def edges(self) -> list[InputEdge]:
        """What it takes, one edge for each input."""
        roles = self.roles or self._roles_by_position()
        return [InputEdge(*pair) for pair in zip(self.inputs, roles, strict=True)]

    def _roles_by_position(self) -> list[str]:
        names = [name for name, role in self.layer.open_roles.items() if not role.by_name]
        return names[: len(self.inputs)] if len(names) > 1 else names * len(self.inputs)

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
    span: "Span"
    index: int | None = None  # type: ignore[assignment]  # hides a method of tuples that is not called
    count: int | None = None  # type: ignore[assignment]  # hides a method of tuples that is not called
    arguments: Bindings = ()
    inputs: tuple[tuple[str, str], ...] = ()
    spec: str = ""


@dataclass(frozen=True, repr=False)
class Graph:
    """A network: every layer with its shapes, weights and multiply-adds, in topological order.

    ``inputs`` maps the model's inputs to their tensors; those that are ``optional`` may be left out
    in a call. ``outputs`` maps the names of the model's outputs, ``main`` first, to the names of
    tensors, and ``endpoints`` every path of the text that has one. ``names`` are those that Keras
    has for the nodes which it does not call like the nodes.
    """

    name: str
    inputs: Mapping[str, Tensor]
    nodes: tuple[Node, ...]
    outputs: Mapping[str, str]
    scopes: tuple[Scope, ...]
    endpoints: Mapping[str, str]
    description: str | None = None
    source: str | None = None
    warnings: tuple["Diagnostic", ...] = ()
    optional: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def tensors(self) -> Mapping[str, Tensor]:
        """Every tensor of the network, by name."""
        tensors = dict(self.inputs)
        for node in self.nodes:
            if node.outputs:
                tensors |= node.tensors
            else:
                tensors[node.name] = node.output
        return tensors

    @cached_property
    def uses(self) -> Mapping[str, int]:
        """How often each tensor is taken by a layer, or is an output; 0 for what is not."""
        uses = Counter(name for node in self.nodes for name in node.inputs)
        uses.update(self.outputs.values())
        return uses

    def taken_from(self, node: Node) -> tuple[str, ...]:
        """The nodes and inputs of the model that give what a node takes, one for each input."""
        if not self._further:
            return node.inputs
        return tuple([self._further.get(name, name) for name in node.inputs])

    def giver(self, tensor: str) -> str:
        """The node or input of the model that gives a tensor."""
        return self._further.get(tensor, tensor)

    def name_in_keras(self, node: str) -> str:
        """What Keras calls the layer of a node."""
        return self.names.get(node, node)

    @cached_property
    def _further(self) -> Mapping[str, str]:
        """The nodes that give the tensors that are not called like their node."""
        return {name: node.name for node in self.nodes for name in [*node.tensors][1:]}

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
        return total(
            tensor_bytes(tensor) for node in self.nodes for tensor in node.tensors.values()
        )

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
        [
            weight.size
            for node in nodes
            if node.weights_of is None
            for weight in node.weights
            if weight.trainable or not trainable
        ]
    )


DISPLAYS: dict[str, Callable[[Graph], str | None]] = {}
"""How a notebook displays a graph, by format. `archspec.notebook` registers itself here, since data
knows nothing of pictures and tables.
"""


def _displayed(graph: Graph, format: str) -> str | None:
    return DISPLAYS[format](graph) if format in DISPLAYS else None
