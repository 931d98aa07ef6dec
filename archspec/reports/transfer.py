"""Which stored weights went into a network, and which did not and why → the table that people
read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archspec.reports.numbers import exact
from archspec.reports.tables import Column, Table
from archspec.spelling import counted


class Skipped(NamedTuple):
    """A layer of the network that got no weights: its name, its parameters, and in what the stored
    layer differs; ``None`` where there is no such layer.
    """

    name: str
    parameters: int
    difference: str | None


class Transfer(NamedTuple):
    """``loaded``: the layers of the network that got weights, each with its number of parameters.
    ``unused``: the stored layers that went nowhere.
    """

    loaded: Sequence[tuple[str, int]]
    skipped: Sequence[Skipped]
    unused: Sequence[str]


def transfer_table(transfer: Transfer, source: str) -> str:
    """A line of numbers for the layers that were loaded, skipped and unused, the names of the last
    two beneath theirs.
    """
    rows = [
        ("loaded", len(transfer.loaded), sum(size for _, size in transfer.loaded)),
        ("not loaded", len(transfer.skipped), sum(layer.parameters for layer in transfer.skipped)),
    ]
    width = max(len(counted(number, "layer")) for _, number, _ in rows)
    digits = max(len(exact(size)) for _, _, size in rows)
    loaded, skipped = (
        f"{what:<10}  {counted(number, 'layer'):>{width}}  {exact(size):>{digits}} parameters"
        for what, number, size in rows
    )
    lines = [f"weights of {source}", loaded]
    if transfer.skipped:
        lines += [skipped, *_reasons(transfer.skipped)]
    if transfer.unused:
        unused = f"{'unused':<10}  {counted(len(transfer.unused), 'layer'):>{width}}"
        lines += [unused, *(f"  {layer}" for layer in transfer.unused)]
    return "\n".join(lines)


def _reasons(skipped: Sequence[Skipped]) -> Iterator[str]:
    rows = [
        {"layer": layer.name, "why": layer.difference or "no such layer in the file"}
        for layer in skipped
    ]
    table = Table([Column("layer", ""), Column("why", "", wrap=True)], rows)
    yield from (f"  {line}" for line in table.text(header=False).splitlines())
