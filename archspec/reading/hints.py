"""What the names of layers say about where pieces begin and end. Names are evidence, not truth: a
piece that cuts through what the names hold together only counts for less.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from itertools import pairwise

from archspec.reading.pieces import ListPiece
from archspec.reading.tree import CallItem, Item, LayerItem, Seq, walk

WORDS = re.compile(r"[A-Za-z]+|\d+")


class NameHints:
    """The words of the names of one network's layers; none where they are not ``trusted``."""

    def __init__(self, *, trusted: bool = True) -> None:
        self.trusted = trusted
        self._pairs: dict[tuple[Item, Item], int] = {}
        self._words: dict[str, tuple[str, ...]] = {}
        self._ends: dict[Item, tuple[str, str, int]] = {}

    def is_torn(self, piece: ListPiece) -> bool:
        """Whether the layers of a piece have less in common with each other than with those
        before or behind it.
        """
        seq = piece.seq
        inside = min(
            [
                *(self._item(item)[2] for item in piece.items),
                *(self._between(seq, n) for n in range(piece.start + 1, piece.stop)),
            ]
        )
        before = self._between(seq, piece.start) if piece.start else 0
        behind = self._between(seq, piece.stop) if piece.stop < len(seq.items) else 0
        return max(before, behind) > inside

    def is_one(self, body: Seq) -> bool:
        """Whether the layers of a list share the first word of their names, in most acts."""
        if not self.trusted:
            return False
        outs = [
            item.out
            for _, _, item in walk(body)
            if isinstance(item, LayerItem | CallItem) and item.acts <= body.acts
        ]
        firsts = [{self.words(out[act])[:1] for out in outs if act in out} for act in body.acts]
        return 2 * sum(len(words) == 1 for words in firsts) > len(firsts)

    def segments(self, seq: Seq) -> Iterator[tuple[int, ListPiece]]:
        """Items in a row that the names hold together, for each way to see that: by the words up
        to the first number, or to the second, and by the numbers alone.
        """
        for way, key in enumerate((_to_first_number, _to_second_number, _numbers)):
            start = 0
            keys = [self._key(item, key) for item in seq.items]
            for at in range(1, len(keys) + 1):
                if at == len(keys) or keys[at] != keys[start]:
                    if keys[start] and at - start > 1:
                        yield way, ListPiece(seq, start, at)
                    start = at

    def _key(self, item: Item, key: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Hashable:
        """What the names of an item's first and last layer have in common in a way."""
        first, last, _ = self._item(item)
        one = key(self.words(first))
        return one if one == key(self.words(last)) else None

    def parts(self, piece: ListPiece) -> Iterator[ListPiece]:
        """A piece cut where the names of the layers before and behind share no first word."""
        start = piece.start
        for at in range(piece.start + 1, piece.stop + 1):
            if at == piece.stop or not self._between(piece.seq, at):
                yield ListPiece(piece.seq, start, at)
                start = at

    def _between(self, seq: Seq, index: int) -> int:
        """The leading words that an item shares with the one before it."""
        pair = seq.items[index - 1], seq.items[index]
        if pair not in self._pairs:
            self._pairs[pair] = self._shared(self._item(pair[0])[1], self._item(pair[1])[0])
        return self._pairs[pair]

    def _item(self, item: Item) -> tuple[str, str, int]:
        """The names of an item's first and last layer, and the leading words that all that stand
        in a row in it share.
        """
        if item not in self._ends:
            names = list(_names(item))
            shared = [self._shared(a, b) for a, b in pairwise(names)]
            self._ends[item] = (
                (names[0], names[-1], min(shared, default=MANY)) if names else ("", "", MANY)
            )
        return self._ends[item]

    def _shared(self, first: str, second: str) -> int:
        one, two = self.words(first), self.words(second)
        for n, (a, b) in enumerate(zip(one, two, strict=False)):
            if a != b:
                return n
        return min(len(one), len(two))

    def words(self, name: str) -> tuple[str, ...]:
        """The words and numbers of a name."""
        if name not in self._words:
            self._words[name] = tuple(WORDS.findall(name)) if self.trusted else ()
        return self._words[name]


def _to_first_number(words: tuple[str, ...]) -> tuple[str, ...]:
    numbers = [n for n, word in enumerate(words) if word.isdigit()]
    return words[: numbers[0] + 1] if numbers else ()


def _to_second_number(words: tuple[str, ...]) -> tuple[str, ...]:
    numbers = [n for n, word in enumerate(words) if word.isdigit()]
    return words[: numbers[1] + 1] if len(numbers) > 1 else ()


def _numbers(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word.isdigit())


MANY = 1_000
"""Words in common of a layer with itself."""


def _names(item: Item) -> Iterator[str]:
    """The names of an item's layers in one act, in the order of the text; of a call, that of the
    layer that it ends in.
    """
    for _, _, inner in walk(Seq((item,), {})):
        if isinstance(inner, LayerItem | CallItem):
            yield from list(inner.out.values())[:1]
