"""What a block call made → the same again at another path, without carrying the block out once more.

A block sees nothing but its arguments, its inputs and ``vars``: two calls with equal arguments and inputs of equal shapes make the same
layers under other names. Whoever carries out a network keeps its nodes, scopes and names in lists that only grow, so that what a call made is
four stretches of them.
"""

from __future__ import annotations

from typing import NamedTuple

from archspec import limits
from archspec.frontend.environment import Feed
from archspec.frontend.naming import Entry, Names
from archspec.graph import Node, Scope


class Marks(NamedTuple):
    """How far the lists of a network have grown."""

    nodes: int
    scopes: int
    taken: int
    settled: int
    items: int


class Stamp(NamedTuple):
    """What one call of a block made: between which marks, at which path, from which feeds, giving what."""

    start: Marks
    end: Marks
    path: str
    feeds: tuple[Feed, ...]
    result: Feed


class Press:
    """The lists of a network as it grows, and the stamps of the block calls that can be pressed again."""

    def __init__(self, nodes: list[Node], scopes: list[Scope], names: Names) -> None:
        self.nodes = nodes
        self.scopes = scopes
        self.names = names
        self.stamps: dict[object, Stamp] = {}

    def marks(self, items: int) -> Marks:
        """How far the lists have grown; ``items`` is what the purse still holds."""
        return Marks(len(self.nodes), len(self.scopes), len(self.names.order), len(self.names.settled), items)

    def keep(self, key: object, start: Marks, path: str, feeds: tuple[Feed, ...], result: Feed, items: int) -> None:
        """Remember what a call has made since ``start``."""
        self.stamps[key] = Stamp(start, self.marks(items), path, feeds, result)

    def press(self, stamp: Stamp, path: str, feeds: tuple[Feed, ...], scope: int, automatic: str) -> Feed | None:
        """Make the same at another path, below ``scope``: what the block gives. ``None``, and nothing made, where a name is taken or too long."""
        start, end, old, old_feeds, result = stamp
        cut = len(old)
        moved = [(path + name[cut:], place) for name, place in self.names.order[start.taken : end.taken]]
        if any(name in self.names.taken or len(name) > limits.NAME_LENGTH for name, _ in moved):
            return None
        for name, place in moved:
            self.names.take(name, place)
        renamed = {before.name: after.name for before, after in zip(old_feeds, feeds, strict=True)}
        self._scopes(start, end, path, cut, scope)
        shift = len(self.scopes) - end.scopes
        for node in self.nodes[start.nodes : end.nodes]:
            inputs = tuple([renamed[name] if name in renamed else path + name[cut:] for name in node.inputs])
            name, layer, _, output, weights, weights_of, macs, inside, span = node
            self.nodes.append(Node(path + name[cut:], layer, inputs, output, weights, weights_of, macs, inside + shift, span))
        for name, feed, entry in self.names.settled[start.settled : end.settled]:
            given = _moved(feed, renamed, path, cut)
            if entry is not None:
                within = path + entry.automatic[cut:] if entry.automatic.startswith(old) and len(entry.automatic) >= cut else automatic
                entry = Entry(given, within, entry.operation, entry.context, entry.environment)
            self.names.settle(path + name[cut:], given, entry)
        return _moved(result, renamed, path, cut)

    def _scopes(self, start: Marks, end: Marks, path: str, cut: int, parent: int) -> None:
        shift = len(self.scopes) - start.scopes
        for position, scope in enumerate(self.scopes[start.scopes : end.scopes]):
            above = parent if position == 0 else (scope.parent or 0) + shift
            self.scopes.append(Scope(path + scope.path[cut:], scope.kind, scope.label, above, scope.span, scope.index, scope.count))


def _moved(feed: Feed, renamed: dict[str, str], path: str, cut: int) -> Feed:
    name = feed.name
    return Feed(renamed[name] if name in renamed else path + name[cut:], feed.tensor)
