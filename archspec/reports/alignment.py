"""Two sequences of keys → the stretches in which they agree, in time that grows with their length:
`difflib` alone takes the square of it where keys are frequent, as in a chain of equal layers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from typing import NamedTuple

EXACT = 200
"""The length up to which two sequences are compared by `difflib`; longer ones are cut."""


class Aligned(NamedTuple):
    """A part of each sequence, ``first[start:end]`` and ``second[other:to]``, which are ``equal``
    or have nothing in common.
    """

    equal: bool
    start: int
    end: int
    other: int
    to: int


def stretches(first: Sequence[Hashable], second: Sequence[Hashable]) -> Iterator[Aligned]:
    """The stretches of two sequences, in order, neighbours of one sort joined."""
    align = _exact if max(len(first), len(second)) <= EXACT else _between
    found = align(first, second, 0, len(first), 0, len(second))
    for equal, run in groupby((one for one in found if _is_filled(one)), lambda one: one.equal):
        begin, *_ = same = list(run)
        yield Aligned(equal, begin.start, same[-1].end, begin.other, same[-1].to)


def _is_filled(stretch: Aligned) -> bool:
    return stretch.end > stretch.start or stretch.to > stretch.other


def _between(
    first: Sequence[Hashable], second: Sequence[Hashable], start: int, end: int, other: int, to: int
) -> Iterator[Aligned]:
    """The stretches of a part of each sequence: equal ends are cut off, then what occurs once on
    both sides divides the rest.
    """
    head = _common(first[start:end], second[other:to])
    tail = _common(first[start + head : end][::-1], second[other + head : to][::-1])
    yield Aligned(True, start, start + head, other, other + head)
    yield from _inside(first, second, start + head, end - tail, other + head, to - tail)
    yield Aligned(True, end - tail, end, to - tail, to)


def _common(first: Sequence[Hashable], second: Sequence[Hashable]) -> int:
    """How many elements two sequences begin with in common."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(first), len(second)))


def _inside(
    first: Sequence[Hashable], second: Sequence[Hashable], start: int, end: int, other: int, to: int
) -> Iterator[Aligned]:
    if max(end - start, to - other) <= EXACT:
        yield from _exact(first, second, start, end, other, to)
        return
    anchors = _anchors(first[start:end], second[other:to])
    if not anchors:  # the two are cut alike, and compared piece by piece
        pieces = -(-max(end - start, to - other) // EXACT)
        anchors = [
            (number * (end - start) // pieces, number * (to - other) // pieces)
            for number in range(1, pieces)
        ]
        ends = [(start, other), *((start + a, other + b) for a, b in anchors), (end, to)]
        for (left, right), (left_end, right_end) in pairwise(ends):
            yield from _exact(first, second, left, left_end, right, right_end)
        return
    place = start, other
    for left, right in anchors:
        yield from _between(first, second, place[0], start + left, place[1], other + right)
        place = start + left, other + right
    yield Aligned(True, place[0], place[0] + 1, place[1], place[1] + 1)
    yield from _between(first, second, place[0] + 1, end, place[1] + 1, to)


def _exact(
    first: Sequence[Hashable], second: Sequence[Hashable], start: int, end: int, other: int, to: int
) -> Iterator[Aligned]:
    matcher = SequenceMatcher(None, first[start:end], second[other:to], autojunk=False)
    for code, i, j, k, m in matcher.get_opcodes():
        yield Aligned(code == "equal", start + i, start + j, other + k, other + m)


def _anchors(first: Sequence[Hashable], second: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Where elements stand that occur once on either side, as far as they are in one order."""
    counts = Counter(first), Counter(second)
    places = {key: number for number, key in enumerate(second) if counts[1][key] == 1}
    found: list[tuple[int, int]] = []
    for number, key in enumerate(first):
        if counts[0][key] == 1 and key in places and (not found or places[key] > found[-1][1]):
            found.append((number, places[key]))
    return found
