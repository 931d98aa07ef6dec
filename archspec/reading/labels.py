"""Branches of the tree → how the spec writes them: as a residual or with labels, which say what is
in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from archspec.graph import Graph, Node
from archspec.reading.calls import own_calls
from archspec.reading.settings import settings
from archspec.reading.stages import called_block
from archspec.reading.tree import (
    Act,
    BranchesItem,
    CallItem,
    LayerItem,
    Seq,
    SharedBlock,
    Tree,
    leaves,
    walk,
)
from archspec.spelling import letters

SHORTCUT = "shortcut"


class ResidualPaths(NamedTuple):
    """Branches as a residual: the numbers of the main path and of the way around."""

    main: int
    around: int


def residual(item: BranchesItem, graph: Graph) -> ResidualPaths | None:
    """Which of two paths that are added is the way around: one that does nothing, that is not
    always there, or the shorter; ``None`` where the branches are no residual.
    """
    nodes = item.merge.nodes.values()
    if len(item.paths) != 2 or any(node.layer.kind() != "Add" for node in nodes):
        return None
    if any(settings(node.layer) for node in nodes) or not _alike(item, graph):
        return None
    lacking = [len(path.acts) < len(item.acts) for path in item.paths]
    if all(lacking) or _goes_on(item, lacking):
        return None
    weights = [(not lack, _length(path)) for lack, path in zip(lacking, item.paths, strict=True)]
    main = 0 if weights[0] >= weights[1] else 1
    return ResidualPaths(main, 1 - main)


def _goes_on(item: BranchesItem, lacking: Sequence[bool]) -> bool:
    """Whether the path that is not always there is the longer, and so no way around: the further
    levels of a block that calls itself.
    """
    lengths = [_length(path) for path in item.paths]
    return any(lacking) and lengths[lacking.index(True)] > lengths[lacking.index(False)]


def _alike(item: BranchesItem, graph: Graph) -> bool:
    """Whether the two tensors that are added are of one shape each time."""
    return all(
        len({graph.tensors[tensor].shape for tensor in node.inputs}) == 1
        for node in item.merge.nodes.values()
    )


def _length(path: Seq) -> int:
    return sum(1 for _ in leaves(path)) + 2 * sum(isinstance(item, CallItem) for item in path.items)


def labels(item: BranchesItem, tree: Tree) -> list[str]:
    """The labels of branches: the inputs of the model that they are about, or the kernels of their
    convolutions (``1x1``, ``3x3x2`` for two of them), also of those in blocks, ``pool``, ``gate``,
    ``same`` for the identity, a block that calls itself; letters tell apart those that are alike.
    """
    taken_from = [_begins_at(path) for path in item.paths]
    inputs = tree.graph.inputs
    if len(set(taken_from)) == len(item.paths) and inputs.keys() >= {*taken_from}:
        return [name.replace(".", "_") for name in taken_from]
    words = [path_word(path, item.merge, tree.blocks) for path in item.paths]
    taken: dict[str, int] = {}
    labels = []
    for word in words:
        taken[word] = taken.get(word, 0) + 1
        if words.count(word) == 1:
            labels.append(word)
        else:
            labels.append(f"{word}_{letters(taken[word])}")
    return labels


def _begins_at(path: Seq) -> str:
    """The tensor that a path begins at, if it is the same in all acts."""
    slots = path.items[0].slots if path.items else ()
    tensors = set((slots[0] if len(slots) == 1 else path.inp).values())
    return tensors.pop() if len(tensors) == 1 else ""


def path_word(path: Seq, merge: LayerItem, blocks: Mapping[str, SharedBlock]) -> str:
    """The word for a path of a branching."""
    if not any(isinstance(item, LayerItem | CallItem) for _, _, item in walk(path)):
        return "same"
    for item in path.items:
        block = called_block(item)
        if block is not None and own_calls(blocks[block].body):
            return block
    nodes = list(_nodes(path, set(path.acts), blocks))
    merged = next(iter(merge.nodes.values()), None)
    if merged is not None and merged.layer.kind() == "Multiply":
        return "gate"
    kernels = list(_kernels(nodes))
    pools = any("Pooling" in node.layer.kind() for node in nodes)
    if not kernels:
        return "pool" if pools else _operation(nodes) or "path"
    if pools and nodes and "Pooling" in nodes[0].layer.kind():
        return "pool"
    largest = max(kernels)
    same = kernels.count(largest)
    text = "x".join(map(str, largest))
    return f"{text}x{same}" if same > 1 and largest[0] > 1 else text


def _operation(nodes: list[Node]) -> str | None:
    """The name of the only layer, if it is an operation: ``sin``."""
    kinds = [node.layer.kind() for node in nodes]
    return kinds[0].removeprefix("ops.") if len(kinds) == 1 and "ops." in kinds[0] else None


def _nodes(seq: Seq, acts: Set[Act], blocks: Mapping[str, SharedBlock]) -> Iterator[Node]:
    """One node of each layer of a list, and of the blocks that it calls, in some acts of it."""
    for inner, _, item in walk(seq):
        here = acts if inner.acts <= seq.acts else inner.acts
        if isinstance(item, LayerItem):
            yield from [node for act, node in item.nodes.items() if act in here][:1]
        elif isinstance(item, CallItem) and blocks[item.block].body is not seq:
            called = {to for act, to in item.to.items() if act in here}
            yield from _nodes(blocks[item.block].body, called, blocks)


def _kernels(nodes: list[Node]) -> Iterator[tuple[int, ...]]:
    for node in nodes:
        kernel = getattr(node.layer, "kernel_size", None)
        if isinstance(kernel, tuple):
            yield kernel
        elif isinstance(kernel, int):
            yield (kernel,)
