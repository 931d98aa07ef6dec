"""What the slots of an item take → the same, where it can be said in one: ``from`` of a list that
counts through the rounds of a repetition, ``{name: stack$k.skip, repeat: {k: ...}}``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archspec.reading.explained import Spot
from archspec.reading.item_names import Unnameable
from archspec.reading.sources import PathStep, SlotSource
from archspec.reading.tree import Act, Column, Item, Seq

FEWEST = 3
"""Slots that are said in one; two are rather named."""


class CountedWay(NamedTuple):
    """A source: what its steps are called, and the number behind each in every act, ``None`` for
    steps without one.
    """

    source: SlotSource
    names: tuple[Item | Seq | str, ...]
    numbers: tuple[Column[int] | None, ...]


class CountedRun(NamedTuple):
    """Slots in a row, in which the number of a step goes on by 1 or -1."""

    ways: list[CountedWay]
    step: int
    rise: int


@dataclass
class Gatherer:
    """Says in one what slots of items take in a row. ``numbers`` are the columns at the spots of
    steps, which change; ``members`` the words and numbers of items that are numbered together.
    """

    numbers: dict[Spot, Column[int]]
    members: Mapping[Item, tuple[str, int]]

    def gathered(
        self, item: Item, sources: Sequence[SlotSource], others: Mapping[int, SlotSource]
    ) -> list[SlotSource]:
        """The sources of an item's slots; ``others`` are names for what slots take that take what
        stands before the item. Raises `Unnameable` where lists that grow do not count.
        """
        ways = [
            [
                self._counted(source, item.slots[slot])
                for source in (first, others.get(slot))
                if source is not None and not source.base
            ]
            for slot, first in enumerate(sources)
        ]
        result: list[SlotSource] = []
        at = 0
        while at < len(sources):
            runs = [_run(way, ways[at + 1 :]) for way in ways[at]]
            run = max(runs, key=lambda run: len(run.ways), default=None)
            grows = len(item.slots[at]) < len(item.acts)
            if run is not None and len(run.ways) >= (1 if grows else FEWEST):
                result.append(self._in_one(item, at, run))
                at += len(run.ways)
                continue
            if grows:
                raise Unnameable("a list of tensors that grows does not count")
            result.append(sources[at])
            at += 1
        self._forget_others(item, result)
        return result

    def _counted(self, source: SlotSource, slot: Column[str]) -> CountedWay:
        names: list[Item | Seq | str] = []
        numbers: list[Column[int] | None] = []
        for step in source.steps:
            member = None if isinstance(step.named, Seq) else self.members.get(step.named)
            name, number = member or (step.named, None)
            names.append(name)
            if step.spot is not None:
                numbers.append(self.numbers[step.spot])
            else:
                numbers.append(None if number is None else dict.fromkeys(slot, number))
        return CountedWay(source, tuple(names), tuple(numbers))

    def _in_one(self, item: Item, at: int, run: CountedRun) -> SlotSource:
        """The source of a run of slots, of which slot ``at`` is the first."""
        source = run.ways[0].source
        last: dict[Act, int] = {}
        for way in run.ways:
            last.update(way.numbers[run.step] or {})
        ends = {act: number + run.rise for act, number in last.items()}
        begins = dict(run.ways[0].numbers[run.step] or {})
        nothing = _nothing(begins, ends)
        begin, stop = (Spot(item, f"from{at}.{end}") for end in (run.step, "stop"))
        self.numbers[begin] = {act: begins.get(act, nothing) for act in item.acts}
        self.numbers[stop] = {act: ends.get(act, nothing) for act in item.acts}
        step = PathStep(source.steps[run.step].named, begin)
        steps = (*source.steps[: run.step], step, *source.steps[run.step + 1 :])
        return source._replace(steps=steps, counting=run.step, stop=stop, rise=run.rise)

    def _forget_others(self, item: Item, sources: Sequence[SlotSource]) -> None:
        """Forget the numbers of an item's references that are not among its sources."""
        used = {step.spot for source in sources for step in source.steps}
        used |= {source.stop for source in sources}
        for spot in [one for one in self.numbers if one.item is item]:
            if spot.key.startswith("from") and spot not in used:
                del self.numbers[spot]


def _nothing(begins: Column[int], ends: Column[int]) -> int:
    """The number from and up to which the rounds are counted of which none is taken."""
    constant = next((one for one in (begins, ends) if len(set(one.values())) == 1), None)
    if constant is None:
        raise Unnameable("a list of tensors that grows does not count")
    return next(iter(constant.values()))


def _run(first: CountedWay, slots: Sequence[Sequence[CountedWay]]) -> CountedRun:
    """The slots from one on that take the same of one round after another; ``slots`` are the ways
    of those behind it.
    """
    run = CountedRun([first], 0, 0)
    for ways in slots:
        following = next(filter(None, (_continued(run, way) for way in ways)), None)
        if following is None:
            break
        run = following
    return run


def _continued(run: CountedRun, way: CountedWay) -> CountedRun | None:
    """A run with one more slot."""
    last = run.ways[-1]
    if way.names != last.names or way.source.output != last.source.output:
        return None
    changes = []
    for step, (before, after) in enumerate(zip(last.numbers, way.numbers, strict=True)):
        if before is None or after is None:
            if before is not after:
                return None
            continue
        if not after.keys() <= before.keys():
            return None
        rises = {number - before[act] for act, number in after.items()}
        if rises != {0}:
            changes.append((step, rises))
    if len(changes) != 1:
        return None
    ((step, rises),) = changes
    if rises not in ({1}, {-1}) or (run.rise and (step, rises) != (run.step, {run.rise})):
        return None
    return CountedRun([*run.ways, way], step, rises.pop())
