"""Which blocks a tree calls, and where."""

from __future__ import annotations

from collections.abc import Iterator

from archspec.reading.tree import CallItem, Seq, Tree, walk


def calls_by_block(tree: Tree) -> dict[str, list[CallItem]]:
    """The calls of each block."""
    calls: dict[str, list[CallItem]] = {name: [] for name in tree.blocks}
    for seq in (tree.main, *(block.body for block in tree.blocks.values())):
        for _, _, item in walk(seq):
            if isinstance(item, CallItem):
                calls.setdefault(item.block, []).append(item)
    return calls


def callees_first(tree: Tree) -> list[str]:
    """The names of the blocks, each after the others that it calls."""
    order: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in order:
            for called in called_in(tree.blocks[name].body):
                if called != name:
                    visit(called)
            order[name] = None

    for name in tree.blocks:
        visit(name)
    return list(order)


def called_in(seq: Seq) -> Iterator[str]:
    """The blocks that a list calls."""
    return (item.block for _, _, item in walk(seq) if isinstance(item, CallItem))


def own_calls(body: Seq) -> list[CallItem]:
    """The calls of a block in its own body."""
    return [
        item
        for _, _, item in walk(body)
        if isinstance(item, CallItem) and not body.acts.isdisjoint(item.to.values())
    ]
