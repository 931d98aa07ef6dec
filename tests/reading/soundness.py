"""A `Tree` → what is wrong with it: the laws that every stage of reading must leave true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from archspec.reading.tree import (
    Act,
    BranchesItem,
    CallItem,
    GroupItem,
    Item,
    LayerItem,
    OutputItem,
    RepeatItem,
    Seq,
    Tree,
    leaves,
    walk,
)


def unsound(tree: Tree) -> list[str]:
    """What does not hold of a tree, in words; nothing for a sound one."""
    lists = [("layers", tree.main), *((name, block.body) for name, block in tree.blocks.items())]
    faults = [f"{name}: {fault}" for name, seq in lists for fault in _in_list(tree, seq)]
    return faults + list(_nodes(tree)) + list(_calls(tree))


def _in_list(tree: Tree, seq: Seq) -> Iterator[str]:
    for around, index, item in walk(seq):
        if not item.acts:
            yield f"item {index} is there in no act"
        if not item.acts <= around.acts:
            yield f"item {index} has acts that its list has not"
            continue
        yield from _item(item)


def _item(item: Item) -> Iterator[str]:
    match item:
        case LayerItem():
            if len({(len(node.inputs), node.roles) for node in item.nodes.values()}) > 1:
                yield "a layer takes differently many tensors"
            if len({node.weights_of is None for node in item.nodes.values()}) > 1:
                yield "a layer is shared in some acts only"
        case BranchesItem():
            yield from _branches(item)
        case RepeatItem():
            yield from _rounds(item)
        case CallItem():
            if any(slot.keys() != item.to.keys() for slot in (*item.slots, item.out)):
                yield "a call lacks tensors in some acts"
        case GroupItem() | OutputItem():
            pass


def _branches(item: BranchesItem) -> Iterator[str]:
    for act in item.acts:
        given = {path.inp[act] for path in item.paths if act in path.acts}
        if len(given) > 1:
            yield f"paths are given different tensors: {given}"
        outs = tuple(path.out[act] for path in item.paths if act in path.acts)
        node = item.merge.nodes.get(act)
        if node is None and len(outs) != 1:
            yield f"nothing merges {outs}"
        if node is not None and node.inputs != outs:
            yield f"{node.name} merges {node.inputs}, and its paths give {outs}"


def _rounds(item: RepeatItem) -> Iterator[str]:
    rounds = [act for row in item.rounds.values() for act in row]
    if len(set(rounds)) < len(rounds) or set(rounds) != set(item.body.acts):
        yield "the rounds are not the acts of the body"
        return
    out = item.body.out
    for row in item.rounds.values():
        for before, after in pairwise(row):
            if item.body.inp[after] != out[before]:
                yield f"a round is given {item.body.inp[after]}, and before it is {out[before]}"


def _nodes(tree: Tree) -> Iterator[str]:
    seqs = [tree.main, *(block.body for block in tree.blocks.values())]
    counts = Counter(
        node.name for seq in seqs for item in leaves(seq) for node in item.nodes.values()
    )
    for node in tree.graph.nodes:
        if counts.pop(node.name, 0) != 1:
            yield f"{node.name} does not stand in one place"
    yield from (f"{name} is no node" for name in counts)


def _calls(tree: Tree) -> Iterator[str]:
    """Whether each act of a block is that of one call, which takes and gives what it does."""
    seqs = [tree.main, *(block.body for block in tree.blocks.values())]
    called: dict[str, list[Act]] = {name: [] for name in tree.blocks}
    for seq in seqs:
        for _, _, item in walk(seq):
            if not isinstance(item, CallItem):
                continue
            block = tree.blocks[item.block]
            called[item.block] += item.to.values()
            inner = (block.body.inp, *block.inputs)
            for act, to in item.to.items():
                if tuple(slot[act] for slot in item.slots) != tuple(one.get(to) for one in inner):
                    yield f"a call of {item.block} takes other tensors than the block"
                if item.out[act] != block.body.out.get(to):
                    yield f"a call of {item.block} gives another tensor than the block"
    for name, acts in called.items():
        if len(set(acts)) < len(acts) or set(acts) != set(tree.blocks[name].body.acts):
            yield f"the calls of {name} are not its acts"
