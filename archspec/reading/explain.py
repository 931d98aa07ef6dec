"""A folded `Tree` → what its items say where their acts differ: arguments of blocks, variables of
repetitions, expressions, conditions.

Blocks come before those that call them, since a block's arguments are columns of its calls. In one
block the columns come in the order in which authors define things: counts, channels from the
smallest on, strides and sizes, everything else, conditions, and paddings, which follow.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from archspec.graph import Graph
from archspec.reading.argument_names import ArgumentNamer
from archspec.reading.calls import callees_first, calls_by_block, own_calls
from archspec.reading.columns import Flag, Values, hashable, is_constant, only_value, plain
from archspec.reading.conditions import condition
from archspec.reading.explained import KIND, REPEAT, WHEN, Explained, Spot
from archspec.reading.formulas import (
    BOUNDS,
    CHANNELS,
    FLAG,
    LEVELS,
    ROUND,
    WIDENED,
    KnownColumn,
    family,
)
from archspec.reading.frames import ListFrame, Names, table, written
from archspec.reading.layer_columns import LayerColumns
from archspec.reading.levels import DEPTH, depths, extended, given_on
from archspec.reading.naming import presence_name, setting_names
from archspec.reading.tree import (
    Act,
    BranchesItem,
    CallItem,
    Column,
    Item,
    LayerItem,
    RepeatItem,
    Seq,
    Tree,
    lists_in,
)

ORDER = (REPEAT, CHANNELS, "strides", "size", KIND, "", "rate", WHEN, FLAG, "padding")
"""Families in the order in which their columns are written; any other stands at ``""``."""


AROUND = "around"
"""What a condition on the way around a residual is about."""

NAMED: Mapping[str, Names] = {KIND: ("act",), ROUND: ("number",)}
"""What variables are called that are no setting's."""


class Wanted(NamedTuple):
    """A column that a text is to be found for. ``names`` are what a variable of it may be called,
    ``prev`` the channels of what stands before the item.
    """

    frame: ListFrame
    spot: Spot
    key: str
    column: Values
    names: Names
    prev: Values


@dataclass
class Explainer:
    """Explains one list after another. ``arguments`` are those of the blocks that were explained:
    their names and what they are in each act of the block. ``numbers`` are those that references
    to rounds need, by the item that refers. ``origins`` are what each variable of the list that was
    explained last was first needed for, ``within`` the names of those of repetitions in it.
    """

    columns: LayerColumns
    arguments: dict[str, list[KnownColumn]] = field(default_factory=dict)
    numbers: Mapping[Item, Mapping[str, Values]] = field(default_factory=dict)
    values: dict[Spot, Any] = field(default_factory=dict)
    wanted: list[Wanted] = field(default_factory=list)
    repeats: list[tuple[RepeatItem, ListFrame]] = field(default_factory=list)
    widened: set[Item] = field(default_factory=set)
    origins: dict[str, Spot] = field(default_factory=dict)
    within: set[str] = field(default_factory=set)
    own: dict[CallItem, ListFrame | None] = field(default_factory=dict)

    def explain_block(self, body: Seq) -> list[KnownColumn]:
        """Explain the body of a block; gives its arguments. Raises `Unexplained` where it calls
        itself and nothing says with what.
        """
        frame = ListFrame(sizes=(_channels_in(self.columns.graph, "$in.channels", body.inp),))
        self.own = dict.fromkeys(own_calls(body))
        self.explain_list(body, frame)
        self.within = frame.below
        self.own = {}
        return sorted(frame.variables.values(), key=_argument_rank)

    def explain_list(self, seq: Seq, frame: ListFrame) -> None:
        """Explain a list with all that is within it."""
        self.wanted, self.repeats, self.origins = [], [], {}
        self._gather(seq, frame)
        depth = self._count_levels(seq, frame) if self.own else None
        for wanted in sorted(self.wanted, key=_order):
            self.values[wanted.spot] = _text(wanted)
            for name in frame.variables:
                self.origins.setdefault(name, wanted.spot)
            if wanted.key == REPEAT:
                self._count(wanted)
        if depth is not None:
            self._give_on(frame, depth)
        for repeat, inner in reversed(self.repeats):
            if inner.variables:
                lists = {name: table(inner, name) for name in inner.variables}
                self.values[Spot(repeat, REPEAT)] = lists

    def _count(self, wanted: Wanted) -> None:
        text = self.values[wanted.spot]
        for repeat, inner in self.repeats:
            if repeat is wanted.spot.item and isinstance(text, str) and " " not in text:
                inner.count = text

    # --- calls of a block in its own body

    def _own_frames(self) -> Iterator[tuple[CallItem, ListFrame]]:
        return ((call, frame) for call, frame in self.own.items() if frame is not None)

    def _inner(self) -> dict[Act, list[Act]]:
        """The acts that each act of a block calls."""
        inner: dict[Act, list[Act]] = {}
        for call, frame in self._own_frames():
            for act, to in call.to.items():
                inner.setdefault(frame.around(act)[1], []).append(to)
        return inner

    def _count_levels(self, body: Seq, frame: ListFrame) -> KnownColumn:
        """The argument that counts the levels of a block that calls itself."""
        return frame.add(DEPTH, LEVELS, depths(body.acts, self._inner()))

    def _give_on(self, top: ListFrame, depth: KnownColumn) -> None:
        """Explain what a block gives itself."""
        inner = self._inner()
        for name, known in top.variables.items():
            top.variables[name] = known._replace(values=extended(known.values, inner))
        for call, frame in self._own_frames():
            visible = {known.text: known for known in frame.visible}
            for name, known in top.variables.items():
                column = {a: known.values[to] for a, to in call.to.items() if to in known.values}
                if column:
                    text = given_on(column, visible[known.text], visible[depth.text])
                    self.values[Spot(call, name)] = text

    # --- what is to be explained

    def _gather(self, seq: Seq, frame: ListFrame, about: str = WHEN) -> None:
        """Gather the columns of a list; ``about`` is what its conditions are about."""
        for n, item in enumerate(seq.items):
            if len(item.acts) < len(seq.acts):
                self._want_presence(Spot(item, WHEN), seq, frame, (about, presence_name(seq, n)))
            self._want_columns(item, seq.before[n], frame)
            if isinstance(item, RepeatItem):
                self._repeat(item, frame)
                continue
            if isinstance(item, BranchesItem):
                self._want_columns(item.merge, seq.before[n], frame)
                self.widened |= set(self._widened_in(item))
            longest = max((len(inner.items) for inner in lists_in(item)), default=0)
            for inner in lists_in(item):
                side = AROUND if len(inner.items) < longest else about
                if isinstance(item, BranchesItem) and len(inner.acts) < len(item.acts):
                    self._want_presence(Spot(inner, WHEN), item, frame, (side, "shortcut"))
                self._gather(inner, frame, side)

    def _want_columns(self, item: Item, before: Column[str], frame: ListFrame) -> None:
        """The columns of an item, and of the references to rounds that it makes; of a block's own
        calls no more than where they stand.
        """
        if isinstance(item, CallItem) and item in self.own:
            self.own[item] = frame
            return
        for key, about, column in self._columns(item):
            if key == KIND or not is_constant(column) or isinstance(item, CallItem):
                channels = {act: self._channels(before[act]) for act in column}
                names = NAMED.get(about) or setting_names(item, key)
                wide = item in self.widened and family(about) == CHANNELS
                sort = WIDENED if wide else about
                self.wanted.append(Wanted(frame, Spot(item, key), sort, column, names, channels))

    def _want_presence(
        self, spot: Spot, within: Seq | Item, frame: ListFrame, about: tuple[str, str]
    ) -> None:
        there = spot.item.acts
        column = {act: Flag(act in there) for act in within.acts}
        self.wanted.append(Wanted(frame, spot, about[0], column, (about[1],), {}))

    def _repeat(self, repeat: RepeatItem, frame: ListFrame) -> None:
        """The frame of a repetition's body, its count, and what is in it."""
        above = {one: act for act, row in repeat.rounds.items() for one in row}
        index = {one: n for row in repeat.rounds.values() for n, one in enumerate(row)}
        inner = ListFrame(outer=frame, above=above, index=index, rounds=repeat.rounds)
        self.repeats.append((repeat, inner))
        counts: Values = {act: len(row) for act, row in repeat.rounds.items()}
        if not is_constant(counts):
            spot = Spot(repeat, REPEAT)
            self.wanted.append(Wanted(frame, spot, REPEAT, counts, ("depth",), {}))
        self._gather(repeat.body, inner)

    def _widened_in(self, residual: BranchesItem) -> Iterator[Item]:
        """The items of a residual's paths that give more channels than the path does."""
        if any(node.layer.kind() != "Add" for node in residual.merge.nodes.values()):
            return
        for path in residual.paths:
            ends = {act: self._channels(tensor) or 0 for act, tensor in path.out.items()}
            for item in path.items:
                if all((self._channels(item.out[act]) or 0) > ends[act] for act in item.acts):
                    yield item

    def _channels(self, tensor: str) -> int | None:
        return _size(self.columns.graph, tensor)

    def _columns(self, item: Item) -> Iterator[tuple[str, str, Values]]:
        """The columns of an item, with their keys and what they are about."""
        if isinstance(item, LayerItem):
            yield from ((key, key, column) for key, column in self.columns.of(item).items())
        yield from ((key, ROUND, column) for key, column in self.numbers.get(item, {}).items())
        if isinstance(item, CallItem):
            for known in self.arguments[item.block]:
                inner = known.values
                column = {act: inner[to] for act, to in item.to.items() if to in inner}
                yield known.name, known.family, column


def explain(tree: Tree, numbers: Mapping[Spot, Values] = MappingProxyType({})) -> Explained:
    """What the items of a tree say where their acts differ; ``numbers`` are further columns, those
    of the rounds that references name.
    """
    by_item: dict[Item, dict[str, Values]] = {}
    for spot, column in numbers.items():
        by_item.setdefault(spot.item, {})[spot.key] = column
    explainer = Explainer(LayerColumns(tree.graph), numbers=by_item)
    namer = ArgumentNamer(tree)
    for name in callees_first(tree):
        before = {*explainer.values}
        arguments = explainer.explain_block(tree.blocks[name].body)
        within = explainer.within
        names = namer.named(tree.blocks[name].body, arguments, explainer.origins, within)
        if any(old != new for old, new in names.items()):
            for spot in explainer.values.keys() - before:
                explainer.values[spot] = _with_names(explainer.values[spot], names)
            _rename_given(own_calls(tree.blocks[name].body), names, explainer.values)
        by_name = {argument.name: argument for argument in arguments}
        explainer.arguments[name] = [
            by_name[old]._replace(text=f"${new}") for old, new in names.items()
        ]
    explainer.explain_list(tree.main, ListFrame())
    calls = calls_by_block(tree)
    signatures = {
        name: _signature(arguments, calls.get(name, []), explainer.values)
        for name, arguments in explainer.arguments.items()
    }
    return Explained(explainer.values, signatures)


def _rename_given(own: list[CallItem], names: Mapping[str, str], values: dict[Spot, Any]) -> None:
    """Give what a block gives itself the names that its arguments have."""
    for call in own:
        spots = {Spot(call, old): Spot(call, new) for old, new in names.items()}
        given = {new: values.pop(old) for old, new in spots.items() if old in values}
        values.update(given)


def _with_names(value: Any, names: Mapping[str, str]) -> Any:
    """A value in which variables have other names."""
    if isinstance(value, str):
        return re.sub(r"\$(\w+)", lambda match: f"${names.get(match[1], match[1])}", value)
    if isinstance(value, list):
        return [_with_names(part, names) for part in value]
    if isinstance(value, dict):
        return {key: _with_names(part, names) for key, part in value.items()}
    return value


def _signature(
    arguments: list[KnownColumn], calls: list[CallItem], values: dict[Spot, Any]
) -> tuple[str | Mapping[str, Any], ...]:
    """A block's arguments; those that most calls give one constant have it as a default, and the
    calls that do leave it out (of ``values``).
    """
    required: list[str | Mapping[str, Any]] = []
    optional: list[str | Mapping[str, Any]] = []
    for argument in arguments:
        key = argument.name
        spots = [spot for spot in (Spot(call, key) for call in calls) if spot in values]
        usual = usual_value([values[spot] for spot in spots])
        if usual is None:
            required.append(key)
            continue
        optional.append({key: plain(usual)})
        for spot in spots:
            if hashable(values[spot]) == usual:
                del values[spot]
    return (*required, *optional)


def _argument_rank(argument: KnownColumn) -> int:
    """Arguments stand as Keras has them, behind what counts levels: filters, kernel size, strides,
    all others, flags.
    """
    first = (LEVELS, CHANNELS, "size", "strides", "padding")
    if argument.family in first:
        return first.index(argument.family)
    return len(first) + (argument.family == FLAG)


def usual_value(values: list[Any]) -> Hashable | None:
    """The constant that at least two and half of the calls pass, which is worth a default."""
    constants = Counter(
        hashable(value) for value in values if not (isinstance(value, str) and "$" in value)
    )
    if not constants:
        return None
    value, times = constants.most_common(1)[0]
    return value if times >= 2 and 2 * times >= len(values) else None


def _order(wanted: Wanted) -> tuple[float, ...]:
    """By family; of channels those that are read everywhere from the smallest on, so that the
    others are multiples of them, and then where parts of them begin and end; of all else what is
    read in most acts.
    """
    about = FLAG if _is_flag(wanted.column) else family(wanted.key)
    about = WHEN if wanted.key in (WHEN, AROUND) else about
    rank = ORDER.index(about) if about in ORDER else ORDER.index("")
    acts = -len(wanted.column)
    if about != CHANNELS or wanted.key in BOUNDS:
        return rank + (wanted.key in BOUNDS) / 2, acts
    sizes = [value for value in wanted.column.values() if type(value) is int]
    return rank, acts, sum(sizes) / max(1, len(sizes))


def _is_flag(column: Values) -> bool:
    return all(isinstance(value, Flag) for value in column.values())


def _text(wanted: Wanted) -> Any:
    frame, column = wanted.frame, wanted.column
    if not column:
        return None
    if wanted.key in (WHEN, AROUND) or (
        isinstance(wanted.spot.item, CallItem) and _is_flag(column)
    ):
        if is_constant(column):
            return plain(only_value(column))
        return condition(frame, column, wanted.names, around=wanted.key == AROUND)
    return written(frame, wanted.key, column, wanted.names, wanted.prev)


def _size(graph: Graph, tensor: str) -> int | None:
    shape = graph.tensors[tensor].shape
    return shape[-1] if shape else None


def _channels_in(graph: Graph, text: str, tensors: Column[str]) -> KnownColumn:
    return KnownColumn(text, CHANNELS, {act: _size(graph, name) for act, name in tensors.items()})
