"""What could be folded: lists of a tree in; pieces out that are equal but for their settings, with
what folding them can save at most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from archspec.reading import prices
from archspec.reading.hints import NameHints
from archspec.reading.pieces import ListPiece, taken
from archspec.reading.pricing import Pricing
from archspec.reading.skeletons import Skeletons
from archspec.reading.stages import called_block
from archspec.reading.tree import BranchesItem, Seq

MOST_IN_FULL = 2
"""Pieces in a row of which none is left out."""

LEAST_TIMES = 3
"""How many times a row of layers that differ in their settings must be there to be a repetition."""


class Prospect(NamedTuple):
    """Pieces that could be folded into one: in a row as a repetition, or as a block. ``most`` is
    what that can save at most.
    """

    most: float
    pieces: tuple[ListPiece, ...]
    in_a_row: bool


@dataclass
class Prospects:
    """Looks for what could be folded in one network; what is known of a list stays known."""

    skeletons: Skeletons
    pricing: Pricing
    hints: NameHints
    _costs: dict[ListPiece, float] = field(default_factory=dict)
    _rows: dict[Seq, list[Prospect]] = field(default_factory=dict)
    _patterns: dict[ListPiece, object] = field(default_factory=dict)

    def forget(self) -> None:
        """Forget what depends on the arguments of blocks, which have changed."""
        self._costs.clear()
        self._rows.clear()

    def all(self, every: Sequence[Seq], *, blocks: bool) -> list[Prospect]:
        """All folds of equal skeletons that may save anything, the most promising first; without
        ``blocks`` only repetitions.
        """
        folds = [fold for seq in every for fold in self.repetitions(seq)]
        if blocks:
            folds += self.shared_pieces(every)
        return sorted(folds, key=lambda fold: -fold.most)

    def repetitions(self, seq: Seq) -> list[Prospect]:
        """Runs of pieces of one skeleton in a row."""
        if seq not in self._rows:
            self._rows[seq] = list(self._repetitions(seq))
        return self._rows[seq]

    def _repetitions(self, seq: Seq) -> Iterator[Prospect]:
        tokens = self.skeletons.of_list(seq)
        for period in range(1, min(len(tokens) // 2, prices.WINDOW) + 1):
            for start, stop in _periodic(tokens, period):
                if not is_doubled(tokens[start : start + period]):
                    yield from self._cut(seq, start, stop, period)
        exact = tuple(zip(tokens, self.skeletons.exact_list(seq), strict=True))
        for period in range(2, min(len(tokens) // LEAST_TIMES, prices.WINDOW) + 1):
            for start, stop in _periodic(exact, period):
                many = stop - start >= LEAST_TIMES * period
                alike = is_doubled(tokens[start : start + period])  # but for their settings
                if many and alike and not is_doubled(exact[start : start + period]):
                    rows = self._cut(seq, start, stop, period)
                    yield from reversed(list(rows))  # one begins with the first

    def _cut(self, seq: Seq, start: int, stop: int, period: int) -> Iterator[Prospect]:
        """The ways to cut a stretch that repeats into pieces that pay, the last first."""
        times = (stop - start) // period
        for shift in range((stop - start) - times * period, -1, -1):
            first = start + shift
            row = tuple(
                ListPiece(seq, first + n * period, first + (n + 1) * period) for n in range(times)
            )
            yield from self._rows_of(row)

    def _rows_of(self, row: tuple[ListPiece, ...]) -> Iterator[Prospect]:
        """A row of pieces, and, where they take tensors by name, the row without the first: what
        others take of the round before, the first takes of something else.
        """
        prev = row[0].seq.takes_prev[row[0].start : row[0].stop]
        named = len(row) > MOST_IN_FULL and not all(map(all, prev))
        for pieces in (row, row[1:]) if named else (row,):
            costs = self._pieces_price(pieces)
            most = sum(costs) - max(costs) - prices.LOOP
            if most > prices.LEAST_GAIN:
                yield Prospect(most, pieces, True)

    def shared_pieces(self, every: Sequence[Seq]) -> Iterator[Prospect]:
        """Pieces of one skeleton, wherever they are."""
        for length in range(1, prices.WINDOW + 1):
            classes: dict[tuple[int, ...], list[ListPiece]] = {}
            for seq in every:
                tokens = self.skeletons.of_list(seq)
                for start in range(len(tokens) - length + 1):
                    piece = ListPiece(seq, start, start + length)
                    classes.setdefault(self.skeletons.of_piece(piece), []).append(piece)
            longer = [(tokens, row) for tokens, row in classes.items() if len(row) > 1]
            if not longer:
                return
            for tokens, row in longer:
                if is_doubled(tokens) or (called_block(row[0].items[-1]) and length == 1):
                    continue  # a block of one call says nothing
                pieces = apart(row)
                costs = self._pieces_price(pieces)
                most = sum(costs) - max(costs) - prices.BLOCK - len(costs) * prices.CALL
                if len(pieces) > 1 and most > prices.LEAST_GAIN:
                    yield Prospect(most, tuple(pieces), False)

    def _pieces_price(self, pieces: Sequence[ListPiece]) -> list[float]:
        """What each of some pieces costs; less where they are torn, so that they pay less."""
        return [self._trusted_price(one) for one in pieces]

    def _trusted_price(self, piece: ListPiece) -> float:
        if piece not in self._costs:
            torn = self.hints.is_torn(piece)
            self._costs[piece] = self.pricing.piece(piece) * (prices.TORN if torn else 1.0)
        return self._costs[piece]

    def are_equal(self, pieces: Sequence[ListPiece]) -> bool:
        """Whether pieces have the same text; of many, all but one."""
        texts = [tuple(map(self.skeletons.exact, piece.items)) for piece in pieces]
        if len(set(texts)) == 1:
            return True
        usual = max(Counter(texts).values()) if len(texts) >= prices.LONG_ROW else 0
        return usual == len(texts) - 1

    def most_alike(self, pieces: Sequence[ListPiece]) -> list[ListPiece]:
        """The pieces whose inputs from elsewhere are wired as those of most."""
        patterns: dict[object, list[ListPiece]] = {}
        for piece in pieces:
            if piece not in self._patterns:
                one = taken(piece.own)
                self._patterns[piece] = None if one is None else one.pattern
            if (pattern := self._patterns[piece]) is not None:
                patterns.setdefault(pattern, []).append(piece)
        return max(patterns.values(), key=len, default=[])

    def seeds(
        self, every: Sequence[Seq], paths: Set[Seq], prospects: Sequence[Prospect]
    ) -> list[list[ListPiece]]:
        """Equal pieces from which a block may grow: branchings, with and without the layer behind
        them, and the most promising others that are no part of one that stands here already.
        """
        seeds = [*self.branchings(every)[: prices.SEEDS], *self.named_seeds(every)]
        for fold in prospects:
            pieces = self.most_alike(fold.pieces)
            if len(seeds) == 2 * prices.SEEDS:
                break
            whole = any(p.seq in paths and len(p.items) == len(p.seq.items) for p in pieces)
            part = any(_within(pieces, seed) for seed in seeds)
            if len(pieces) > 1 and not fold.in_a_row and not whole and not part:
                seeds.append(pieces)
        return seeds

    def branchings(self, every: Sequence[Seq]) -> list[list[ListPiece]]:
        """Equal branchings, with and without what is behind them, those that cost most first."""
        classes: dict[object, list[ListPiece]] = {}
        for seq in every:
            tokens = self.skeletons.of_list(seq)
            for n, item in enumerate(seq.items):
                stops = range(n + 1, min(n + 2, len(tokens)) + 1)
                for stop in stops if isinstance(item, BranchesItem) else ():
                    if not is_doubled(tokens[n:stop]):
                        classes.setdefault(tokens[n:stop], []).append(ListPiece(seq, n, stop))
        rows = [self.most_alike(apart(pieces)) for pieces in classes.values()]
        return sorted(filter(None, rows), key=lambda row: -sum(map(self.pricing.piece, row)))

    def named_seeds(self, every: Sequence[Seq]) -> Iterator[list[ListPiece]]:
        """For each way to see what the names of layers hold together, the two groups of equal
        pieces that cost most.
        """
        ways: dict[int, dict[object, list[ListPiece]]] = {}
        for seq in every:
            for way, piece in self.hints.segments(seq):
                classes = ways.setdefault(way, {})
                classes.setdefault(self.skeletons.of_piece(piece), []).append(piece)
        for classes in ways.values():
            rows = [self.most_alike(pieces) for pieces in classes.values() if len(pieces) > 1]
            yield from sorted(
                filter(None, rows), key=lambda row: -sum(map(self.pricing.piece, row))
            )[:2]


def is_doubled(tokens: Sequence[Hashable]) -> bool:
    """Whether a piece is a shorter one several times in a row, which is no block of its own."""
    length = len(tokens)
    return any(
        length % period == 0 and tokens[period:] == tokens[:-period]
        for period in range(1, length // 2 + 1)
    )


def _within(pieces: Sequence[ListPiece], others: Sequence[ListPiece]) -> bool:
    """Whether pieces are nothing but parts of as many others."""
    if len(pieces) > len(others):
        return False
    return all(
        any(
            one.seq is other.seq and other.start <= one.start and one.stop <= other.stop
            for other in others
        )
        for one in pieces
    )


def apart(pieces: Sequence[ListPiece]) -> list[ListPiece]:
    """Pieces of which none overlaps another: each next one behind the last."""
    chosen: list[ListPiece] = []
    for piece in pieces:
        if not chosen or not chosen[-1].overlaps(piece):
            chosen.append(piece)
    return chosen


def _periodic(tokens: Sequence[Hashable], period: int) -> Iterator[tuple[int, int]]:
    """The longest stretches that repeat with a period, at least twice: start and stop."""
    start = 0
    for at in range(period, len(tokens) + 1):
        if at == len(tokens) or tokens[at] != tokens[at - period]:
            if at - start >= 2 * period:
                yield start, at
            start = at - period + 1
