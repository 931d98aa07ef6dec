"""What is folded next: a tree in; moves out, worked out and priced, those that save most first."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from math import inf
from typing import NamedTuple

from archspec.reading import prices
from archspec.reading.calls import called_in, calls_by_block, own_calls
from archspec.reading.edits import Edit, edited, lists
from archspec.reading.formulas import KnownColumn
from archspec.reading.growth import Grower, Growing
from archspec.reading.pieces import ListPiece, as_repeat, extended, in_a_row
from archspec.reading.pricing import Pricing
from archspec.reading.prospects import Prospect, Prospects
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

    def after(self, tree: Tree) -> Tree:
        """The tree with the change."""
        return edited(tree, self.edits, self.blocks)


@dataclass
class FoldSearch:
    """What the moves of one network share. ``within_paths``: rows of equal pieces in the paths of
    branchings too, which comes last, since it makes paths unlike that are alike.
    """

    skeletons: Skeletons
    pricing: Pricing
    grower: Grower
    prospects: Prospects
    with_blocks: bool = True
    within_paths: bool = False
    gains: dict[object, float] = field(default_factory=dict)
    barred: set[object] = field(default_factory=set)
    paths: set[Seq] = field(default_factory=set)

    def made(self, move: Move, tree: Tree) -> None:
        """Know the arguments of the blocks that a move makes, and forget what depends on those of
        blocks that it changes.
        """
        if move.blocks.keys() & tree.blocks.keys():
            self.pricing.forget()
            self.prospects.forget()
            self.grower.aligner.forget()
            self.gains.clear()
        self.pricing.arguments.update(move.arguments)

    def bar(self, move: Move) -> None:
        """Never make a move."""
        self.barred.add(_mark(move.edits))

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
        every = list(lists(tree))
        self.paths = {path for seq in every for path in paths_in(seq)}
        if equal := self.equal_rows(every):
            yield equal
        yield from self.best(tree, every)
        yield from self._allowed(self.extensions(every, in_part=True))
        if self.with_blocks:
            yield from self.body_blocks(tree, every)

    def finish(self) -> None:
        """Let rows be folded from now on that are within the paths of branchings, or differ from
        act to act.
        """
        self.within_paths = True
        self.skeletons.tell_by_act()
        self.gains.clear()

    def body_blocks(self, tree: Tree, every: Sequence[Seq]) -> Iterator[Move]:
        """The bodies of repetitions that are long, as blocks."""
        for seq in every:
            for item in seq.items:
                if isinstance(item, RepeatItem) and _is_long(item.body):
                    piece = ListPiece(item.body, 0, len(item.body.items))
                    growing = self.grower.seeded(new_name(tree), [piece])
                    move = self.as_move(growing) if growing.saved > -inf else None
                    if move is not None and _mark(move.edits) not in self.barred:
                        yield move

    def best(self, tree: Tree, every: Sequence[Seq]) -> list[Move]:
        """The changes that save anything, those that save most first."""
        prospects = self.prospects.all(every, blocks=self.with_blocks)
        moves = [*self.folds(tree, prospects), *self.stages(every), *self.extensions(every)]
        if self.with_blocks:
            moves += self.growths(tree, every, prospects)
        return self._allowed(moves)

    def _allowed(self, moves: Iterable[Move]) -> list[Move]:
        """The moves that are not barred, those that save most first."""
        allowed = [move for move in moves if _mark(move.edits) not in self.barred]
        return sorted(allowed, key=lambda move: -round(move.gain, 6))

    def equal_rows(self, every: Sequence[Seq]) -> Move | None:
        """The row of equal pieces, in a list that is no path of a branching, that saves most."""
        folds = [
            fold
            for seq in every
            if seq not in self.paths
            for fold in self.prospects.repetitions(seq)
            if self.prospects.are_equal(fold.pieces)
        ]
        for fold in sorted(folds, key=lambda fold: -round(fold.most, 6)):
            move = self.worked_out(fold, "")
            if move and _mark(move.edits) not in self.barred:
                return move
        return None

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
            if few and not self.prospects.are_equal(prospect.pieces):
                return None
            if first.seq in self.paths and not self.within_paths:
                return None
            return self.repetition(whole, as_repeat(prospect.pieces))
        pieces = self.prospects.most_alike(prospect.pieces)
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
        gain = self.pricing.piece(piece) - self.pricing.item(repeat)
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

    def growths(
        self, tree: Tree, every: Sequence[Seq], prospects: Sequence[Prospect]
    ) -> Iterator[Move]:
        """Blocks that stand for pieces that are alike: new ones, from the most promising equal
        pieces, and those that there are, for more pieces.
        """
        outside = [seq for seq in every if seq not in self.paths]
        for pieces in self.prospects.seeds(every, self.paths, prospects):
            growing = self.grower.grow(self.grower.seeded(new_name(tree), pieces), every, outside)
            if (move := self.block(growing)) and not is_circular(move.after(tree)):
                yield move._replace(gain=move.gain * self._trust(growing.pieces))
        calls = calls_by_block(tree)
        for name, block in tree.blocks.items():
            if own_calls(block.body):
                continue
            growing = self.grower.grow(self.grower.again(name, block, calls[name]), every, outside)
            if (
                growing.pieces
                and (move := self.block(growing))
                and not is_circular(move.after(tree))
            ):
                new = move.blocks[name]
                inputs = [{**a, **b} for a, b in zip(block.inputs, new.inputs, strict=True)]
                yield move._replace(blocks={name: SharedBlock(new.body, tuple(inputs))})

    def extensions(self, every: Sequence[Seq], *, in_part: bool = False) -> Iterator[Move]:
        """Repetitions with a piece before or behind them, or the rounds of the next one, as further
        rounds; or, ``in_part``, with a piece that lacks some of the body.
        """
        for seq in every:
            for n, item in enumerate(seq.items):
                if not isinstance(item, RepeatItem) or seq in self.paths:
                    continue
                for whole, repeat in self._extended(seq, n, item, in_part=in_part):
                    move = self.repetition(whole, repeat)
                    if move.gain + prices.ONE_MORE_ROUND > prices.LEAST_GAIN:
                        yield move._replace(gain=move.gain + prices.ONE_MORE_ROUND)

    def _extended(
        self, seq: Seq, n: int, item: RepeatItem, *, in_part: bool
    ) -> Iterator[tuple[ListPiece, RepeatItem]]:
        """A repetition with one more round, or more, and the piece for which it then stands."""
        tokens, body = self.skeletons.of_list(seq), self.skeletons.of_list(item.body)
        for length in range(1, len(body)) if in_part else [len(body)]:
            if n >= length and tokens[n - length : n] == body[-length:]:
                before = ListPiece(seq, n - length, n)
                if not in_part or any(map(_is_folded, before.items)):
                    yield ListPiece(seq, n - length, n + 1), extended(item, before, first=True)
            if tokens[n + 1 : n + 1 + length] == body[:length]:
                behind = ListPiece(seq, n + 1, n + 1 + length)
                if not in_part or any(map(_is_folded, behind.items)):
                    yield ListPiece(seq, n, n + 1 + length), extended(item, behind, first=False)
        following = seq.items[n + 1] if n + 1 < len(seq.items) else None
        if in_part or not isinstance(following, RepeatItem) or following.acts != item.acts:
            return
        if seq.is_prev(n + 1) and self.skeletons.of_list(following.body) == body:
            yield ListPiece(seq, n, n + 2), in_a_row(item, following)

    def stages(self, every: Sequence[Seq]) -> Iterator[Move]:
        """Rows of calls as tables of stages."""
        for seq in every:
            if len(seq.acts) == 1:
                yield from filter(None, map(self.in_stages, rows_of_calls(seq)))

    def in_stages(self, row: ListPiece) -> Move | None:
        """A row of calls as stages."""
        calls = written_out(row.seq.window(row.start, row.stop))
        arguments = self.pricing.arguments[called_block(row.items[0]) or ""]
        rows = [call_row(seq.items[0], arguments) for seq in calls]
        move = self.repetition(row, in_stages(calls, cuts(rows)))
        return move if move.gain > prices.LEAST_GAIN else None


def _is_folded(item: Item) -> bool:
    """Whether an item stands for more than a layer: a stage has one such."""
    return isinstance(item, RepeatItem | CallItem | BranchesItem)


def paths_in(seq: Seq) -> Iterator[Seq]:
    """The paths of the branchings of a list."""
    for item in seq.items:
        if isinstance(item, BranchesItem):
            yield from item.paths


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


def is_circular(tree: Tree) -> bool:
    """Whether a block calls itself by way of others."""
    called = {name: {*called_in(block.body)} - {name} for name, block in tree.blocks.items()}
    try:
        TopologicalSorter(called).prepare()
    except CycleError:
        return True
    return False
