"""A tree of which nothing is folded → the same tree in which what is summed up at the end stands
where it is made: the skips of a WaveNet, the predictions from each level of a pyramid.

Where the paths of a branching start from different tensors, an author rather writes them where
those are made, each with a name, and merges them by their names. Then what is made together is
repeated together.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from archspec.reading.edits import Edit, edited
from archspec.reading.pieces import ListPiece
from archspec.reading.places import Places, Standing
from archspec.reading.tree import (
    BranchesItem,
    GroupItem,
    Item,
    Seq,
    Tree,
    leaves,
    walk,
)

FEWEST = 5
"""Paths of a branching that is written so."""

LONGER = 1.5
"""How many times as many layers as each other path the rest of a network has."""

MOST = 64
"""Branchings that are written so in one network: each takes a walk through all of it."""


def with_taps(tree: Tree) -> Tree:
    """The tree with all such branchings as merges of named tensors; the tree itself where there is
    none, or are too many.
    """
    changed = tree
    for _ in range(MOST):
        edits = next(_rewritten(changed), None)
        if edits is None:
            return changed
        changed = edited(changed, edits, {})
    return tree


def _rewritten(tree: Tree) -> Iterator[list[Edit]]:
    """What changes for each branching that can be written so, those around others first."""
    wide = [
        Standing(seq, n, act)
        for seq, n, item in walk(tree.main)
        if isinstance(item, BranchesItem) and len(item.paths) >= FEWEST
        for act in item.acts
    ]
    if not wide:
        return
    places = Places(tree)
    for standing in wide:
        edits = _edits(tree, places, standing)
        if edits is not None:
            yield edits


class _Insertion(NamedTuple):
    """Where items are to stand: before item ``at`` of a list. ``end`` is where rounds end that are
    alike, if they stand behind such.
    """

    seq: Seq
    at: int
    end: int | None = None


def _edits(tree: Tree, places: Places, standing: Standing) -> list[Edit] | None:
    """The paths of a branching behind what they are made of; ``None`` where that is one place, or
    no two of those are as far from each other, as in rounds. What
    goes on to the end of the network, as one path may, comes before all that in a step of its own.
    """
    branching = standing.item
    assert isinstance(branching, BranchesItem)
    insertions = []
    for path in branching.paths:
        insertion = _behind(tree, places, standing, path)
        if insertion is None:
            return None
        insertions.append((insertion, _without_passing(path)))
    rest = _rest(branching)
    ats = [insertion.at for insertion, _ in insertions[: -1 if rest is None else -2]]
    steps = {after - before for before, after in pairwise(ats)}
    if len(steps) != 1 or steps == {0}:
        return None
    own = ListPiece(standing.seq, standing.index, standing.index + 1)
    if rest is not None:
        passing = Seq((GroupItem(Seq((), rest.out)),), rest.inp)
        paths = (*branching.paths[:-1], passing)
        return [Edit(own, (*rest.items, BranchesItem(paths, branching.merge)))]
    edits = [_inserted(insertion, items) for insertion, items in insertions if items]
    return [*edits, Edit(own, (branching.merge,))]


def _rest(branching: BranchesItem) -> Seq | None:
    """The last path, if it is far longer than all others."""
    *others, last = (sum(1 for _ in leaves(path)) for path in branching.paths)
    return branching.paths[-1] if last > LONGER * max(others) else None


def _inserted(insertion: _Insertion, items: tuple[Item, ...]) -> Edit:
    """Items between others; what took what stood before them still does, by name."""
    seq, at, end = insertion
    before = seq.before[at]
    chained = at < len(seq.items) and seq.items[at].slots and seq.is_prev(at)
    passing = (GroupItem(Seq((), before)),) if chained and at == end else ()
    return Edit(ListPiece(seq, at, at), (*items, *passing))


def _without_passing(path: Seq) -> tuple[Item, ...]:
    """The items of a path that are more than a name."""
    return tuple(
        item for item in path.items if not (isinstance(item, GroupItem) and not item.body.items)
    )


def _behind(tree: Tree, places: Places, standing: Standing, path: Seq) -> _Insertion | None:
    """Behind which item of a list around a branching all is there that a path takes."""
    act = standing.act
    nodes = [leaf.nodes[act] for leaf in leaves(path)]
    inside = {node.name for node in nodes}
    taken = {path.out[act], *(tensor for node in nodes for tensor in node.inputs)}
    givers = {tree.graph.giver(tensor) for tensor in taken} - inside
    if not givers or not givers.isdisjoint(tree.graph.inputs):
        return None
    for outer in places.around(standing, calls=False):
        spots = [_index_in(places, outer.seq, giver) for giver in givers]
        known = [spot for spot in spots if spot is not None and spot < outer.index]
        if len(known) == len(givers):
            end = _end_of_rounds(outer.seq, sorted(known), outer.index)
            return _Insertion(outer.seq, end or max(known) + 1, end)
    return None


def _end_of_rounds(seq: Seq, makers: list[int], most: int) -> int | None:
    """Where rounds end of which each has one of some items, if they are alike."""
    steps = {after - before for before, after in pairwise(makers)}
    if len(makers) < FEWEST - 1 or len(steps) > 1:
        return None
    (length,) = steps
    start = makers[0]
    while (
        start and start - 1 + length < len(seq.items) and _alike(seq, start - 1, start - 1 + length)
    ):
        start -= 1
    begin = makers[0] - (makers[0] - start) % length
    return min(begin + len(makers) * length, most)


def _alike(seq: Seq, one: int, other: int) -> bool:
    """Whether two items of a list, of which nothing is folded, are of the same kinds."""
    first, second = (
        [leaf.nodes[act].layer.kind() for leaf in leaves(seq.window(n, n + 1)) for act in seq.acts]
        for n in (one, other)
    )
    return first == second


def _index_in(places: Places, seq: Seq, giver: str) -> int | None:
    """Which item of a list holds a layer."""
    inward = places.around(places.giver(giver), calls=False)
    return next((one.index for one in inward if one.seq is seq), None)
