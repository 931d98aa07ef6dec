"""The tree between a `Graph` and a spec: what stands in the text, and every time that it runs.

A piece of text may run several times: in a repetition once a round, in a block once a call. Each
such run is an `Act`. The tree says for each act which node of the graph a layer is then, and
thereby which tensors it takes and gives; no value, name or expression of the spec is in it. So
whatever is folded, the tree still says exactly which layer runs where, and what differs from act
to act is a `Column`, to be explained at the end:

- settings: ``{act: settings(node.layer).get("filters") for act, node in item.nodes.items()}``;
- the presence of an item, ``when`` in a spec: ``{act: act in item.acts for act in seq.acts}``;
- the counts of a `RepeatItem`: ``{act: len(rounds) for act, rounds in item.rounds.items()}``;
- the arguments of a `CallItem`: columns over the block's acts, taken back through `CallItem.to`.

Everything is immutable and compared by identity, so that items are keys of dictionaries and what is
computed of one is stored with it. Structure that can be derived is derived and cannot get out of
step: a `LayerItem` takes what its nodes take, and ``prev`` is not stored: slot k of item n of a
list is ``prev`` where ``seq.before[n]`` says so in every act (`Seq.is_prev`).

What holds of every tree, and `tests.reading.soundness` checks:

- the acts of an item are among those of its list; an item that lacks some is optional;
- the body of a `RepeatItem` and of a `SharedBlock` has acts of its own, each reached from exactly
  one act outside; the bodies of all other items have the acts of the item;
- the list in a round of a repetition is given what the round before gave, and in the first round
  what the repetition takes; what each round takes from elsewhere (``from`` beside ``repeat``) is
  taken by an item of the body: ``RepeatItem(Seq((GroupItem(...),), ...), ...)``;
- the merge of a `BranchesItem` takes what its paths give, in their order; in an act in which one
  path is left there is no merge, and the branches give what that path gives;
- every node of the graph is in exactly one act of exactly one `LayerItem`, those of merges and
  of `ReuseItem` included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, TypeAlias, TypeVar

from archspec.graph import Graph, Node

Value = TypeVar("Value")


class Act:
    """One run of a piece of text. It has nothing but its identity; a new one is ``Act()``."""

    __slots__ = ()


Column: TypeAlias = Mapping[Act, Value]
"""What something is in each of some acts. Tensors are names of them in the graph."""


@dataclass(frozen=True, eq=False)
class Seq:
    """A list of items in a chain. ``inp`` is the tensor that the list is given, in each of its
    acts; its keys are the acts of the list.
    """

    items: tuple[Item, ...]
    inp: Column[str]

    @property
    def acts(self) -> KeysView[Act]:
        """The acts of the list."""
        return self.inp.keys()

    @cached_property
    def before(self) -> tuple[Column[str], ...]:
        """What stands before each item, and after the last, in every act of the list: the
        tensor that ``prev`` is there.
        """
        columns = [self.inp]
        for item in self.items:
            columns.append(_after(columns[-1], item))
        return tuple(columns)

    @property
    def out(self) -> Column[str]:
        """What the list gives, in every act: what its last item gives, and without any what it is
        given.
        """
        return self.before[-1]

    def is_prev(self, index: int, slot: int = 0) -> bool:
        """Whether a slot of an item takes what stands before the item, in every act of the item."""
        return self.items[index].slots[slot].items() <= self.before[index].items()

    @cached_property
    def takes_prev(self) -> tuple[tuple[bool, ...], ...]:
        """For each item, which of its slots take what stands before it."""
        return tuple(
            tuple(self.is_prev(index, slot) for slot in range(len(item.slots)))
            for index, item in enumerate(self.items)
        )

    def window(self, start: int, stop: int) -> Seq:
        """Some items in a row as a list of its own, with the same acts."""
        part = Seq(self.items[start:stop], self.before[start])
        part.__dict__["before"] = self.before[start : stop + 1]  # known already
        return part


def _after(before: Column[str], item: Item) -> Column[str]:
    if not item.advances:
        return before
    if len(item.acts) == len(before):
        return item.out
    return {act: item.out.get(act, name) for act, name in before.items()}


@dataclass(frozen=True, eq=False)
class LayerItem:
    """A layer, or the merge of a `BranchesItem`: which node of the graph it is in each act.

    All nodes of a leaf take tensors in the same roles, and equally many, but for merges of lists
    that grow from round to round: then the last slot is the last one of each, and of those before
    it some are not there in all acts. Their settings may differ, and
    so may their kinds (``$act: {}``). Nodes that use the layer of another (``weights_of``)
    are those of a leaf of their own, written ``reuse: NAME``.
    """

    advances: ClassVar[bool] = True
    nodes: Column[Node]

    @property
    def acts(self) -> KeysView[Act]:
        """The acts in which it is there."""
        return self.nodes.keys()

    @cached_property
    def slots(self) -> tuple[Column[str], ...]:
        """What it takes: a column for each input."""
        arities = {len(node.inputs) for node in self.nodes.values()}
        if len(arities) < 2:
            return tuple(
                {act: node.inputs[slot] for act, node in self.nodes.items()}
                for slot in range(max(arities, default=0))
            )
        before_last = tuple(
            {act: node.inputs[n] for act, node in self.nodes.items() if n < len(node.inputs) - 1}
            for n in range(max(arities) - 1)
        )
        return (*before_last, {act: node.inputs[-1] for act, node in self.nodes.items()})

    @cached_property
    def out(self) -> Column[str]:
        """The first tensor that it gives. Others, as ``lstm.state_h``, are taken by name."""
        return {act: node.name for act, node in self.nodes.items()}

    @property
    def is_shared(self) -> bool:
        """Whether it uses the layer of another: ``reuse`` in a spec."""
        return any(node.weights_of is not None for node in self.nodes.values())


@dataclass(frozen=True, eq=False)
class _ListItem:
    """A list as one item, with the acts of the list."""

    body: Seq

    @property
    def acts(self) -> KeysView[Act]:
        """The acts in which it is there."""
        return self.body.acts

    @property
    def slots(self) -> tuple[Column[str], ...]:
        """What it takes: the one tensor that its list is given."""
        return (self.body.inp,)

    @property
    def out(self) -> Column[str]:
        """What its name stands for: what its list gives."""
        return self.body.out


@dataclass(frozen=True, eq=False)
class GroupItem(_ListItem):
    """Items in sequence as one item: ``layers`` in a spec. Without items it passes on what it
    takes: ``{from: x, layers: []}``. What it takes need not be ``prev``.
    """

    advances: ClassVar[bool] = True


@dataclass(frozen=True, eq=False)
class ReuseItem(GroupItem):
    """A group once more, with the same layers: its leaves are shared (`LayerItem.is_shared`), and
    the layers that they use make up the body of one `GroupItem` above in the text.
    """


@dataclass(frozen=True, eq=False)
class BranchesItem:
    """Paths that take one tensor, and the layer that joins them: ``branches`` and ``merge``, or
    ``residual`` with its way around.

    A path that lacks acts is optional. A path may begin with an item that takes another tensor.
    """

    advances: ClassVar[bool] = True
    paths: tuple[Seq, ...]
    merge: LayerItem

    @cached_property
    def _inp(self) -> Column[str]:
        return {act: name for path in self.paths for act, name in path.inp.items()}

    @property
    def acts(self) -> KeysView[Act]:
        """The acts in which it is there."""
        return self._inp.keys()

    @property
    def slots(self) -> tuple[Column[str], ...]:
        """What it takes: the tensor that every path is given."""
        return (self._inp,)

    @cached_property
    def out(self) -> Column[str]:
        """What its merge gives, and without one the only path that is left."""
        alone = {act: name for path in self.paths for act, name in path.out.items()}
        return {**alone, **self.merge.out}


@dataclass(frozen=True, eq=False)
class RepeatItem:
    """A list several times in a chain. ``rounds`` are the acts of the list, in order, in each act
    of the item; an act in which it is made no time is not among them.
    """

    advances: ClassVar[bool] = True
    body: Seq
    rounds: Column[tuple[Act, ...]]

    @property
    def acts(self) -> KeysView[Act]:
        """The acts in which it is there."""
        return self.rounds.keys()

    @cached_property
    def slots(self) -> tuple[Column[str], ...]:
        """What it takes: what its first round is given."""
        return ({act: self.body.inp[rounds[0]] for act, rounds in self.rounds.items()},)

    @cached_property
    def out(self) -> Column[str]:
        """What its last round gives."""
        return {act: self.body.out[rounds[-1]] for act, rounds in self.rounds.items()}


@dataclass(frozen=True, eq=False)
class CallItem:
    """A call of a block: ``block`` is its key in `Tree.blocks`, ``to`` the act of the block for
    each act of the call. ``slots`` are what it takes, the tensor that the block's list is given and
    then those of its further inputs; ``out`` is what it gives. They are stored here, so that a
    block can be replaced without its calls: what a block does inside changes nothing of them.
    """

    advances: ClassVar[bool] = True
    block: str
    to: Column[Act]
    slots: tuple[Column[str], ...]
    out: Column[str]

    @property
    def acts(self) -> KeysView[Act]:
        """The acts in which it is there."""
        return self.to.keys()


@dataclass(frozen=True, eq=False)
class OutputItem(_ListItem):
    """A further output of the model, beside the chain: the next item takes what stands before this
    one. ``names`` are the names of the output.
    """

    advances: ClassVar[bool] = False
    names: Column[str]


Item: TypeAlias = "LayerItem | GroupItem | BranchesItem | RepeatItem | CallItem | OutputItem"


@dataclass(frozen=True, eq=False)
class SharedBlock:
    """A list that calls share. The acts of ``body`` are its calls. ``inputs`` are the tensors of
    its further inputs, each with all acts of the body; the first is what the body is given.
    """

    body: Seq
    inputs: tuple[Column[str], ...] = ()


@dataclass(frozen=True, eq=False)
class Tree:
    """A graph as text: ``main`` is the spec's ``layers``, in one act. ``blocks`` are by their
    names, the keys of ``blocks`` in the spec.
    """

    graph: Graph
    main: Seq
    blocks: Mapping[str, SharedBlock] = field(default_factory=dict)


# --- walks


def lists_in(item: Item) -> tuple[Seq, ...]:
    """The lists directly within an item; those of a block are not within its calls."""
    if isinstance(item, BranchesItem):
        return item.paths
    if isinstance(item, GroupItem | RepeatItem | OutputItem):
        return (item.body,)
    return ()


def lists_below(item: Item) -> Iterator[Seq]:
    """The lists within an item, and those within them."""
    open_lists = [*lists_in(item)]
    while open_lists:
        seq = open_lists.pop()
        yield seq
        for inner in seq.items:
            open_lists += lists_in(inner)


def with_lists(item: Item, change: Callable[[Seq], Seq]) -> Item:
    """An item with each list directly within it changed; the item itself where none is."""
    match item:
        case BranchesItem():
            paths = tuple(map(change, item.paths))
            return item if paths == item.paths else BranchesItem(paths, item.merge)
        case GroupItem() | RepeatItem() | OutputItem():
            body = change(item.body)
            return item if body is item.body else replace(item, body=body)
        case _:
            return item


def only_item(body: Seq) -> Item | None:
    """The item that a body is, where it is written without its list, as ``repeat`` beside an
    operation; ``None`` where the body is written as a list.
    """
    item = body.items[0] if len(body.items) == 1 else None
    if item is None or isinstance(item, RepeatItem) or len(item.acts) < len(body.acts):
        return None
    return item


def walk(seq: Seq) -> Iterator[tuple[Seq, int, Item]]:
    """Every item in a list and in the lists within it, in the order of the text: its list, its
    place there, and itself. Items of blocks are not within their calls.
    """
    open_lists = [iter(enumerate(seq.items))]
    lists = [seq]
    while open_lists:
        index, item = next(open_lists[-1], (-1, None))
        if item is None:
            open_lists.pop()
            lists.pop()
            continue
        yield lists[-1], index, item
        for inner in reversed(lists_in(item)):
            open_lists.append(iter(enumerate(inner.items)))
            lists.append(inner)


def leaves(seq: Seq) -> Iterator[LayerItem]:
    """Every leaf in a list and in the lists within it, the merges too."""
    for _, _, item in walk(seq):
        if isinstance(item, LayerItem):
            yield item
        elif isinstance(item, BranchesItem):
            yield item.merge


# --- operations


def renamed(seq: Seq, acts: Mapping[Act, Act]) -> Seq:
    """A list in some of its acts alone, under other names: ``acts`` maps those that stay to new
    ones, no two to the same. Items that are there in none of them are left out. The acts of
    bodies within keep their names; those that are no longer reached are left out. A branching of
    which one path is left in every act becomes a group.

    So a call is written out: ``renamed(block.body, {block act: act of the call ...})``.
    """
    items = [_renamed(item, acts) for item in seq.items if not acts.keys().isdisjoint(item.acts)]
    return Seq(tuple(items), moved(seq.inp, acts))


def _renamed(item: Item, acts: Mapping[Act, Act]) -> Item:
    match item:
        case LayerItem():
            return LayerItem(moved(item.nodes, acts))
        case GroupItem():
            return type(item)(renamed(item.body, acts))
        case BranchesItem():
            present = [path for path in item.paths if not acts.keys().isdisjoint(path.acts)]
            merge = LayerItem(moved(item.merge.nodes, acts))
            paths = tuple(renamed(path, acts) for path in present)
            return BranchesItem(paths, merge) if merge.nodes else GroupItem(paths[0])
        case RepeatItem():
            rounds = moved(item.rounds, acts)
            reached = {act: act for row in rounds.values() for act in row}
            return RepeatItem(renamed(item.body, reached), rounds)
        case CallItem():
            slots = tuple(moved(slot, acts) for slot in item.slots)
            return CallItem(item.block, moved(item.to, acts), slots, moved(item.out, acts))
        case OutputItem():
            return OutputItem(renamed(item.body, acts), moved(item.names, acts))


def moved(column: Column[Value], acts: Mapping[Act, Act]) -> dict[Act, Value]:
    """A column in some of its acts alone, under other names, as in `renamed`."""
    return {acts[act]: value for act, value in column.items() if act in acts}


def joined(lists: Iterable[Seq]) -> Seq:
    """Lists of the same skeleton as one: the union of their acts, which no two have in common.

    Of the same skeleton are lists of equally many items of the same sorts, each with lists of the
    same skeleton, calls of the same block, leaves of equally many inputs. Raises `ValueError` where
    they are not.
    """
    lists = list(lists)
    rows = zip(*(one.items for one in lists), strict=True)
    return Seq(tuple(_joined(row) for row in rows), _union(one.inp for one in lists))


def _joined(items: tuple[Any, ...]) -> Item:
    first, *others = items
    if any(type(one) is not type(first) for one in others):
        raise ValueError("items of different sorts cannot be joined")
    match first:
        case LayerItem():
            return LayerItem(_union(one.nodes for one in items))
        case GroupItem():
            return type(first)(joined(one.body for one in items))
        case BranchesItem():
            rows = zip(*(one.paths for one in items), strict=True)
            merge = LayerItem(_union(one.merge.nodes for one in items))
            return BranchesItem(tuple(joined(row) for row in rows), merge)
        case RepeatItem():
            body = joined(one.body for one in items)
            return RepeatItem(body, _union(one.rounds for one in items))
        case CallItem():
            if any(one.block != first.block for one in others):
                raise ValueError("calls of different blocks cannot be joined")
            rows = zip(*(one.slots for one in items), strict=True)
            slots = tuple(_union(row) for row in rows)
            to = _union(one.to for one in items)
            return CallItem(first.block, to, slots, _union(one.out for one in items))
        case _:
            body = joined(one.body for one in items)
            return OutputItem(body, _union(one.names for one in items))


def _union(columns: Iterable[Column[Value]]) -> dict[Act, Value]:
    together: dict[Act, Value] = {}
    for column in columns:
        together.update(column)
    return together


def fresh(seq: Seq) -> tuple[Seq, dict[Act, Act]]:
    """A list with new acts of its own, as the body of a repetition or a block has, and the new act
    for each old one.
    """
    acts = {act: Act() for act in seq.acts}
    return renamed(seq, acts), acts
