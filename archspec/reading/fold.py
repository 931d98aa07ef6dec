"""A tree of which nothing is folded → the tree of which the text is short: repetitions and blocks
are found, always the one that saves most words next, until none saves any.
"""

from __future__ import annotations

from collections.abc import Callable

from archspec.reading import prices
from archspec.reading.align import Aligner
from archspec.reading.edits import lists
from archspec.reading.growth import Grower
from archspec.reading.hints import NameHints
from archspec.reading.layer_columns import LayerColumns
from archspec.reading.moves import FoldSearch, is_circular
from archspec.reading.naming import with_names
from archspec.reading.pricing import Pricing
from archspec.reading.prospects import Prospects
from archspec.reading.recursion import recursions
from archspec.reading.skeletons import Skeletons
from archspec.reading.tree import Tree


def folded(
    tree: Tree,
    *,
    blocks: bool = True,
    by_names: bool = True,
    recursion: bool = False,
    accepts: Callable[[Tree], bool] | None = None,
) -> Tree:
    """The tree with its repetitions and, if wanted, blocks; ``by_names``: the names of layers are
    evidence of where pieces begin and end; ``recursion``: blocks may call themselves. ``accepts``
    says of the tree after a move whether it can be written.
    """
    columns = LayerColumns(tree.graph)
    skeletons, pricing = Skeletons(columns), Pricing(columns)
    hints = NameHints(trusted=by_names)
    grower = Grower(Aligner(skeletons, pricing, columns), pricing, skeletons, hints)
    prospects = Prospects(skeletons, pricing, hints)
    folder = FoldSearch(skeletons, pricing, grower, prospects, with_blocks=blocks)
    if blocks and (gates := folder.gates(tree)):
        folder.made(gates, tree)
        tree = gates.after(tree)
    for move in recursions(tree, skeletons, pricing) if blocks and recursion else ():
        after = move.after(tree)
        if accepts is None or accepts(after):
            folder.made(move, tree)
            tree = after
            break
    work = 0
    for _ in range(prices.ROUNDS):
        work += sum(len(seq.items) for seq in lists(tree))
        if work > prices.WORK:
            break
        for move in folder.moves(tree):
            after = move.after(tree)
            if not is_circular(after) and (accepts is None or accepts(after)):
                folder.made(move, tree)
                tree = after
                break
            folder.bar(move)
            if len(folder.barred) > prices.BARRED:
                return with_names(tree)
        else:
            if folder.within_paths:
                break
            folder.finish()
    return with_names(tree)
