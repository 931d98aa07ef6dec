"""What was moved of some weights into a network, and what was not and why → the table that
people read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archspec.reports.numbers import exact
from archspec.reports.tables import Column, Table
from archspec.spelling import counted


class Kept(NamedTuple):
    """A layer that kept the values it began with, and why."""

    layer: str
    parameters: int
    why: str


class Moved(NamedTuple):
    """``loaded``: the layers that took over weights, and their parameters. ``kept``: those that
    did not. ``unused``: what nothing took.
    """

    loaded: Sequence[tuple[str, int]]
    kept: Sequence[Kept]
    unused: Sequence[str]


def moved(found: Moved, source: str) -> str:
    """The table: a line of numbers for each of the three, the layers of the last two beneath it."""
    rows = [
        ("loaded", len(found.loaded), sum(size for _, size in found.loaded)),
        ("not loaded", len(found.kept), sum(one.parameters for one in found.kept)),
    ]
    width = max(len(counted(number, "layer")) for _, number, _ in rows)
    digits = max(len(exact(size)) for _, _, size in rows)
    loaded, kept = (
        f"{what:<10}  {counted(number, 'layer'):>{width}}  {exact(size):>{digits}} parameters"
        for what, number, size in rows
    )
    lines = [f"weights of {source}", loaded, *([kept, *_reasons(found.kept)] if found.kept else [])]
    if found.unused:
        lines += [
            f"{'unused':<10}  {counted(len(found.unused), 'layer'):>{width}}",
            *(f"  {one}" for one in found.unused),
        ]
    return "\n".join(lines)


def _reasons(kept: Sequence[Kept]) -> Iterator[str]:
    table = Table(
        [Column("layer", ""), Column("why", "", wrap=True)], [one._asdict() for one in kept]
    )
    yield from (f"  {line}" for line in table.text(header=False).splitlines())
