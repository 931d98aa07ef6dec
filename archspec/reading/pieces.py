"""Folding itself: pieces of lists in; a block with its calls, or a repetition, that stands for them
out. Whether that pays is for others to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from archspec.reading.tree import (
    Act,
    BranchesItem,
    CallItem,
    Column,
    Item,
    LayerItem,
    RepeatItem,
    Seq,
    SharedBlock,
    fresh,
    joined,
    leaves,
    lists_below,
    renamed,
    walk,
)


class ListPiece(NamedTuple):
    """Some items in a row of a list."""

    seq: Seq
    start: int
    stop: int

    @property
    def items(self) -> tuple[Item, ...]:
        """The items."""
        return self.seq.items[self.start : self.stop]

    @property
    def acts(self) -> tuple[Act, ...]:
        """The acts in which any of them is there, in the order of the list's."""
        there = set().union(*(item.acts for item in self.items))
        return tuple(act for act in self.seq.acts if act in there)

    @property
    def chained(self) -> Seq:
        """The items as a list that is given what stands before them."""
        return _in_acts(self.seq.window(self.start, self.stop), self.acts)

    @property
    def own(self) -> Seq:
        """The items as a list that is given what the first of them takes, so that a piece that
        begins with a `from` has it at its call.
        """
        seq = self.seq.window(self.start, self.stop)
        first = self.items[0]
        if first.slots and not seq.is_prev(0) and first.acts == seq.acts:
            seq = Seq(seq.items, first.slots[0])
        return _in_acts(seq, self.acts)

    def overlaps(self, other: ListPiece) -> bool:
        """Whether two pieces of one list share an item."""
        return self.seq is other.seq and self.start < other.stop and other.start < self.stop


@dataclass
class PiecesApart:
    """Pieces of which none shares an item with another or is within another."""

    pieces: list[ListPiece] = field(default_factory=list)
    _below: set[Seq] = field(default_factory=set)
    _around: set[Seq] = field(default_factory=set)

    def may_have(self, piece: ListPiece) -> bool:
        """Whether a further piece is apart from all."""
        if piece.seq in self._below or any(piece.overlaps(other) for other in self.pieces):
            return False
        return self._around.isdisjoint(_lists_in(piece))

    def add(self, piece: ListPiece) -> None:
        """Have one more piece."""
        self.pieces.append(piece)
        self._around.add(piece.seq)
        self._below.update(_lists_in(piece))


def _lists_in(piece: ListPiece) -> list[Seq]:
    return [seq for item in piece.items for seq in lists_below(item)]


def _in_acts(seq: Seq, acts: Sequence[Act]) -> Seq:
    return seq if len(acts) == len(seq.acts) else renamed(seq, {act: act for act in acts})


class TakenTensors(NamedTuple):
    """What a list takes from elsewhere than what it is given: ``outside``, a column for each such
    tensor, and ``pattern``, which of its named inputs is which, to be compared.
    """

    outside: tuple[Column[str], ...]
    pattern: tuple[tuple[str, int], ...]


NOTHING_TAKEN = TakenTensors((), ())


def taken(seq: Seq) -> TakenTensors | None:
    """What a list takes by name; ``None`` where that is not the same tensor in every round of a
    repetition within, so that no input of a block can stand for it, or where it uses layers that
    stand elsewhere, out of which no block sees.
    """
    if _uses_others(seq):
        return None
    named = [
        (inner, item.slots[slot])
        for inner, n, item in walk(seq)
        for slot in range(len(item.slots))
        if not inner.is_prev(n, slot)
    ]
    if not named:
        return NOTHING_TAKEN
    order = {tensor: n for n, tensors in enumerate(_given(seq)) for tensor in tensors}
    outside = _TensorsOutside()
    pattern = []
    if any(isinstance(item, LayerItem) and grows(item) for _, _, item in walk(seq)):
        return None
    for inner, column in named:
        places = {order.get(name, -1) for name in column.values()}
        if len(places) != 1:
            return None
        if (place := places.pop()) >= 0:
            pattern.append(("inside", place))
        elif not inner.acts <= seq.acts:
            return None
        elif all(seq.inp[act] == name for act, name in column.items()):
            pattern.append(("given", 0))
        else:
            pattern.append(("outside", outside.index(column)))
    columns = tuple({**seq.inp, **column} for column in outside.columns)
    return TakenTensors(columns, tuple(pattern))


def _given(seq: Seq) -> Iterator[Iterable[str]]:
    """For each layer and call in a list, and in the lists within it, the tensors that it gives."""
    for _, _, item in walk(seq):
        if isinstance(item, CallItem):
            yield item.out.values()
        layer = item.merge if isinstance(item, BranchesItem) else item
        if isinstance(layer, LayerItem):
            yield [tensor for node in layer.nodes.values() for tensor in node.tensors]


def _uses_others(seq: Seq) -> bool:
    """Whether a list uses layers of others."""
    own = [node for leaf in leaves(seq) for node in leaf.nodes.values()]
    used = {node.weights_of for node in own if node.weights_of is not None}
    return bool(used) and not used <= {node.name for node in own}


def grows(item: LayerItem) -> bool:
    """Whether an item takes more tensors in some acts than in others."""
    return any(len(slot) < len(item.acts) for slot in item.slots)


class _TensorsOutside:
    """Columns of tensors, of which one stands for all that differ from it in no act."""

    def __init__(self) -> None:
        self.columns: list[dict[Act, str]] = []
        self._with: dict[tuple[Act, str], list[int]] = {}
        self._having: Counter[Act] = Counter()

    def index(self, column: Column[str]) -> int:
        """Where a column is, to which it is added if it is not."""
        for n in self._possible(next(iter(column.items()))):
            known = self.columns[n]
            if all(known.get(act, name) == name for act, name in column.items()):
                break
        else:
            n = len(self.columns)
            self.columns.append({})
        for act, name in column.items():
            if act not in self.columns[n]:
                self.columns[n][act] = name
                self._with.setdefault((act, name), []).append(n)
                self._having[act] += 1
        return n

    def _possible(self, entry: tuple[Act, str]) -> list[int]:
        """The columns that do not differ from an entry of another."""
        act, name = entry
        same = self._with.get((act, name), [])
        if self._having[act] == len(self.columns):
            return same
        lacking = [n for n, column in enumerate(self.columns) if act not in column]
        return sorted([*same, *lacking])


class Folded(NamedTuple):
    """A block, and the call that stands for each piece."""

    block: SharedBlock
    calls: tuple[CallItem, ...]


def block_of(
    name: str, body: Seq, lists: Sequence[Seq], acts: Sequence[Mapping[Act, Act]]
) -> Folded | None:
    """A block with a body, and its calls: one for each list, whose acts are others in the body."""
    all_taken = [taken(seq) for seq in lists]
    if any(one is None for one in all_taken):
        return None
    widths = {len(one.outside) for one in all_taken if one is not None}
    if len(widths) != 1:
        return None
    inputs: list[dict[Act, str]] = [{} for _ in range(widths.pop())]
    calls = []
    for seq, to, one in zip(lists, acts, all_taken, strict=True):
        assert one is not None
        for column, outside in zip(inputs, one.outside, strict=True):
            column.update({to[act]: outside[act] for act in seq.acts})
        calls.append(CallItem(name, dict(to), (seq.inp, *one.outside), seq.out))
    return Folded(SharedBlock(body, tuple(inputs)), tuple(calls))


def as_repeat(pieces: Iterable[ListPiece]) -> RepeatItem:
    """Pieces of one skeleton that follow each other in a list as a repetition."""
    return repeat_of(piece.chained for piece in pieces)


def repeat_of(lists: Iterable[Seq]) -> RepeatItem:
    """Lists of one skeleton that follow each other as a repetition."""
    rounds: dict[Act, list[Act]] = {}
    bodies = []
    for seq in lists:
        body, acts = fresh(seq)
        bodies.append(body)
        for act, inner in acts.items():
            rounds.setdefault(act, []).append(inner)
    return RepeatItem(joined(bodies), {act: tuple(row) for act, row in rounds.items()})


def extended(repeat: RepeatItem, piece: ListPiece, *, first: bool) -> RepeatItem:
    """A repetition with a piece as one more round, the first or the last. The piece is of the
    skeleton of the repetition's body; a first one may lack items at its start, and a last one at
    its end, which are optional then.
    """
    seq = piece.chained
    whole, acts = fresh(seq)
    items = list(repeat.body.items)
    lacking = len(items) - len(whole.items)
    shared = items[lacking:] if first else items[: len(whole.items)]
    lists = [whole.items, shared] if first else [shared, whole.items]
    together = joined(Seq(tuple(one), {}) for one in lists).items
    inp = {**whole.inp, **repeat.body.inp} if first else {**repeat.body.inp, **whole.inp}
    rest = items[:lacking] if first else items[len(whole.items) :]
    body = Seq((*rest, *together) if first else (*together, *rest), inp)
    rounds = dict(repeat.rounds)
    for act, inner in acts.items():
        others = repeat.rounds.get(act, ())
        rounds[act] = (inner, *others) if first else (*others, inner)
    in_order = {act: rounds[act] for act in piece.seq.acts if act in rounds}
    return RepeatItem(body, in_order)


def in_a_row(first: RepeatItem, second: RepeatItem) -> RepeatItem:
    """Two repetitions of one skeleton, the second right behind the first, as one."""
    rounds = {act: (*first.rounds[act], *second.rounds[act]) for act in first.acts}
    return RepeatItem(joined([first.body, second.body]), rounds)
