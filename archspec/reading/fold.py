"""A tree of which nothing is folded → the tree of which the text is short: repetitions and blocks
are found, always the one that saves most words next, until none saves any.
"""

from __future__ import annotations

from collections.abc import Callable

from archspec.reading import prices
from archspec.reading.align import Aligner
from archspec.reading.edits import edited
from archspec.reading.growth import Grower
from archspec.reading.hints import NameHints
from archspec.reading.layer_columns import LayerColumns
from archspec.reading.moves import FoldSearch
from archspec.reading.naming import with_names
from archspec.reading.pricing import Pricing
from archspec.reading.skeletons import Skeletons
from archspec.reading.tree import Tree

BARRED = 50
"""How many moves may be refused before folding ends."""


def folded(
    tree: Tree, *, blocks: bool = True, accepts: Callable[[Tree], bool] | None = None
) -> Tree:
    """The tree with its repetitions and, if wanted, blocks; ``accepts`` says of the tree after a
    move whether it can be written.
    """
    columns = LayerColumns(tree.graph)
    skeletons, pricing = Skeletons(columns), Pricing(columns)
    grower = Grower(Aligner(skeletons, pricing, columns), pricing, skeletons, NameHints())
    folder = FoldSearch(skeletons, pricing, grower, with_blocks=blocks)
    for number in range(prices.ROUNDS):
        first = folder.gates(tree) if blocks and number == 0 else None
        move = first or folder.equal_rows(tree) or folder.best(tree)
        if move is None and blocks:
            move = folder.body_block(tree)
        if move is None and not folder.within_paths:
            folder.within_paths = True
            folder.gains.clear()
            continue
        if move is None or len(folder.barred) > BARRED:
            break
        if accepts is not None and not accepts(edited(tree, move.edits, move.blocks)):
            folder.bar(move)
            continue
        if move.blocks.keys() & tree.blocks.keys():
            folder.forget()
        pricing.arguments.update(move.arguments)
        tree = edited(tree, move.edits, move.blocks)
    return with_names(tree)
