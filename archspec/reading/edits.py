"""A tree with some pieces of its lists replaced: everything that is not within a change stays the
same object, so that what is known of it stays known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from archspec.reading.pieces import ListPiece
from archspec.reading.tree import Item, Seq, SharedBlock, Tree, walk, with_lists


class Edit(NamedTuple):
    """Items that are to stand where a piece stands."""

    piece: ListPiece
    items: tuple[Item, ...]


def edited(tree: Tree, edits: Sequence[Edit], blocks: Mapping[str, SharedBlock]) -> Tree:
    """The tree after edits that do not overlap, with more blocks."""
    by_list: dict[Seq, list[Edit]] = {}
    for edit in edits:
        by_list.setdefault(edit.piece.seq, []).append(edit)
    main = _list(tree.main, by_list)
    kept = {name: _block(block, by_list) for name, block in tree.blocks.items()}
    added = {name: _block(block, by_list) for name, block in blocks.items()}
    return Tree(tree.graph, main, {**kept, **added})


def _block(block: SharedBlock, by_list: Mapping[Seq, list[Edit]]) -> SharedBlock:
    body = _list(block.body, by_list)
    return block if body is block.body else SharedBlock(body, block.inputs)


def _list(seq: Seq, by_list: Mapping[Seq, list[Edit]]) -> Seq:
    edits = sorted(by_list.get(seq, ()), key=lambda edit: edit.piece.start)
    items: list[Item] = []
    at = 0
    for edit in edits:
        items += [_item(item, by_list) for item in seq.items[at : edit.piece.start]]
        items += edit.items
        at = edit.piece.stop
    items += [_item(item, by_list) for item in seq.items[at:]]
    same = len(items) == len(seq.items) and all(
        a is b for a, b in zip(items, seq.items, strict=True)
    )
    return seq if same else Seq(tuple(items), seq.inp)


def _item(item: Item, by_list: Mapping[Seq, list[Edit]]) -> Item:
    return with_lists(item, lambda inner: _list(inner, by_list))


def lists(tree: Tree) -> Iterator[Seq]:
    """Every list of a tree, those within before those around."""
    for seq in (*(block.body for block in tree.blocks.values()), tree.main):
        found = dict.fromkeys([seq, *(inner for inner, _, _ in walk(seq))])
        yield from reversed(found)
