"""Two sequences of keys → the stretches in which they agree, in time that grows with their length:
`difflib` alone takes the square of it where keys are frequent, as in a chain of equal layers.

Long sequences are divided by what occurs once on both sides (Bram Cohen's patience diff), and what
remains long without such an element is cut into pieces of equal number.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from typing import NamedTuple

EXACT = 200
"""The length up to which two sequences are compared by `difflib`; longer ones are divided."""

DEPTH = 50
"""How often what lies between two elements is divided once more; each time takes its length."""


class Section(NamedTuple):
    """A part of each sequence, ``first[start:end]`` and ``second[other:to]``."""

    start: int
    end: int
    other: int
    to: int

    @property
    def longest(self) -> int:
        """The length of the longer part."""
        return max(self.end - self.start, self.to - self.other)


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
    alignment, whole = _Alignment(first, second), Section(0, len(first), 0, len(second))
    align = alignment.exact if whole.longest <= EXACT else alignment.within
    filled = (stretch for stretch in align(whole) if _is_filled(stretch))
    for equal, run in groupby(filled, lambda stretch: stretch.equal):
        begin, *_ = same = list(run)
        yield Aligned(equal, begin.start, same[-1].end, begin.other, same[-1].to)


def _is_filled(stretch: Aligned) -> bool:
    return stretch.end > stretch.start or stretch.to > stretch.other


@dataclass(frozen=True)
class _Alignment:
    first: Sequence[Hashable]
    second: Sequence[Hashable]

    def exact(self, section: Section) -> Iterator[Aligned]:
        """The stretches of a short section, as `difflib` finds them."""
        matcher = SequenceMatcher(None, *self._parts(section), autojunk=False)
        for code, i, j, k, m in matcher.get_opcodes():
            yield Aligned(
                code == "equal",
                section.start + i,
                section.start + j,
                section.other + k,
                section.other + m,
            )

    def within(self, section: Section, depth: int = 0) -> Iterator[Aligned]:
        """The stretches of a section: equal ends are cut off, and the rest is divided."""
        start, end, other, to = section
        first, second = self._parts(section)
        head = _common(first, second)
        tail = _common(first[head:][::-1], second[head:][::-1])
        yield Aligned(True, start, start + head, other, other + head)
        yield from self._divided(Section(start + head, end - tail, other + head, to - tail), depth)
        yield Aligned(True, end - tail, end, to - tail, to)

    def _divided(self, section: Section, depth: int) -> Iterator[Aligned]:
        if section.longest <= EXACT:
            yield from self.exact(section)
            return
        anchors = _anchors(*self._parts(section)) if depth < DEPTH else []
        if not anchors:
            for piece in _pieces(section):
                yield from self.exact(piece)
            return
        start, other = section.start, section.other
        for i, k in anchors:
            left, right = section.start + i, section.other + k
            yield from self.within(Section(start, left, other, right), depth + 1)
            yield Aligned(True, left, left + 1, right, right + 1)
            start, other = left + 1, right + 1
        yield from self.within(Section(start, section.end, other, section.to), depth + 1)

    def _parts(self, section: Section) -> tuple[Sequence[Hashable], Sequence[Hashable]]:
        return self.first[section.start : section.end], self.second[section.other : section.to]


def _common(first: Sequence[Hashable], second: Sequence[Hashable]) -> int:
    """How many elements two sequences begin with in common."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(first), len(second)))


def _pieces(section: Section) -> Iterator[Section]:
    """A section, both parts cut into as many pieces, none of them longer than `EXACT`."""
    count = -(-section.longest // EXACT)
    ends = [
        (
            section.start + number * (section.end - section.start) // count,
            section.other + number * (section.to - section.other) // count,
        )
        for number in range(count + 1)
    ]
    for (start, other), (end, to) in pairwise(ends):
        yield Section(start, end, other, to)


def _anchors(first: Sequence[Hashable], second: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Where elements stand that occur once on either side: the longest series of them that is in
    one order in both.
    """
    counts = Counter(first), Counter(second)
    places = {key: number for number, key in enumerate(second) if counts[1][key] == 1}
    unique = [
        (number, places[key])
        for number, key in enumerate(first)
        if counts[0][key] == 1 and key in places
    ]
    return _longest_rising(unique)


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest series of pairs, in order, whose second numbers rise (patience sorting)."""
    lasts: list[int] = []  # the least second number in which a series of each length ends
    ends: list[int] = []  # the pair that it belongs to
    before: list[int | None] = []  # the pair before each in its series
    for number, (_, place) in enumerate(pairs):
        length = bisect(lasts, place)
        before.append(ends[length - 1] if length else None)
        lasts[length : length + 1], ends[length : length + 1] = [place], [number]
    series: list[tuple[int, int]] = []
    last = ends[-1] if ends else None
    while last is not None:
        series.append(pairs[last])
        last = before[last]
    return series[::-1]
