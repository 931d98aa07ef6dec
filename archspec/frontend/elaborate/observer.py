"""What wants to know more of an elaboration than its graph: an `Observer` is called as items are
carried out.
"""

from __future__ import annotations

from collections.abc import Sequence

from archspec.frontend.elaborate.scope import Environment, Feed, Named, Site, Turn
from archspec.frontend.program.program import (
    Arguments,
    BlockCall,
    Branch,
    Item,
    Items,
    LayerCall,
    Operation,
    Program,
)
from archspec.graph import Node


class Observer:
    """Called at each event of an elaboration; this one does nothing.

    The calls nest as the text does: between ``list_entered`` and ``list_left`` lie the items of the
    list, between ``item_begun`` and ``item_ended`` all that an item does, lists within it included.
    After a mistake the calls may stop anywhere.
    """

    every_call = True
    """Whether every block call must be carried out, so that what is in it is seen each time; else
    a call that equals an earlier one is copied from it.
    """

    def program_begun(self, program: Program, variables: Environment) -> None:
        """The variables of a program have their values, and its items will be carried out."""

    def list_entered(self, items: Items, site: Site) -> None:
        """A list of items will be carried out, with ``site.feed`` as the first one's input."""

    def list_left(self, result: Feed) -> None:
        """The list is done, and gives on ``result``."""

    def branch_begun(self, path: Branch) -> None:
        """The list that will be entered next is that of a branch or shortcut of the item."""

    def repeat_begun(self, item: Item, site: Site) -> None:
        """The ``repeat`` of an item will be evaluated, and the item carried out as often."""

    def item_begun(self, item: Item, site: Site, turn: Turn | None) -> None:
        """An item, or one repetition of it, will be carried out."""

    def item_ended(self, result: Feed) -> None:
        """The item is done, and gives on ``result``."""

    def left_out(self) -> None:
        """The item is left out, by its ``when``."""

    def names_taken(self, counts: Sequence[int]) -> None:
        """All names of the item's ``from`` have been taken, each for so many tensors."""

    def input_taken(self, name: str, path: str | None, site: Site) -> None:
        """A name of the item's ``from`` stands for the item at a path, or, where that is ``None``,
        for an input or ``prev``.
        """

    def path_given(self, named: Named) -> None:
        """The item has a path."""

    def path_settled(self, named: Named, operation: Operation) -> None:
        """A written path, of the item or of a branch of it, stands for what its operation gives."""

    def output_settled(self, named: Named, output: str) -> None:
        """A written path stands for an output of the item's layer, which Keras calls ``output``."""

    def reused(self, path: str, site: Site) -> None:
        """The item is a ``reuse`` of the one at a path, which will be carried out in its place."""

    def layer_called(self, call: LayerCall) -> None:
        """The item's operation is a call of a layer kind, or names it to merge its branches."""

    def block_called(
        self, block: str, arguments: Arguments, site: Site, values: Environment
    ) -> None:
        """The item's operation is a call of a block, whose items will see ``values``."""

    def part_begun(self, call: BlockCall, site: Site) -> None:
        """The item's operation is a call of a block that is another spec, of whose items nothing
        will be seen.
        """

    def part_ended(self, nodes: Sequence[Node]) -> None:
        """The call is done, and has added some layers to the graph."""

    def node_added(self, node: Node, site: Site) -> None:
        """The item's operation has added a layer to the graph, its own or that of a merge."""


class Unobserved(Observer):
    """Looks at nothing, so that equal block calls can be copied."""

    every_call = False
