"""What could be folded next: a tree in; moves out, each with what it saves.

`repetitions` are pieces of one skeleton in a row, `shared_pieces` pieces of one skeleton anywhere.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from math import inf
from typing import NamedTuple

from archspec.reading import prices
from archspec.reading.edits import Edit, edited, lists
from archspec.reading.explain import called_in, calls_by_block
from archspec.reading.formulas import KnownColumn
from archspec.reading.growth import Grower, Growing, paths_in
from archspec.reading.pieces import ListPiece, as_repeat, extended, taken
from archspec.reading.pricing import Pricing
from archspec.reading.skeletons import Skeletons
from archspec.reading.stages import (
    UNREAD,
    called_block,
    cuts,
    in_stages,
    rows_of_calls,
    written_out,
)
from archspec.reading.tree import (
    BranchesItem,
    CallItem,
    Item,
    LayerItem,
    RepeatItem,
    Seq,
    SharedBlock,
    Tree,
    walk,
)


class Move(NamedTuple):
    """A change of the tree, and the words that it saves."""

    gain: float
    edits: tuple[Edit, ...]
    blocks: dict[str, SharedBlock]
    arguments: dict[str, list[KnownColumn]]


class Prospect(NamedTuple):
    """Pieces that could be folded into one: in a row as a repetition, or as a block. ``most`` is
    what that can save at most.
    """

    most: float
    pieces: tuple[ListPiece, ...]
    in_a_row: bool


@dataclass
class FoldSearch:
    """What the moves of one network share. ``within_paths``: rows of equal pieces in the paths of
    branchings too, which comes last, since it makes paths unlike that are alike.
    """

    skeletons: Skeletons
    pricing: Pricing
    grower: Grower
    with_blocks: bool = True
    within_paths: bool = False
    gains: dict[object, float] = field(default_factory=dict)
    costs: dict[ListPiece, float] = field(default_factory=dict)
    rows: dict[Seq, list[Prospect]] = field(default_factory=dict)
    barred: set[object] = field(default_factory=set)
    paths: set[Seq] = field(default_factory=set)

    def forget(self) -> None:
        """Forget what depends on the arguments of blocks, which have changed."""
        self.pricing.forget()
        self.costs.clear()
        self.rows.clear()

    def bar(self, move: Move) -> None:
        """Never make a move."""
        self.barred.add(_mark(move.edits))

    # --- prospects

    def prospects(self, tree: Tree) -> list[Prospect]:
        """All folds of equal skeletons that may save anything, the most promising first."""
        every = list(lists(tree))
        folds = [fold for seq in every for fold in self.repetitions(seq)]
        if self.with_blocks:
            folds += self.shared_pieces(every)
        return sorted(folds, key=lambda fold: -fold.most)

    def repetitions(self, seq: Seq) -> list[Prospect]:
        """Runs of pieces of one skeleton in a row."""
        if seq not in self.rows:
            self.rows[seq] = list(self._repetitions(seq))
        return self.rows[seq]

    def _repetitions(self, seq: Seq) -> Iterator[Prospect]:
        tokens = self.skeletons.of_list(seq)
        for period in range(1, min(len(tokens) // 2, prices.WINDOW) + 1):
            for start, stop in _periodic(tokens, period):
                if is_doubled(tokens[start : start + period]):
                    continue
                times = (stop - start) // period
                for shift in range((stop - start) - times * period, -1, -1):
                    first = start + shift
                    row = tuple(
                        ListPiece(seq, first + n * period, first + (n + 1) * period)
                        for n in range(times)
                    )
                    costs = self._pieces_price(row)
                    most = sum(costs) - max(costs) - prices.LOOP
                    if most > prices.LEAST_GAIN:
                        yield Prospect(most, row, True)

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
        if piece not in self.costs:
            torn = self.grower.hints.is_torn(piece)
            self.costs[piece] = self.price(piece) * (prices.TORN if torn else 1.0)
        return self.costs[piece]

    def price(self, piece: ListPiece) -> float:
        """A piece as it stands."""
        return self.pricing.window(piece.seq, piece.start, piece.stop)

    # --- moves

    def gates(self, tree: Tree) -> Move | None:
        """Squeeze-and-excitations as a block, in which the channels are those of its input."""
        pieces = [
            ListPiece(seq, n, n + 1)
            for seq in lists(tree)
            for n, item in enumerate(seq.items)
            if is_gate(item)
        ]
        classes: dict[int, list[ListPiece]] = {}
        for piece in pieces:
            classes.setdefault(self.skeletons.of_item(piece.items[0]), []).append(piece)
        most = max(classes.values(), key=len, default=[])
        return self.block(self.grower.seeded(new_name(tree), most)) if len(most) > 1 else None

    def moves(self, tree: Tree) -> Iterator[Move]:
        """The changes to be made next, the first that can be: rows of equal pieces, then what saves
        most, at last blocks of long bodies.
        """
        if equal := self.equal_rows(tree):
            yield equal
        yield from self.best(tree)
        if self.with_blocks:
            yield from self.body_blocks(tree)

    def finish(self) -> None:
        """Let rows within the paths of branchings be folded from now on."""
        self.within_paths = True
        self.gains.clear()

    def body_blocks(self, tree: Tree) -> Iterator[Move]:
        """The bodies of repetitions that are long, as blocks."""
        for seq in lists(tree):
            for item in seq.items:
                if isinstance(item, RepeatItem) and _is_long(item.body):
                    piece = ListPiece(item.body, 0, len(item.body.items))
                    growing = self.grower.seeded(new_name(tree), [piece])
                    move = self.as_move(growing) if growing.saved > -inf else None
                    if move is not None and _mark(move.edits) not in self.barred:
                        yield move

    def best(self, tree: Tree) -> list[Move]:
        """The changes that save anything, those that save most first."""
        self.paths = {path for seq in lists(tree) for path in paths_in(seq)}
        prospects = self.prospects(tree)
        moves = [*self.folds(tree, prospects), *self.stages(tree), *self.extensions(tree)]
        if self.with_blocks:
            moves += self.growths(tree, prospects)
        moves = [move for move in moves if _mark(move.edits) not in self.barred]
        return sorted(moves, key=lambda move: -round(move.gain, 6))

    def equal_rows(self, tree: Tree) -> Move | None:
        """The row of equal pieces, in a list that is no path of a branching, that saves most."""
        every = list(lists(tree))
        within = {path for seq in every for path in paths_in(seq)}
        folds = [
            fold
            for seq in every
            if seq not in within
            for fold in self.repetitions(seq)
            if self.are_equal(fold.pieces)
        ]
        for fold in sorted(folds, key=lambda fold: -round(fold.most, 6)):
            move = self.worked_out(fold, "")
            if move and _mark(move.edits) not in self.barred:
                return move
        return None

    def are_equal(self, pieces: Sequence[ListPiece]) -> bool:
        """Whether pieces have the same text."""
        return len({tuple(map(self.skeletons.exact, piece.items)) for piece in pieces}) == 1

    def folds(self, tree: Tree, prospects: Sequence[Prospect]) -> list[Move]:
        """Repetitions, and blocks of equal skeletons, the last the one that saves most."""
        better: list[Move] = []
        tried = 0
        for prospect in prospects:
            least = better[-1].gain if better else prices.LEAST_GAIN
            if prospect.most <= least or tried >= prices.TRIALS:
                break
            key = (prospect.in_a_row, tuple(piece.items for piece in prospect.pieces))
            if key in self.gains and self.gains[key] <= least:
                continue
            tried += key not in self.gains
            move = self.worked_out(prospect, new_name(tree))
            self.gains[key] = move.gain if move else 0.0
            if move and move.gain > least and _mark(move.edits) not in self.barred:
                better.append(move)
        return better

    def worked_out(self, prospect: Prospect, name: str) -> Move | None:
        """A fold, carried out and priced."""
        if prospect.in_a_row:
            first, last = prospect.pieces[0], prospect.pieces[-1]
            whole = ListPiece(first.seq, first.start, last.stop)
            few = len(prospect.pieces) == 2 or first.seq in self.paths
            if few and not self.are_equal(prospect.pieces):
                return None
            if first.seq in self.paths and not self.within_paths:
                return None
            return self.repetition(whole, as_repeat(prospect.pieces))
        pieces = _most_alike(prospect.pieces)
        move = self.block(self.grower.seeded(name, pieces)) if len(pieces) > 1 else None
        return move and move._replace(gain=move.gain * self._trust(pieces))

    def _trust(self, pieces: Sequence[ListPiece]) -> float:
        """How much counts of what a block of some pieces saves."""
        torn = sum(self.grower.hints.is_torn(piece) for piece in pieces) / len(pieces)
        buried = sum(self._is_buried(piece) for piece in pieces) / len(pieces)
        staged = any(isinstance(item, RepeatItem) for item in pieces[0].items)
        trust = (1 - (1 - prices.TORN) * torn) * (1 - (1 - prices.BURIED) * buried)
        return trust * (prices.STAGED if staged else 1.0)

    def _is_buried(self, piece: ListPiece) -> bool:
        """Whether a piece is most of the path of a branching."""
        length = piece.stop - piece.start
        long = length > prices.LONG and 2 * length > len(piece.seq.items)
        return long and piece.seq in self.paths

    def repetition(self, piece: ListPiece, repeat: RepeatItem) -> Move:
        """A piece as a repetition."""
        edits = (Edit(piece, (repeat,)),)
        gain = self.price(piece) - self.pricing.item(repeat)
        return Move(gain, edits, {}, {})

    def block(self, growing: Growing) -> Move | None:
        """Pieces as a block and its calls."""
        return self.as_move(growing) if growing.saved > prices.LEAST_GAIN else None

    def as_move(self, growing: Growing) -> Move | None:
        """The change that makes a block of pieces."""
        folded = self.grower.folded(growing)
        if folded is None or _is_a_call(folded.block.body):
            return None
        pairs = zip(growing.pieces, folded.calls, strict=True)
        edits = tuple(Edit(piece, (call,)) for piece, call in pairs)
        named = {growing.name: folded.block}
        return Move(growing.saved, edits, named, {growing.name: growing.arguments})

    def growths(self, tree: Tree, prospects: Sequence[Prospect]) -> Iterator[Move]:
        """Blocks that stand for pieces that are alike: new ones, from the most promising equal
        pieces, and those that there are, for more pieces.
        """
        every = list(lists(tree))
        for pieces in self.seeds(every, prospects):
            growing = self.grower.grow(self.grower.seeded(new_name(tree), pieces), every)
            if (move := self.block(growing)) and not _circular(tree, move):
                yield move._replace(gain=move.gain * self._trust(growing.pieces))
        calls = calls_by_block(tree)
        for name, block in tree.blocks.items():
            growing = self.grower.grow(self.grower.again(name, block, calls[name]), every)
            if growing.pieces and (move := self.block(growing)) and not _circular(tree, move):
                old, new = block, move.blocks[name]
                inputs = [{**a, **b} for a, b in zip(old.inputs, new.inputs, strict=True)]
                yield move._replace(blocks={name: SharedBlock(new.body, tuple(inputs))})

    def seeds(self, every: Sequence[Seq], prospects: Sequence[Prospect]) -> list[list[ListPiece]]:
        """Equal pieces from which a block may grow: branchings, with and without the layer behind
        them, and the most promising others that are no part of one that stands here already.
        """
        classes: dict[object, list[ListPiece]] = {}
        for seq in every:
            tokens = self.skeletons.of_list(seq)
            for n, item in enumerate(seq.items):
                if isinstance(item, BranchesItem):
                    for stop in range(n + 1, min(n + 2, len(tokens)) + 1):
                        piece = ListPiece(seq, n, stop)
                        if not is_doubled(tokens[n:stop]):
                            classes.setdefault(tokens[n:stop], []).append(piece)
        seeds = [_most_alike(apart(pieces)) for pieces in classes.values()]
        seeds = sorted(filter(None, seeds), key=lambda row: -sum(map(self.price, row)))
        seeds = [*seeds[: prices.SEEDS], *self.named_seeds(every)]
        for fold in prospects:
            pieces = _most_alike(fold.pieces)
            if len(seeds) == 2 * prices.SEEDS:
                break
            whole = any(p.seq in self.paths and len(p.items) == len(p.seq.items) for p in pieces)
            part = any(_within(pieces, seed) for seed in seeds)
            if len(pieces) > 1 and not fold.in_a_row and not whole and not part:
                seeds.append(pieces)
        return seeds

    def extensions(self, tree: Tree) -> Iterator[Move]:
        """Repetitions with a piece before or behind them as one more round."""
        for seq in lists(tree):
            tokens = self.skeletons.of_list(seq)
            for n, item in enumerate(seq.items):
                if not isinstance(item, RepeatItem) or seq in self.paths:
                    continue
                body = self.skeletons.of_list(item.body)
                for start, stop in ((n - len(body), n), (n + 1, n + 1 + len(body))):
                    if start >= 0 and tokens[start:stop] == body:
                        whole = ListPiece(seq, min(start, n), max(stop, n + 1))
                        other = ListPiece(seq, start, stop)
                        move = self.repetition(whole, extended(item, other, first=start < n))
                        if move.gain + prices.ONE_MORE_ROUND > prices.LEAST_GAIN:
                            yield move._replace(gain=move.gain + prices.ONE_MORE_ROUND)

    def named_seeds(self, every: Sequence[Seq]) -> Iterator[list[ListPiece]]:
        """For each way to see what the names of layers hold together, the two groups of equal
        pieces that cost most.
        """
        ways: dict[int, dict[object, list[ListPiece]]] = {}
        for seq in every:
            for way, piece in self.grower.hints.segments(seq):
                classes = ways.setdefault(way, {})
                classes.setdefault(self.skeletons.of_piece(piece), []).append(piece)
        for classes in ways.values():
            rows = [_most_alike(pieces) for pieces in classes.values() if len(pieces) > 1]
            yield from sorted(filter(None, rows), key=lambda row: -sum(map(self.price, row)))[:2]

    def stages(self, tree: Tree) -> Iterator[Move]:
        """Rows of calls as tables of stages."""
        for seq in lists(tree):
            if len(seq.acts) == 1:
                yield from filter(None, map(self.in_stages, rows_of_calls(seq)))

    def in_stages(self, row: ListPiece) -> Move | None:
        """A row of calls as stages."""
        calls = written_out(row.seq.window(row.start, row.stop))
        arguments = self.pricing.arguments[called_block(row.items[0]) or ""]
        rows = [call_row(seq.items[0], arguments) for seq in calls]
        move = self.repetition(row, in_stages(calls, cuts(rows)))
        return move if move.gain > prices.LEAST_GAIN else None


def _is_long(body: Seq) -> bool:
    """Whether the body of a repetition is better a block: it has branches and many lines."""
    items = [item for _, _, item in walk(body)]
    branching = any(isinstance(item, BranchesItem) for item in items)
    return branching and len(items) > prices.LONG_BODY


def is_gate(item: Item) -> bool:
    """Whether an item scales a tensor by what its means over all places say."""
    if not isinstance(item, BranchesItem) or len(item.paths) != 2:
        return False
    kinds = {node.layer.kind() for node in item.merge.nodes.values()}
    paths = sorted(item.paths, key=lambda path: len(path.items))
    first = next(iter(paths[1].items), None)
    pooled = isinstance(first, LayerItem) and all(
        node.layer.kind().startswith("GlobalAveragePooling") for node in first.nodes.values()
    )
    return kinds == {"Multiply"} and not paths[0].items and pooled


def _is_a_call(body: Seq) -> bool:
    """Whether a body is no more than a call of another block."""
    return len(body.items) == 1 and isinstance(body.items[0], CallItem)


def _mark(edits: Sequence[Edit]) -> tuple[object, ...]:
    """What tells a move apart, also in later trees."""
    return tuple((type(edit.items[0]), edit.piece.items) for edit in edits)


def new_name(tree: Tree) -> str:
    """A name for a further block, until it has a better one."""
    return f"block_{len(tree.blocks) + 1}"


def call_row(call: Item, arguments: Sequence[KnownColumn]) -> tuple[Hashable, ...]:
    """What a call with one act gives for each argument."""
    assert isinstance(call, CallItem)
    (to,) = call.to.values()
    return tuple(argument.values.get(to, UNREAD) for argument in arguments)


def _circular(tree: Tree, move: Move) -> bool:
    """Whether a block would call itself after a move, directly or around."""
    after = edited(tree, move.edits, move.blocks)
    try:
        TopologicalSorter(
            {name: called_in(block.body) for name, block in after.blocks.items()}
        ).prepare()
    except CycleError:
        return True
    return False


def _most_alike(pieces: Sequence[ListPiece]) -> list[ListPiece]:
    """The pieces whose inputs from elsewhere are wired as those of most."""
    patterns: dict[object, list[ListPiece]] = {}
    for piece in pieces:
        one = taken(piece.own)
        if one is not None:
            patterns.setdefault(one.pattern, []).append(piece)
    return max(patterns.values(), key=len, default=[])


def is_doubled(tokens: Sequence[int]) -> bool:
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


def _periodic(tokens: Sequence[int], period: int) -> Iterator[tuple[int, int]]:
    """The longest stretches that repeat with a period, at least twice: start and stop."""
    start = 0
    for at in range(period, len(tokens) + 1):
        if at == len(tokens) or tokens[at] != tokens[at - period]:
            if at - start >= 2 * period:
                yield start, at
            start = at - period + 1
