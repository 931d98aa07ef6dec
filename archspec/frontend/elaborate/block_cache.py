"""What a block call made → the same again at another path, without carrying the block out once
more.

A block sees nothing but its arguments, its inputs and ``vars``: two calls with equal arguments and
inputs of equal shapes make the same layers under other names. Whoever carries out a network keeps
its nodes, scopes and names in lists that only grow, so that what a call made is four stretches of
them.
"""

from __future__ import annotations

from typing import NamedTuple

from archspec import limits
from archspec.frontend.elaborate.environment import Feed
from archspec.frontend.elaborate.names import Entry, Names
from archspec.graph import Node, Scope


class Marks(NamedTuple):
    """How far the lists of a network have grown."""

    nodes: int
    scopes: int
    taken: int
    settled: int
    items: int


class Stamp(NamedTuple):
    """What one call of a block made: between which marks, at which path, from which feeds,
    giving what.
    """

    start: Marks
    end: Marks
    path: str
    feeds: tuple[Feed, ...]
    result: Feed


class Press:
    """The lists of a network as it grows, and the stamps of the block calls that can be pressed
    again.
    """

    def __init__(
        self, nodes: list[Node], scopes: list[Scope], names: Names, needed: set[str]
    ) -> None:
        self.nodes = nodes
        self.needed = needed
        self.scopes = scopes
        self.names = names
        self.stamps: dict[object, Stamp] = {}

    def marks(self, items: int) -> Marks:
        """How far the lists have grown; ``items`` is what the purse still holds."""
        return Marks(
            len(self.nodes), len(self.scopes), len(self.names.order), len(self.names.settled), items
        )

    def keep(
        self,
        key: object,
        start: Marks,
        path: str,
        feeds: tuple[Feed, ...],
        result: Feed,
        items: int,
    ) -> None:
        """Remember what a call has made since ``start``."""
        self.stamps[key] = Stamp(start, self.marks(items), path, feeds, result)

    def press(
        self, stamp: Stamp, path: str, feeds: tuple[Feed, ...], within: Scope, automatic: str
    ) -> Feed | None:
        """Make the same at another path: what the block gives. ``None``, and nothing made, where a
        name is taken or too long.

        ``within`` is the scope of the block at that path, ``automatic`` the part of the path up to
        its last automatic step.
        """
        start, end, old, old_feeds, result = stamp
        cut = len(old)
        order = self.names.order[start.taken : end.taken]
        renamed = {name: path + name[cut:] for name, _ in order}
        if any(
            name in self.names.taken or len(name) > limits.NAME_LENGTH for name in renamed.values()
        ):
            return None
        for name, place in order:
            self.names.take(renamed[name], place)
        renamed |= {
            old: path,
            **{before.name: after.name for before, after in zip(old_feeds, feeds, strict=True)},
        }
        if self.needed:  # of what a mistake in the block would have taken, there is another now
            self.needed.update(
                [after for before, after in renamed.items() if before in self.needed]
            )
        self._scopes(start, end, renamed, within)
        shift = len(self.scopes) - end.scopes
        for node in self.nodes[start.nodes : end.nodes]:
            inputs = tuple([renamed[name] for name in node.inputs])
            name, layer, _, output, weights, weights_of, macs, inside, span = node
            self.nodes.append(
                Node(
                    renamed[name],
                    layer,
                    inputs,
                    output,
                    weights,
                    weights_of,
                    macs,
                    inside + shift,
                    span,
                )
            )
        for name, feed, entry in self.names.settled[start.settled : end.settled]:
            given = Feed(renamed.get(feed.name, ""), feed.tensor)
            unsaid = automatic
            if entry is not None and entry.automatic.startswith(old):
                unsaid = path + entry.automatic[cut:]
            again = entry and Entry(
                given, unsaid, entry.operation, entry.context, entry.environment
            )
            self.names.settle(renamed[name], given, again)
        return Feed(renamed.get(result.name, ""), result.tensor)

    def _scopes(self, start: Marks, end: Marks, renamed: dict[str, str], within: Scope) -> None:
        shift = len(self.scopes) - start.scopes
        inner = self.scopes[start.scopes + 1 : end.scopes]
        self.scopes.append(within)
        for path, kind, label, parent, span, index, count, arguments in inner:
            self.scopes.append(
                Scope(
                    renamed[path], kind, label, (parent or 0) + shift, span, index, count, arguments
                )
            )
