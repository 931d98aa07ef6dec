"""A folded `Tree` → what its items are called and what they take: ``name``, ``from`` and ``reuse``.

What stands before an item needs no name. Anything else is looked for outward: an item further up in
the same list or in one around it, or an item within such a one, of a certain round where it is
repeated. Only what is taken gets a name, and no two items of a spec get the same, so that no name
hides another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from archspec.reading.explained import OUTPUT, Spot
from archspec.reading.families import ItemFamilies
from archspec.reading.gathers import FEWEST, Gatherer
from archspec.reading.item_names import ItemNames, Unnameable, output_numbers
from archspec.reading.places import Places, Standing, is_end, outside_reuse
from archspec.reading.sources import PREV, PathStep, SlotSource
from archspec.reading.tree import (
    Act,
    BranchesItem,
    CallItem,
    Column,
    GroupItem,
    Item,
    LayerItem,
    OutputItem,
    RepeatItem,
    ReuseItem,
    Seq,
    Tree,
    leaves,
    lists_in,
    only_item,
    walk,
)


@dataclass(frozen=True)
class References:
    """``names`` are those of items. ``sources`` are what items take, all of their slots, for those
    that take more or else than what stands before them. ``targets`` are what a ``reuse`` uses once
    more. ``numbers`` are the columns to be explained at the spots of steps, and ``inputs`` the
    names of the inputs of blocks that have names for them. ``bases`` are the words before the
    numbers of items that are numbered together.
    """

    names: Mapping[Item, str]
    sources: Mapping[Item, tuple[SlotSource, ...]]
    targets: Mapping[Item, SlotSource]
    numbers: Mapping[Spot, Column[int]]
    inputs: Mapping[str, tuple[str, ...]]
    bases: Mapping[Item, str]

    def paths_through(self) -> set[Seq]:
        """The paths of branchings into which a reference goes."""
        sources = [*self.targets.values(), *(one for row in self.sources.values() for one in row)]
        steps = (step.named for source in sources for step in source.steps)
        return {named for named in steps if isinstance(named, Seq)}


def referenced(tree: Tree, names: ItemNames) -> References:
    """The references of a tree; ``names`` chooses what an item is called. Raises `Unnameable`."""
    return _Resolver(tree).references(names)


class _Resolver:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.places = Places(tree)
        self.numbers: dict[Spot, Column[int]] = {}
        self.inputs: dict[str, tuple[str, ...]] = {}
        self.wanted: dict[Item, None] = {}
        self.raw: dict[Item, list[SlotSource]] = {}
        self.spare: dict[Item, dict[int, SlotSource]] = {}
        self.raw_targets: dict[Item, SlotSource] = {}
        self.around: dict[Item, Standing] = {}
        self.families = ItemFamilies()
        self.in_family: dict[Spot, dict[Act, _WayStep]] = {}
        self.counted: dict[Spot, Item | Seq] = {}
        self.bases: dict[Item, str] = {}
        self.members: dict[Item, tuple[str, int]] = {}

    def references(self, names: ItemNames) -> References:
        bodies = [block.body for block in self.tree.blocks.values()]
        for top in (self.tree.main, *bodies):
            for seq, index, item in outside_reuse(top):
                self.around[item] = Standing(seq, index, next(iter(seq.acts)))
                self._look(seq, index, item)
        around_outputs = self._around_outputs()
        unwanted = names.schemes.keys() - self.wanted.keys() - _with_items_in(around_outputs)
        self.wanted.update({item: None for item in names.schemes if item in unwanted})
        self._name_repetitions()
        if not around_outputs.isdisjoint(self.wanted):
            raise Unnameable("an output of the model within a repetition with a name")
        for name, block in self.tree.blocks.items():
            if block.inputs:
                self._input_names(name)
        self._join_cells()
        singles = [item for item in self.wanted if self.families.first(item) is item]
        counted: set[Item] = {item for item in singles if isinstance(item, RepeatItem)}
        counted.update(first for first, _ in self.families.all())
        named = dict(names.chosen(self.tree, singles, counted))
        self._number_families(named)
        for item in unwanted & named.keys():
            named[item] += names.schemes[item].suffix
        self._gather()
        sources = {
            item: tuple(self._source(raw, named) for raw in raws) for item, raws in self.raw.items()
        }
        targets = {item: self._source(raw, named) for item, raw in self.raw_targets.items()}
        return References(named, sources, targets, self.numbers, self.inputs, self.bases)

    # --- what items take

    def _look(self, seq: Seq, index: int, item: Item) -> None:
        if isinstance(item, ReuseItem) or (isinstance(item, LayerItem) and item.is_shared):
            self.raw_targets[item] = self._reused(seq, index, item)
        if isinstance(item, RepeatItem):
            if seq.takes_prev[index] != (True,):
                raise Unnameable("a repetition does not take what stands before it")
            _check_chain(item)
            return
        if isinstance(item, OutputItem):
            self._look_at_output(seq, item)
        prev = seq.takes_prev[index]
        if prev != (True,):
            self.raw[item] = [
                SlotSource(PREV) if is_prev else self._found(seq, index, column, f"from{slot}")
                for slot, (column, is_prev) in enumerate(zip(item.slots, prev, strict=True))
            ]
            if len(prev) >= FEWEST:
                spare = {
                    slot: self._by_name(seq, index, slot) for slot, it in enumerate(prev) if it
                }
                self.spare[item] = {slot: one for slot, one in spare.items() if one is not None}

    def _by_name(self, seq: Seq, index: int, slot: int) -> SlotSource | None:
        """The name for what a slot takes that takes what stands before its item, if it has one."""
        item = seq.items[index]
        try:
            ways = {
                act: self._way(Standing(seq, index, act), tensor)
                for act, tensor in item.slots[slot].items()
            }
        except Unnameable:
            return None
        return self._same_way(ways, item, f"from{slot}")

    def _gather(self) -> None:
        """Say in one what is taken of one round after another."""
        gatherer = Gatherer(self.numbers, self.members)
        for item, raw in self.raw.items():
            if len(raw) >= FEWEST and not _has_roles(item):
                self.raw[item] = gatherer.gathered(item, raw, self.spare.get(item, {}))

    def _look_at_output(self, seq: Seq, item: OutputItem) -> None:
        """The numbers in the names of an output that is repeated. Raise `Unnameable` where an
        output of the model would get the name of a block's call before its own.
        """
        if list(self._outward(seq))[-1].seq is not self.tree.main:
            raise Unnameable("an output of the model within a block")
        if len(item.acts) > 1:
            self.numbers[Spot(item, OUTPUT)] = output_numbers(item)

    def _around_outputs(self) -> set[Item]:
        """The repetitions of outputs of the model, whose names would be before those of these."""
        return {
            around.item
            for item, standing in self.around.items()
            if isinstance(item, OutputItem)
            for around in self.places.around(standing, calls=False)
            if isinstance(around.item, RepeatItem)
        }

    def _found(self, seq: Seq, index: int, column: Column[str], key: str) -> SlotSource:
        """The reference to what a slot takes in every act."""
        base = self._input(seq, column)
        if base is not None:
            return SlotSource(base)
        ways = {act: self._way(Standing(seq, index, act), tensor) for act, tensor in column.items()}
        return self._one_way(ways, seq.items[index], key)

    def _reused(self, seq: Seq, index: int, item: LayerItem | ReuseItem) -> SlotSource:
        """The reference to the layer or group that an item uses once more, in every act."""
        layers = [item] if isinstance(item, LayerItem) else list(leaves(item.body))
        ways = {}
        for act in item.acts:
            owners = [layer.nodes[act].weights_of for layer in layers if act in layer.nodes]
            names = [name for name in owners if name is not None]
            end = self._group_of(names) if isinstance(item, ReuseItem) else names[0]
            ways[act] = self._way(Standing(seq, index, act), names[0], end)
        return self._one_way(ways, item, "reuse")

    def _group_of(self, names: list[str]) -> Standing:
        """The innermost group that holds some layers."""
        groups: list[Standing] | None = None
        for name in names:
            around = [
                one
                for one in self.places.around(self.places.giver(name), calls=True)
                if type(one.item) is GroupItem
            ]
            groups = around if groups is None else [one for one in groups if one in around]
        if not groups:
            raise Unnameable("a group that is used again is no group")
        return groups[0]

    def _one_way(self, ways: Mapping[Act, _Way], item: Item, key: str) -> SlotSource:
        """Ways of several acts as one reference."""
        source = self._same_way(ways, item, key)
        if source is None:
            return self._from_family(ways, item, key)
        self._want(next(iter(ways.values())))
        return source

    def _same_way(self, ways: Mapping[Act, _Way], item: Item, key: str) -> SlotSource | None:
        """Ways of several acts as one reference, if they lead through the same items."""
        first = next(iter(ways.values()))
        shape = [one.named for one in first.steps]
        if any([one.named for one in way.steps] != shape for way in ways.values()):
            return None
        if any(way.output != first.output for way in ways.values()):
            raise Unnameable("what an item takes are different outputs")
        steps = []
        for number, (named, counted) in enumerate(first.steps):
            spot = None
            if counted is not None:
                spot = Spot(item, f"{key}.{number}")
                self.numbers[spot] = {
                    act: way.steps[number].round or 0 for act, way in ways.items()
                }
                self.counted[spot] = named
            steps.append(PathStep(named, spot))
        return SlotSource("", tuple(steps), first.output)

    def _from_family(self, ways: Mapping[Act, _Way], item: Item, key: str) -> SlotSource:
        """A reference to different items, which are numbered together."""
        first = next(iter(ways.values()))
        tails = {(way.steps[1:], way.output) for way in ways.values()}
        if len(tails) > 1 or any(step.round is not None for step in first.steps[1:]):
            raise Unnameable("what an item takes stands in different items")
        steps = {act: way.steps[0] for act, way in ways.items()}
        named = dict.fromkeys(step.named for step in steps.values())
        members: list[Item] = [one for one in named if not isinstance(one, Seq | OutputItem)]
        if len(members) < len(named):
            raise Unnameable("what an item takes stands in different items")
        self.families.join(members)
        for way in ways.values():
            self._want(way)
        spot = Spot(item, f"{key}.0")
        self.in_family[spot] = steps
        within = tuple(PathStep(step.named) for step in first.steps[1:])
        return SlotSource("", (PathStep(members[0], spot), *within), first.output)

    # --- items that are numbered together

    def _join_cells(self) -> None:
        """Number all cells of a list together that have names, where any are numbered."""
        numbered = [first for first, _ in self.families.all() if self._is_cell(first)]
        for seq in {self.around[first].seq: None for first in numbered}:
            cells = [one for one in seq.items if one in self.wanted and self._is_cell(one)]
            self.families.join(cells)

    def _is_cell(self, item: Item) -> bool:
        """Whether an item is a call, or a row of calls, of a block with several inputs."""
        last = item.body.items[-1] if isinstance(item, RepeatItem) and item.body.items else item
        return isinstance(last, CallItem) and bool(self.tree.blocks[last.block].inputs)

    def _number_families(self, named: dict[Item, str]) -> None:
        """Name the items of each family by one word and their numbers, in the order of the text:
        ``cell1``, ``cell2``, and ``cell$(i + 3)`` for those of a repetition.
        """
        start: dict[Item | Seq, int] = {}
        for first, members in self.families.all():
            base, number = named[first], 1
            if len({self.around[one].seq for one in members}) > 1:
                raise Unnameable("what an item takes stands in different lists")
            for member in sorted(members, key=lambda one: self.around[one].index):
                start[member] = number
                if isinstance(member, RepeatItem):
                    if len(member.acts) > 1:
                        raise Unnameable("what an item takes stands in different repetitions")
                    named[member] = f"{base}$(i + {number})"
                    number += len(next(iter(member.rounds.values())))
                else:
                    named[member] = f"{base}{number}"
                    number += 1
            self.bases.update(dict.fromkeys(members, base))
            self.members.update({member: (base, start[member]) for member in members})
        for spot, steps in self.in_family.items():
            self.numbers[spot] = {
                act: start[step.named] + (step.round or 1) - 1 for act, step in steps.items()
            }
        for spot, one in self.counted.items():
            shift = start.get(one, 1) - 1
            column = self.numbers[spot]
            self.numbers[spot] = {act: number + shift for act, number in column.items()}

    def _input(self, seq: Seq, column: Column[str]) -> str | None:
        """The input of the model or block that a slot takes in every act."""
        *_, top = self._outward(seq)
        block = self.places.block_of.get(top.seq)
        if block is None:
            tensors = set(column.values())
            is_input = len(tensors) == 1 and tensors <= self.tree.graph.inputs.keys()
            return next(iter(tensors)) if is_input else None
        body, inputs = self.tree.blocks[block].body, self.tree.blocks[block].inputs
        acts = {act: self._in_top(Standing(seq, 0, act)) for act in column}
        for number, given in enumerate((body.inp, *inputs)):
            if all(given[acts[act]] == tensor for act, tensor in column.items()):
                return self._input_names(block)[number]
        return None

    def _outward(self, seq: Seq) -> Iterator[Standing]:
        return self.places.around(Standing(seq, 0, next(iter(seq.acts))), calls=False)

    def _in_top(self, standing: Standing) -> Act:
        *_, top = self.places.around(standing, calls=False)
        return top.act

    def _input_names(self, block: str) -> tuple[str, ...]:
        count = 1 + len(self.tree.blocks[block].inputs)
        names = (
            ("x", "y", "z") if count <= 3 else tuple(f"x{number}" for number in range(1, count + 1))
        )
        return self.inputs.setdefault(block, names[:count])

    def _way(self, here: Standing, tensor: str, end: Standing | str | None = None) -> _Way:
        """The steps from an item to the one that gives a tensor, in one act; to the group ``end``
        that holds it, or to the very layer of that name.
        """
        graph = self.tree.graph
        node = graph.giver(tensor)
        output = tensor[len(node) + 1 :]
        end = end or (node if output else None)
        if node in graph.inputs:
            raise Unnameable("an input of the model within a block")
        around = {(one.seq, one.act): one for one in self.places.around(here, calls=False)}
        inward: list[Standing] = []
        for one in self.places.around(self.places.giver(node), calls=True):
            inward.append(one)
            common = around.get((one.seq, one.act))
            if common is not None:
                if not self._is_above(inward, common, here):
                    raise Unnameable("what an item takes stands below it")
                return _Way(tuple(self._steps(inward[::-1], node, end)), output)
        raise Unnameable("what a block takes is none of its inputs")

    def _is_above(self, inward: list[Standing], common: Standing, here: Standing) -> bool:
        """Whether an item comes before another that stands in a list around both of them."""
        there = inward[-1]
        if there.index != common.index:
            return there.index < common.index
        around = list(self.places.around(here, calls=False))
        inside = around[: around.index(common)][-1:]
        if len(inward) < 2 or not inside:
            return False
        if isinstance(there.item, BranchesItem):
            paths = there.item.paths
            return paths.index(inward[-2].seq) < paths.index(inside[0].seq)
        number, other = self.places.round_of(inward[-2]), self.places.round_of(inside[0])
        return number is not None and other is not None and number < other

    def _steps(
        self, inward: list[Standing], node: str, end: Standing | str | None
    ) -> Iterator[_WayStep]:
        """The steps of a way, the outermost item first."""
        for depth, one in enumerate(inward):
            item = one.item
            rest = inward[depth + 1 :]
            ends = not rest or one == end or (end is None and is_end(one, node))
            if isinstance(item, ReuseItem) and not ends:
                raise Unnameable("an item within a group that is used again")
            if isinstance(item, RepeatItem):
                number = len(item.rounds[one.act]) if ends else self.places.round_of(rest[0])
                yield _WayStep(item, number)
                ends = ends or (end is None and item.body.out[rest[0].act] == node)
            elif not self._is_named_by_repetition(one):
                yield _WayStep(item, None)
            if ends:
                return
            if isinstance(item, BranchesItem):
                yield _WayStep(rest[0].seq, None)

    def _is_named_by_repetition(self, one: Standing) -> bool:
        """Whether an item is all that a repetition makes, and so has its name."""
        return self.places.round_of(one) is not None and only_item(one.seq) is not None

    # --- what gets a name

    def _want(self, way: _Way) -> None:
        """Let the end of a way have a name, and what cannot be passed through without one."""
        items = [step.named for step in way.steps if not isinstance(step.named, Seq)]
        for number, item in enumerate(items):
            if number + 1 == len(items) or isinstance(item, RepeatItem | CallItem | BranchesItem):
                self.wanted[item] = None

    def _name_repetitions(self) -> None:
        """Name the repetitions around what has a name: their number tells its paths apart."""
        for item in [*self.wanted]:
            for one in self.places.around(self.around[item], calls=False):
                if isinstance(one.item, RepeatItem):
                    self.wanted[one.item] = None
        for item in [*self.wanted]:
            if self._is_named_by_repetition(self.around[item]):
                del self.wanted[item]

    def _source(self, raw: SlotSource, named: Mapping[Item, str]) -> SlotSource:
        """A reference with the steps that have names, of one with all items on its way."""
        steps = tuple(
            step
            for step in raw.steps
            if isinstance(step.named, Seq | OutputItem) or step.named in named
        )
        return raw._replace(steps=steps)


def _has_roles(item: Item) -> bool:
    return isinstance(item, LayerItem) and any(node.roles for node in item.nodes.values())


def _with_items_in(repetitions: set[Item]) -> set[Item]:
    """Repetitions, and all items within them."""
    return repetitions | {
        inner for item in repetitions for seq in lists_in(item) for *_, inner in walk(seq)
    }


def _check_chain(item: RepeatItem) -> None:
    """Raise `Unnameable` where a round takes nothing of what the round before gave: such rounds
    stand beside one another, and are no chain.
    """
    taken: dict[Act, set[str]] = {}
    for _, _, inner in walk(item.body):
        for slot in inner.slots:
            for act, tensor in slot.items():
                taken.setdefault(act, set()).add(tensor)
    for rounds in item.rounds.values():
        for act in rounds[1:]:
            if (
                item.body.inp[act] not in taken.get(act, ())
                and item.body.out[act] != (item.body.inp[act])
            ):
                raise Unnameable("a round of a repetition takes nothing from the round before")


class _WayStep(NamedTuple):
    named: Item | Seq
    round: int | None


class _Way(NamedTuple):
    steps: tuple[_WayStep, ...]
    output: str
