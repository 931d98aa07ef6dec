"""Stages: a row of calls of one block → a table of stages, each of so many calls, as in papers.

Within a stage an argument is constant, or differs in the first call alone, or rises by one from
call to call; the cuts are those that need the fewest stages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from archspec.reading.pieces import ListPiece, repeat_of
from archspec.reading.tree import CallItem, Item, RepeatItem, Seq, renamed

LONGEST_STAGE = 128
"""Calls of one stage; ResNet-1001 has 111."""

UNREAD = object()
"""An argument that a call does not need."""

Row = tuple[Any, ...]
"""The arguments of one call, `UNREAD` where it needs none."""


def rows_of_calls(seq: Seq) -> Iterator[ListPiece]:
    """The longest rows of calls of one block, repetitions of a call among them."""
    start = 0
    called = [called_block(item) for item in seq.items]
    for at in range(1, len(called) + 1):
        if at == len(called) or called[at] != called[start] or not seq.is_prev(at):
            several = at - start > 1 or isinstance(seq.items[start], RepeatItem)
            if called[start] and several:
                yield ListPiece(seq, start, at)
            start = at


def called_block(item: Item) -> str | None:
    """The block that an item calls, once or several times in a row."""
    if isinstance(item, CallItem):
        return item.block
    if isinstance(item, RepeatItem) and len(item.body.items) == 1:
        inner = item.body.items[0]
        chained = item.body.is_prev(0)
        return inner.block if isinstance(inner, CallItem) and chained else None
    return None


def written_out(seq: Seq) -> list[Seq]:
    """Each call of a row of calls in a list with one act as a list of its own."""
    calls: list[Seq] = []
    for n, item in enumerate(seq.items):
        if isinstance(item, RepeatItem):
            ((act, rounds),) = item.rounds.items()
            calls += [renamed(item.body, {inner: act}) for inner in rounds]
        else:
            calls.append(seq.window(n, n + 1))
    return calls


def cuts(rows: Sequence[Row]) -> list[int]:
    """Where stages begin, so that there are as few as can be, in each of which every argument
    is constant, differs in the first alone, or rises evenly; the plainest of several ways.
    """
    if len(set(rows)) == 1:
        return [0]
    best: list[tuple[float, list[int]]] = [(0.0, [])]
    for stop in range(1, len(rows) + 1):
        ways = []
        for start in range(stop - 1, max(-1, stop - 1 - LONGEST_STAGE), -1):
            price = _stage(rows[start:stop])
            if price is None:  # and so is no longer one that ends here
                break
            ways.append((best[start][0] + 1 + price, [*best[start][1], start]))
        best.append(min(reversed(ways), key=lambda way: way[0]))
    return best[-1][1]


def _stage(rows: Sequence[Row]) -> float | None:
    """What makes some calls less plain as a stage; ``None`` where they are none."""
    price = 0.0
    for column in zip(*rows, strict=True):
        read = [(n, value) for n, value in enumerate(column) if value is not UNREAD]
        if len({value for _, value in read}) <= 1:
            continue
        if len({value for n, value in read if n}) == 1:
            price += 0.1
        elif _rises(read):
            price += 0.05
        else:
            return None
    return price


def _rises(read: Sequence[tuple[int, Any]]) -> bool:
    """Whether numbers rise by one from call to call."""
    return all(type(value) is int for _, value in read) and len({v - n for n, v in read}) == 1


def in_stages(calls: Sequence[Seq], starts: Sequence[int]) -> RepeatItem:
    """Calls in a row as a repetition of stages, each a repetition of calls; where every stage has
    one call, as one repetition.
    """
    if len(starts) in (1, len(calls)):
        return repeat_of(calls)
    stops = [*starts[1:], len(calls)]
    stages = []
    for start, stop in zip(starts, stops, strict=True):
        stage = repeat_of(calls[start:stop])
        stages.append(Seq((stage,), calls[start].inp))
    return repeat_of(stages)
