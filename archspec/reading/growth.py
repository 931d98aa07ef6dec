"""Blocks that stand for pieces that are alike but not the same: from some equal pieces, or a block
that there is, to all that can be written as a call of it, with conditions in the block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from archspec.reading import prices
from archspec.reading.align import Aligner
from archspec.reading.formulas import KnownColumn
from archspec.reading.hints import NameHints
from archspec.reading.pieces import NOTHING_TAKEN, Folded, ListPiece, PiecesApart, block_of, taken
from archspec.reading.pricing import Pricing
from archspec.reading.skeletons import Skeletons
from archspec.reading.tree import (
    Act,
    BranchesItem,
    CallItem,
    Item,
    LayerItem,
    Seq,
    SharedBlock,
    fresh,
    joined,
    walk,
)


@dataclass
class Growing:
    """A block as it grows: its body, the pieces that it stands for, and, for each, the list that it
    is and its acts in the body. ``saved`` are the words that it saves, ``before`` what its calls
    and its text cost until now, where the block is not new.
    """

    name: str
    body: Seq
    pieces: list[ListPiece]
    lists: list[Seq]
    acts: list[dict[Act, Act]]
    before: float = 0.0
    calls: tuple[CallItem, ...] = ()
    saved: float = 0.0
    arguments: list[KnownColumn] = field(default_factory=list)


class AlikePiece(NamedTuple):
    """A piece that is alike a block, and whether it is alike its residual's main path alone."""

    score: float
    piece: ListPiece
    bare: bool


@dataclass
class Grower:
    """Grows blocks in one network."""

    aligner: Aligner
    pricing: Pricing
    skeletons: Skeletons
    hints: NameHints
    _seeds: dict[tuple[tuple[Item, ...], ...], Growing] = field(default_factory=dict)

    def seeded(self, name: str, pieces: Sequence[ListPiece]) -> Growing:
        """A new block of pieces of one skeleton."""
        key = tuple(piece.items for piece in pieces)
        if key not in self._seeds:
            lists = [piece.own for piece in pieces]
            inner = [fresh(seq) for seq in lists]
            body = joined(seq for seq, _ in inner)
            growing = Growing(name, body, [], lists, [acts for _, acts in inner])
            self._seeds[key] = growing
        growing = replace(self._seeds[key], name=name, pieces=list(pieces))
        self._price(growing)
        return growing

    def again(self, name: str, block: SharedBlock, calls: Sequence[CallItem]) -> Growing:
        """A block that there is, with its calls."""
        price, arguments = self.pricing.block(block.body)
        before = price + sum(self.pricing.item(call) for call in calls)
        return Growing(name, block.body, [], [], [], before, tuple(calls), 0.0, arguments)

    def grow(self, growing: Growing, every: Sequence[Seq], outside: Sequence[Seq]) -> Growing:
        """The block with all alike pieces of all lists that shorten the text; those of one skeleton
        together. ``outside`` are the lists that are no paths of branchings.
        """
        apart = PiecesApart()
        for piece in growing.pieces:
            apart.add(piece)
        groups: dict[object, list[AlikePiece]] = {}
        for hit in self._hits(growing, every, outside):
            tokens = self.skeletons.of_list(hit.piece.seq)[hit.piece.start : hit.piece.stop]
            groups.setdefault((hit.bare, tokens), []).append(hit)
        for hits in groups.values():
            pieces = [hit.piece for hit in hits]
            if not all(map(apart.may_have, pieces)):
                continue
            wider = self._with(growing, pieces, bare=hits[0].bare)
            if wider.saved > growing.saved:
                growing = wider
                for piece in pieces:
                    apart.add(piece)
        return growing

    def _with(self, growing: Growing, pieces: Sequence[ListPiece], *, bare: bool) -> Growing:
        lists = [piece.own for piece in pieces]
        inner = [fresh(seq) for seq in lists]
        other = joined(seq for seq, _ in inner)
        if bare:
            other = _as_residual(other, growing.body)
        wider = replace(
            growing,
            body=self.aligner.merged(growing.body, other),
            pieces=[*growing.pieces, *pieces],
            lists=[*growing.lists, *lists],
            acts=[*growing.acts, *(acts for _, acts in inner)],
        )
        self._price(wider)
        return wider

    def _price(self, growing: Growing) -> None:
        """Work out what a block saves."""
        price, growing.arguments = self.pricing.block(growing.body)
        folded = self.folded(growing)
        if folded is None:
            growing.saved = float("-inf")
            return
        before = growing.before + sum(map(self.pricing.piece, growing.pieces))
        calls = (*growing.calls, *folded.calls)
        after = price + self.pricing.calls(calls, growing.arguments)
        inputs = len(folded.block.inputs)
        after += prices.PARAMETER * inputs + (prices.INPUTS if inputs else 0.0)
        named = sum(map(_names_taken, growing.pieces, folded.calls))
        growing.saved = before - after - prices.REFERENCE * named

    def folded(self, growing: Growing) -> Folded | None:
        """The block and its new calls."""
        return block_of(growing.name, growing.body, growing.lists, growing.acts)

    def _hits(
        self, growing: Growing, every: Sequence[Seq], outside: Sequence[Seq]
    ) -> list[AlikePiece]:
        """The pieces of all lists that are alike the block, the best first."""
        hits = [*self._alike(growing.body, every, growing.pieces, bare=False)]
        main = _main_path(growing.body)
        if main is not None:
            hits += self._alike(main, outside, growing.pieces, bare=True)
        hits.sort(key=lambda hit: -hit.score)
        chosen: list[AlikePiece] = []
        apart = PiecesApart()
        for hit in hits:
            if apart.may_have(hit.piece):
                chosen.append(hit)
                apart.add(hit.piece)
        return chosen

    def _alike(
        self, body: Seq, every: Sequence[Seq], taboo: Sequence[ListPiece], *, bare: bool
    ) -> Iterator[AlikePiece]:
        named = self.hints.is_one(body)
        least = max(prices.ALIKE_BLOCK * self.pricing.of_list(body), prices.CALL)
        own = {body, *(inner for inner, _, _ in walk(body))}
        for seq in every:
            if seq in own:
                continue
            gaps = _gaps(seq, taboo)
            if named:
                gaps = [part for gap in gaps for part in self.hints.parts(gap)]
            for gap in gaps:
                if self.pricing.piece(gap) < least:
                    continue
                part = seq.window(gap.start, gap.stop)
                for hit in self.aligner.stretches(body, part, least):
                    piece = ListPiece(seq, gap.start + hit.start, gap.start + hit.stop)
                    price = self.pricing.piece(piece)
                    torn = prices.TORN if self.hints.is_torn(piece) else 1.0
                    alike = hit.score * torn >= prices.ALIKE_PIECE * price
                    if alike and taken(piece.own) == NOTHING_TAKEN:
                        yield AlikePiece(hit.score, piece, bare)


def _names_taken(piece: ListPiece, call: CallItem) -> int:
    """How many names the ``from`` of a call in a piece's place has."""
    before = piece.seq.before[piece.start]
    return sum(any(before[act] != tensor for act, tensor in slot.items()) for slot in call.slots)


def _main_path(body: Seq) -> Seq | None:
    """The main path of a body that is nothing but a residual around which the input goes."""
    if len(body.items) != 1 or not isinstance(body.items[0], BranchesItem):
        return None
    paths = body.items[0].paths
    longer = [path for path in paths if path.items]
    return longer[0] if len(paths) == 2 and len(longer) == 1 else None


def _as_residual(main: Seq, body: Seq) -> Seq:
    """A list as the residual that a body is, without the way around."""
    (residual,) = body.items
    assert isinstance(residual, BranchesItem)
    nothing = Seq((), {})
    paths = tuple(main if path.items else nothing for path in residual.paths)
    return Seq((BranchesItem(paths, LayerItem({})),), main.inp)


def _gaps(seq: Seq, taboo: Sequence[ListPiece]) -> list[ListPiece]:
    """What of a list is in none of some pieces."""
    taken_here = sorted((p.start, p.stop) for p in taboo if p.seq is seq)
    gaps, at = [], 0
    for start, stop in [*taken_here, (len(seq.items), 0)]:
        if start > at:
            gaps.append(ListPiece(seq, at, start))
        at = max(at, stop)
    return gaps
