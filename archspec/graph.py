"""The compiled network: tensors, weights, nodes, scopes and their totals. Data, and nothing
else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from archspec.diagnostics import Diagnostic, Span
    from archspec.layers.base import Layer

Size = int | None
"""The length of one axis; ``None`` where it is unknown until the model is called."""

Shape = tuple[Size, ...]
"""A shape without the batch axis, channels last."""

BYTES = {
    "bool": 1, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4, "int64": 8, "uint64": 8,
    "float16": 2, "bfloat16": 2, "float32": 4, "float64": 8,
}  # fmt: skip
"""Bytes of one element of each Keras dtype."""


Bindings = tuple[tuple[str, Any], ...]
"""Names and their values, in the order in which they were declared."""


class Tensor(NamedTuple):
    """What an edge carries for one example: a shape without the batch axis, and a Keras dtype."""

    shape: Shape
    dtype: str = "float32"

    @property
    def size(self) -> Size:
        """The number of elements for one example, ``None`` where an axis is unknown."""
        return product(self.shape)

    def __str__(self) -> str:
        return show_shape(self.shape)


class Weight(NamedTuple):
    """One variable of a layer, named as in Keras: ``kernel``, ``moving_mean``. ``trainable`` is
    False for statistics.
    """

    name: str
    shape: tuple[int, ...]
    trainable: bool = True

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self.shape)


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


class Scope(NamedTuple):
    """A piece of the structure that the author wrote, in a tree of which ``parent`` is the edge
    upward.

    ``kind`` is one of ``model``, ``group``, ``block``, ``branches``, ``branch``, ``residual``,
    ``main``, ``shortcut``, ``output``, ``reuse`` and ``repetition``; a repetition is number
    ``index``, from 1, of ``count``, and holds what the item makes. Repetitions of one item are the
    siblings that share its ``span``. ``label`` is the block's name, the branch's, the item's.
    ``path`` is the dotted name; a scope that is no step of a path has its parent's. ``arguments``
    are those of a block's call, evaluated, with the defaults.
    """

    path: str
    kind: str
    label: str
    parent: int | None
    span: Span
    index: int | None = None  # type: ignore[assignment]  # hides a method of tuples that nobody calls
    count: int | None = None  # type: ignore[assignment]  # hides a method of tuples that nobody calls
    arguments: Bindings = ()


@dataclass(frozen=True)
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
        return sum(weight.size for weight in self._weights())

    @cached_property
    def trainable_parameters(self) -> int:
        """The weights that training changes; shared ones count once."""
        return sum(weight.size for weight in self._weights() if weight.trainable)

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

    def _repr_svg_(self) -> str | None:
        """The diagram, as a notebook asks for it."""
        return _notebook().picture(self)  # type: ignore[no-any-return]  # the module is loaded by its name

    def _repr_html_(self) -> str:
        """The diagram and the table of stages, as a notebook asks for them."""
        return _notebook().page(self)  # type: ignore[no-any-return]  # the module is loaded by its name

    def _weights(self) -> list[Weight]:
        return [weight for node in self.nodes if node.weights_of is None for weight in node.weights]


def _notebook() -> Any:
    """What shows graphs, by its name: the data knows of no pictures until somebody looks."""
    return import_module("archspec.notebook")


def total(values: Iterable[int | None]) -> int | None:
    """The sum, or ``None`` if any value is ``None``: what is unknown stays unknown."""
    result = 0
    for value in values:
        if value is None:
            return None
        result += value
    return result


def product(sizes: Iterable[int | None]) -> int | None:
    """The product, or ``None`` if any factor is ``None``."""
    result = 1
    for size in sizes:
        if size is None:
            return None
        result *= size
    return result


def tensor_bytes(tensor: Tensor) -> int | None:
    """Bytes of one example's tensor, ``None`` where an axis is unknown."""
    size = tensor.size
    return None if size is None else size * BYTES.get(tensor.dtype, 4)


def show_shape(shape: Shape) -> str:
    """A shape as people say it: ``56×56×256``; ``?`` for an unknown size, ``scalar`` for no
    axis.
    """
    sizes = ["?" if size is None else str(size) for size in shape]
    return "×".join(sizes if len(sizes) <= 12 else [*sizes[:6], "…", *sizes[-3:]]) or "scalar"
