"""What a block call has made → the same again at another path, without carrying the block out once
more.

A block sees nothing but its arguments, its inputs and ``vars``: two calls with equal arguments and
inputs of equal shapes make the same layers under other names. The nodes, scopes and names of a
network are kept in lists that only grow, so that what a call made is four stretches of them.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from typing import NamedTuple

from archspec.frontend.elaborate.names import Entry, Names
from archspec.frontend.elaborate.scope import Feed, Site
from archspec.graph import Node, Scope


class Extent(NamedTuple):
    """How far the lists of a network have grown, and what is left of the items of its budget."""

    nodes: int
    scopes: int
    taken: int
    settled: int
    items: int


class CachedCall(NamedTuple):
    """What one call of a block made: between which extents, at which path, from which feeds, giving
    what.
    """

    start: Extent
    end: Extent
    path: str
    feeds: tuple[Feed, ...]
    result: Feed


class BlockCache:
    """The lists of a network as it grows, and the block calls that can be copied, by what equal
    ones have in common.
    """

    def __init__(
        self, nodes: list[Node], scopes: list[Scope], names: Names, needed: set[str]
    ) -> None:
        self.nodes = nodes
        self.needed = needed
        self.scopes = scopes
        self.names = names
        self.calls: dict[object, CachedCall] = {}

    def extent(self, items: int) -> Extent:
        """How far the lists have grown; ``items`` is what is left in the budget."""
        names = self.names
        return Extent(
            len(self.nodes), len(self.scopes), len(names.order), len(names.settled), items
        )

    def keep(self, key: object, start: Extent, items: int, site: Site, result: Feed) -> None:
        """Remember what a call at a site has made since ``start``; ``items`` is what is left in the
        budget now.
        """
        assert site.name is not None
        end = self.extent(items)
        self.calls[key] = CachedCall(start, end, site.name.path, site.feeds, result)

    def copy(self, call: CachedCall, site: Site, within: Scope) -> Feed | None:
        """Make the same at another site: what the block gives. ``None``, and nothing made, where a
        name is taken or too long.

        ``within`` is the scope of the block there.
        """
        assert site.name is not None
        start, end, old, old_feeds, result = call
        path, cut = site.name.path, len(old)
        order = self.names.order[start.taken : end.taken]
        renamed = {name: path + name[cut:] for name, _ in order}
        if not self.names.free(renamed.values()):
            return None
        self.names.take_all([(renamed[name], place) for name, place in order])
        renamed[old] = path
        for before, after in zip(old_feeds, site.feeds, strict=True):
            renamed[before.name] = after.name
        if self.needed:  # of what a mistake in the block would have taken, there is another now
            self.needed.update([new for name, new in renamed.items() if name in self.needed])
        self._copy_scopes(start, end, renamed, within)
        self._copy_nodes(start, end, renamed, len(self.scopes) - end.scopes)
        automatic = site.context.automatic if site.name.written else path
        self._copy_names(call, renamed, path, automatic)
        return Feed(renamed.get(result.name, ""), result.tensor)

    def _copy_scopes(
        self, start: Extent, end: Extent, renamed: dict[str, str], within: Scope
    ) -> None:
        shift = len(self.scopes) - start.scopes
        inner = self.scopes[start.scopes + 1 : end.scopes]
        self.scopes.append(within)
        for path, kind, label, parent, span, index, count, arguments, tensors, spec in inner:
            inputs = tuple([(name, renamed[tensor]) for name, tensor in tensors])
            above, tail = (parent or 0) + shift, (span, index, count, arguments, inputs, spec)
            self.scopes.append(Scope(renamed[path], kind, label, above, *tail))

    def _copy_nodes(self, start: Extent, end: Extent, renamed: dict[str, str], shift: int) -> None:
        """``shift`` is how much further on the scopes stand."""
        for node in self.nodes[start.nodes : end.nodes]:
            inputs = tuple([renamed[name] for name in node.inputs])
            name, layer, _, output, weights, weights_of, macs, inside, span, roles, outputs = node
            given = output, weights, weights_of, macs
            rest = inside + shift, span, roles, outputs
            self.nodes.append(Node(renamed[name], layer, inputs, *given, *rest))

    def _copy_names(
        self, call: CachedCall, renamed: dict[str, str], path: str, automatic: str
    ) -> None:
        """``automatic`` is the part of the path up to its last automatic step."""
        start, end, old, *_ = call
        settled: list[tuple[str, Feed, Entry | None]] = []
        for name, feed, entry in self.names.settled[start.settled : end.settled]:
            copy, again = Feed(renamed.get(feed.name, ""), feed.tensor), None
            if entry is not None:
                inner = entry.automatic.startswith(old)
                own = path + entry.automatic[len(old) :] if inner else automatic
                again = Entry(copy, own, *entry[2:])
            settled.append((renamed[name], copy, again))
        self.names.settle_all(settled)
