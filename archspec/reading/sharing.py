"""A list in which layers are used again one by one → the same list with what is used again
together as groups: ``reuse`` of a tower, of a head, of an encoder's layer.

A run of items is a group once more where each of its layers uses the layer that stands in its place
in a run further up, takes what corresponds, and nothing outside takes what is within.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from archspec.graph import Graph, Node
from archspec.layers.operations.base import Operation
from archspec.reading.tree import (
    Act,
    BranchesItem,
    Column,
    GroupItem,
    Item,
    LayerItem,
    ReuseItem,
    Seq,
    leaves,
    lists_in,
    with_lists,
)


class _Run(NamedTuple):
    """Items in a row of a list."""

    seq: Seq
    start: int
    stop: int

    @property
    def inp(self) -> Column[str]:
        return _taken(self.seq, self.start)

    @property
    def items(self) -> tuple[Item, ...]:
        return self.seq.items[self.start : self.stop]

    def nodes(self, act: Act) -> list[Node]:
        """The nodes of all layers in it, the merges too."""
        return [leaf.nodes[act] for leaf in leaves(self.seq.window(self.start, self.stop))]


def with_shared_groups(main: Seq, graph: Graph, *, names: bool = False) -> Seq:
    """The list, and all lists within it, with groups that are used again. All have one act. With
    ``names`` a group has only layers that the graph shares: others have names of their own.
    """
    pairs = list(_Finder(main, graph, names).pairs())
    return _grouped(main, pairs) if pairs else main


class _Finder:
    """Finds pairs of runs: one, and the later one that is it once more."""

    def __init__(self, main: Seq, graph: Graph, names: bool) -> None:
        self.act = next(iter(main.acts))
        self.graph = graph
        self.names = names
        self.owners = {node.name: node.weights_of or node.name for node in graph.nodes}
        self.lists = list(_lists(main))
        self.places: dict[tuple[str, type[Item]], tuple[Seq, int]] = {}
        for seq in self.lists:
            for index, item in enumerate(seq.items):
                first = next(_first_layers(item), None)
                if first is not None:
                    self.places[first.nodes[self.act].name, type(item)] = seq, index
        self.users: dict[str, list[str]] = {}
        for node in graph.nodes:
            for tensor in node.inputs:
                self.users.setdefault(graph.giver(tensor), []).append(node.name)
        self.outputs = {graph.giver(tensor) for tensor in graph.outputs.values()}

    def pairs(self) -> Iterator[tuple[_Run, _Run]]:
        """The pairs, cut so that no two first runs overlap, in the order of the text."""
        found = [pair for seq in self.lists for pair in self._in_list(seq)]
        cuts: dict[Seq, set[int]] = {}
        for run, again in found:
            cuts.setdefault(run.seq, set()).update((run.start, run.stop))
            cuts.setdefault(again.seq, set()).update((again.start, again.stop))
        while True:  # a cut of a run is one of what is it once more, and the other way round
            before = sum(map(len, cuts.values()))
            for run, again in found:
                for one, other in ((run, again), (again, run)):
                    inner = [at for at in cuts[one.seq] if one.start < at < one.stop]
                    cuts[other.seq].update(other.start + at - one.start for at in inner)
            if sum(map(len, cuts.values())) == before:
                break
        inside: set[Seq] = set()
        for run, again in found:
            if run.seq in inside or again.seq in inside:
                continue
            ends = sorted(at for at in cuts[run.seq] if run.start <= at <= run.stop)
            for start, stop in pairwise(ends):
                shift = again.start - run.start
                first, second = (
                    _Run(run.seq, start, stop),
                    _Run(again.seq, start + shift, stop + shift),
                )
                if _is_worth_it(first) and self._is_closed(first, second):
                    inside.update(one for item in first.items for one in _within(item))
                    inside.update(one for item in second.items for one in _within(item))
                    yield first, second

    def _in_list(self, seq: Seq) -> Iterator[tuple[_Run, _Run]]:
        """The longest runs of a list that are others once more."""
        start = 0
        while start < len(seq.items):
            run = self._from(seq, start)
            if run is None:
                start += 1
                continue
            yield run
            start = run[1].stop

    def _from(self, seq: Seq, start: int) -> tuple[_Run, _Run] | None:
        first = next(_first_layers(seq.items[start]), None)
        owner = None if first is None else first.nodes[self.act].weights_of
        place = self.places.get((owner or "", type(seq.items[start])))
        if place is None:
            return None
        above, at = place
        twins = {_taken(above, at)[self.act]: _taken(seq, start)[self.act]}
        length = 0
        while start + length < len(seq.items) and at + length < len(above.items):
            pair = above.items[at + length], seq.items[start + length]
            if not self._twins(*pair, twins):
                break
            length += 1
        if not length:
            return None
        return _Run(above, at, at + length), _Run(seq, start, start + length)

    # --- whether one item is another once more

    def _twins(self, item: Item, again: Item, twins: dict[str, str]) -> bool:
        """Whether an item is another once more; ``twins`` are the tensors that correspond."""
        if type(item) is not type(again):
            return False
        if isinstance(item, LayerItem) and isinstance(again, LayerItem):
            return self._same_layer(item.nodes[self.act], again.nodes[self.act], twins)
        if isinstance(item, BranchesItem) and isinstance(again, BranchesItem):
            layers = item.merge, again.merge
            return self._same_lists(item.paths, again.paths, twins) and self._same_merge(
                layers[0].nodes[self.act], layers[1].nodes[self.act], twins
            )
        if isinstance(item, GroupItem) and isinstance(again, GroupItem):
            return self._same_lists((item.body,), (again.body,), twins)
        return False

    def _same_lists(
        self, lists: tuple[Seq, ...], others: tuple[Seq, ...], twins: dict[str, str]
    ) -> bool:
        if len(lists) != len(others):
            return False
        for seq, other in zip(lists, others, strict=True):
            if twins.get(seq.inp[self.act]) != other.inp[self.act]:
                return False
            if len(seq.items) != len(other.items):
                return False
            pairs = zip(seq.items, other.items, strict=True)
            if not all(self._twins(*pair, twins) for pair in pairs):
                return False
        return True

    def _same_layer(self, node: Node, again: Node, twins: dict[str, str]) -> bool:
        uses = again.weights_of in (node.name, node.weights_of or node.name)
        return (uses or self._is_free(node, again)) and self._same_inputs(node, again, twins)

    def _same_merge(self, node: Node, again: Node, twins: dict[str, str]) -> bool:
        return self._is_free(node, again) and self._same_inputs(node, again, twins)

    def _is_free(self, node: Node, again: Node) -> bool:
        """Whether one of two layers without weights may stand for the other: an operation may,
        which is another each time that it is called, whatever its name.
        """
        shared = self.owners[node.name] == self.owners[again.name]
        may = shared or not self.names or isinstance(node.layer, Operation)
        return may and not node.weights and node.layer == again.layer

    def _same_inputs(self, node: Node, again: Node, twins: dict[str, str]) -> bool:
        if node.layer.call != again.layer.call or node.roles != again.roles:
            return False
        if tuple(twins.get(tensor, tensor) for tensor in node.inputs) != again.inputs:
            return False
        twins.update(zip(node.tensors, again.tensors, strict=True))
        return True

    def _is_closed(self, run: _Run, again: _Run) -> bool:
        """Whether runs take the same but for what they are given, and of the second nothing is
        taken but what it gives.
        """
        outside = [self._taken_by(one) for one in (run, again)]
        if outside[0] != outside[1] or run.inp[self.act] in outside[0]:
            return False
        inner = {node.name for node in again.nodes(self.act)}
        last = again.items[-1].out[self.act]
        return all(
            name not in self.outputs and inner.issuperset(self.users.get(name, ()))
            for name in inner - {last}
        )

    def _taken_by(self, run: _Run) -> set[str]:
        """What a run takes from outside, but for what it is given."""
        nodes = run.nodes(self.act)
        own = {node.name for node in nodes}
        taken = {tensor for node in nodes for tensor in node.inputs}
        given = run.inp[self.act]
        return {one for one in taken if one != given and self.graph.giver(one) not in own}


def _taken(seq: Seq, index: int) -> Column[str]:
    """What a group that begins with an item takes: what stands before the item, or what it takes
    instead by name.
    """
    slots = seq.items[index].slots
    return slots[0] if len(slots) == 1 else seq.before[index]


def _is_worth_it(run: _Run) -> bool:
    """Whether a run is more than a layer, which can be used again by itself."""
    return len(run.items) > 1 or not isinstance(run.items[0], LayerItem)


def _first_layers(item: Item) -> Iterator[LayerItem]:
    """The layers of an item in the order of the text."""
    if isinstance(item, LayerItem):
        yield item
    for inner in lists_in(item):
        for one in inner.items:
            yield from _first_layers(one)


def _lists(seq: Seq) -> Iterator[Seq]:
    yield seq
    for item in seq.items:
        yield from _within(item)


def _within(item: Item) -> Iterator[Seq]:
    """The lists within an item, those around others first."""
    for inner in lists_in(item):
        yield from _lists(inner)


def _grouped(seq: Seq, pairs: list[tuple[_Run, _Run]]) -> Seq:
    """A list with its runs as groups, and with the runs that are those once more."""
    runs: dict[Seq, dict[int, tuple[int, type[GroupItem]]]] = {}
    for run, again in pairs:
        runs.setdefault(run.seq, {}).setdefault(run.start, (run.stop, GroupItem))
        runs.setdefault(again.seq, {})[again.start] = (again.stop, ReuseItem)
    return _with_groups(seq, runs)


def _with_groups(seq: Seq, runs: dict[Seq, dict[int, tuple[int, type[GroupItem]]]]) -> Seq:
    inner = tuple(with_lists(item, lambda within: _with_groups(within, runs)) for item in seq.items)
    whole = Seq(inner, seq.inp)
    items: list[Item] = []
    at = 0
    while at < len(inner):
        stop, sort = runs.get(seq, {}).get(at, (0, GroupItem))
        if stop:
            items.append(sort(Seq(inner[at:stop], _taken(whole, at))))
            at = stop
        else:
            items.append(inner[at])
            at += 1
    return Seq(tuple(items), seq.inp)


# --- who owns


def owned_by_first(main: Seq) -> Seq:
    """The list in which of all uses of a layer the first in the text is the one that owns it."""
    owners: dict[str, str] = {}
    for item in leaves(main):
        for node in item.nodes.values():
            owners.setdefault(node.weights_of or node.name, node.name)
    return _with_owners(main, owners)


def _with_owners(seq: Seq, owners: Mapping[str, str]) -> Seq:
    items: list[Item] = []
    for item in seq.items:
        if isinstance(item, LayerItem):
            nodes = {act: _with_owner(node, owners) for act, node in item.nodes.items()}
            items.append(LayerItem(nodes))
        else:  # merges are used once
            items.append(with_lists(item, lambda inner: _with_owners(inner, owners)))
    return Seq(tuple(items), seq.inp)


def _with_owner(node: Node, owners: Mapping[str, str]) -> Node:
    first = owners[node.weights_of or node.name]
    return node._replace(weights_of=None if first == node.name else first)
