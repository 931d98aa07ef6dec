"""`Graph` → the same without the masks that Keras hands on by itself, which its files write out: an
LSTM behind an `Embedding` with ``mask_zero`` takes ``not_equal(tokens, 0)`` there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

from archspec.graph import Graph, Node
from archspec.layers.core import Masking
from archspec.layers.mismatch import Mismatch

ROLE = "mask"
"""The role in which a layer with one other input takes that input's mask."""

JOINING = frozenset({"Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"})
"""The kinds that give the masks of all their inputs, joined by `or` (`Merge.compute_mask`)."""


def without_implied_masks(graph: Graph) -> Graph:
    """The graph in which no layer takes the mask that it takes anyway, and without what computes
    such masks and nothing else.
    """
    if not any(node.layer.makes_mask for node in graph.nodes):
        return graph
    masks = _ImpliedMasks(graph)
    unwritten = replace(graph, nodes=tuple([masks.unwritten(node) for node in graph.nodes]))
    return _without_unused(unwritten, masks.found)


class _ImpliedMasks:
    """The masks that come with tensors, as far as layers of the graph compute them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.of: dict[str, str] = {}
        self.found: set[str] = set()
        self.computed: dict[Hashable, str] = {}
        for node in graph.nodes:
            if node.layer.kind().startswith("ops.") and not node.roles:
                key = node.layer.kind(), node.inputs, _key(node.layer.arguments)
                self.computed.setdefault(key, node.name)

    def unwritten(self, node: Node) -> Node:
        """A layer without the mask that comes with its input; its own output's mask is known from
        then on.
        """
        first, *others = node.inputs or (None,)
        written = others[0] if node.roles[1:] == (ROLE,) else None
        if written is not None and written == self.of.get(first or ""):
            self.found.add(written)
            node = node._replace(inputs=node.inputs[:1], roles=())
        mask = self._given_by(node, written)
        if mask is not None:
            self.of[node.name] = mask
        return node

    def _given_by(self, node: Node, written: str | None) -> str | None:
        """The mask of what a layer gives, whose own mask is ``written``."""
        layer = node.layer
        if layer.makes_mask:
            return self._made(node)
        masks = [self.of.get(name) for name in node.inputs]
        if written is not None:
            masks[0] = written
        axes = [None if mask is None else len(self.graph.tensors[mask].shape) for mask in masks]
        taken = [self.graph.tensors[name] for name in node.inputs]
        try:
            if layer.mask_axes(taken, axes) is None:
                return None
        except Mismatch:
            return None
        if layer.family() == "merging":
            return self._joined(masks) if layer.kind() in JOINING else None
        return masks[0]

    def _made(self, node: Node) -> str | None:
        """What computes the mask that an `Embedding` or a `Masking` makes."""
        if node.layer.kind() == "Embedding":
            return self._computed("ops.not_equal", node.inputs, x2=0)
        if isinstance(node.layer, Masking):
            there = self._computed("ops.not_equal", node.inputs, x2=node.layer.mask_value)
            return there and self._computed("ops.any", (there,), axis=-1)
        return None

    def _joined(self, masks: list[str | None]) -> str | None:
        joint, *others = masks
        for mask in others:
            if joint is None or mask is None:
                return None
            joint = self._computed("ops.logical_or", (joint, mask))
        return joint

    def _computed(self, kind: str, inputs: tuple[str, ...], **arguments: Any) -> str | None:
        name = self.computed.get((kind, inputs, _key(arguments)))
        if name is not None:
            self.found.add(name)
        return name


def _key(arguments: Mapping[str, Any]) -> Hashable:
    return frozenset(
        (name, value if isinstance(value, int | float) else repr(value))
        for name, value in arguments.items()
    )


def _without_unused(graph: Graph, computed: set[str]) -> Graph:
    """The graph without those layers of ``computed`` that nothing takes any more."""
    uses = Counter(graph.uses)
    gone: set[str] = set()
    for node in reversed(graph.nodes):
        if node.name in computed and not uses[node.name]:
            gone.add(node.name)
            uses.subtract(node.inputs)
    return replace(graph, nodes=tuple([node for node in graph.nodes if node.name not in gone]))
