"""A network → complaints about what Keras hands on beside the values of tensors, and no spec names:
masks, and the dtypes that it states before a model runs.

A mask says which positions of a tensor count. Keras hands it on from the layer that makes it,
`Embedding` or `Masking`, from tensor to tensor. And of several layers Keras states that they give
floating numbers, though they hand on integers as they are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from archspec.diagnostics import Diagnostic, Span
from archspec.graph import Graph, Node
from archspec.layers import Mismatch
from archspec.layers.base import FLOATS

ROLE = "mask"
"""The role of a mask that is taken by name, in the place of that which comes with the input."""


def failing(graph: Graph) -> list[Diagnostic]:
    """An error for each line of the text whose layer fails on the mask of its input when the model
    runs, or gives another dtype then.
    """
    problems: dict[Span, Diagnostic] = {}
    if any(node.layer.makes_mask for node in graph.nodes):
        masks = _Masks(graph, problems)
        for node in graph.nodes:
            masks.pass_on(node)
    if any(node.layer.takes_stated_dtype for node in graph.nodes):
        _complain_of_dtypes(graph, problems)
    return list(problems.values())


def _complain_of_dtypes(graph: Graph, problems: dict[Span, Diagnostic]) -> None:
    """Complain of layers that would make floating numbers of integers, as Keras states them."""
    misstated: dict[str, Node] = {}
    for node in graph.nodes:
        if node.output.dtype in FLOATS:
            continue
        source = next((misstated[name] for name in node.inputs if name in misstated), None)
        if source is not None and node.layer.takes_stated_dtype:
            problems.setdefault(node.span, _misstated(node, source))
        elif node.layer.states_floats or (source and _gives_floats(node, graph, misstated)):
            misstated[node.name] = source or node


def _gives_floats(node: Node, graph: Graph, misstated: Collection[str]) -> bool:
    """Whether a layer gives floating numbers if some of its inputs are such, as Keras has it: a
    comparison, an index and a cast do not.
    """
    tensors = graph.tensors
    stated = [
        tensors[name]._replace(dtype="float32") if name in misstated else tensors[name]
        for name in node.inputs
    ]
    try:
        return node.layer.infer(*stated, roles=node.roles).output.dtype in FLOATS
    except Mismatch:  # of a declared kind it is not known
        return True


def _misstated(node: Node, source: Node) -> Diagnostic:
    kind, dtype = node.layer.kind(), node.output.dtype
    message = f"`{kind}` would make floating numbers of the {dtype} numbers that it takes"
    note = f"Keras states floating numbers of what `{source.name}` gives"
    help = f"put `ops.cast: {{dtype: {dtype}}}` before it"
    return Diagnostic("shape-mismatch", message, node.span, notes=(note,), help=help)


@dataclass(eq=False, repr=False)
class _Masks:
    """The masks that come with the tensors: their axes, and the layer that makes them."""

    graph: Graph
    problems: dict[Span, Diagnostic]
    of: dict[str, tuple[int, Node]] = field(default_factory=dict)

    def pass_on(self, node: Node) -> None:
        """The mask of what a layer gives."""
        masks = [self.of.get(name) for name in node.inputs]
        if ROLE in node.roles:
            masks = [None] * len(masks)
        maker = next((mask[1] for mask in masks if mask), node)
        tensors = [self.graph.tensors[name] for name in node.inputs]
        try:
            axes = node.layer.mask_axes(tensors, [mask and mask[0] for mask in masks])
        except Mismatch as mismatch:
            mismatch.layer = f"`{node.layer.kind()}`"
            self.problems.setdefault(node.span, _failing(node, maker, mismatch))
            return
        if axes is not None:
            self.of[node.name] = axes, node if node.layer.makes_mask else maker


def _failing(node: Node, maker: Node, mismatch: Mismatch) -> Diagnostic:
    setting = ", with `mask_zero: true`" if getattr(maker.layer, "mask_zero", False) else ""
    note = f"the mask is that of `{maker.name}`{setting}"
    message = mismatch.message
    return Diagnostic("shape-mismatch", message, node.span, notes=(note,), help=mismatch.help)
