"""Checked networks → a line for each, and their diagnostics, of which those that several networks
of a file share are listed once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from archspec.compiler import Checked
from archspec.diagnostics import Diagnostic, in_order
from archspec.reports.numbers import exact
from archspec.reports.signature import signature
from archspec.reports.tables import Column, Table
from archspec.spelling import counted, listed


def lines(networks: Iterable[Checked]) -> str:
    """A line for each network: name, input → output, parameters, multiply-adds; or how many
    errors it has.
    """
    columns = [
        Column("name", ""),
        Column("shapes", ""),
        Column("parameters", "", right=True),
        Column("macs", "", right=True),
    ]
    return Table(columns, [_row(network) for network in networks]).text(header=False)


def _row(network: Checked) -> dict[str, str]:
    if network.graph is None or network.failed:
        return {"name": network.name, "shapes": failure(network)}
    parameters, macs = (
        f"{exact(network.graph.parameters)} parameters",
        f"{exact(network.graph.macs)} multiply-adds",
    )
    return {
        "name": network.graph.name,
        "shapes": signature(network.graph),
        "parameters": parameters,
        "macs": macs,
    }


def failure(network: Checked) -> str:
    """``fails: 2 errors``."""
    return f"fails: {counted(_errors(network.diagnostics), 'error')}"


def diagnostics_of(networks: Sequence[Checked]) -> tuple[Diagnostic, ...]:
    """The diagnostics of all networks in the order of the text. One that several networks of a spec
    share is listed once, with their names if the spec has others that do not share it.
    """
    together: dict[tuple[object, ...], tuple[Diagnostic, list[Checked]]] = {}
    for network in networks:
        times: Counter[object] = Counter()
        for diagnostic in network.diagnostics:
            key = (diagnostic.code, diagnostic.span)
            times[key] += 1
            together.setdefault((network.spec, *key, times[key]), (diagnostic, []))[1].append(
                network
            )
    family = Counter(network.spec for network in networks)
    return in_order(
        _attributed(diagnostic, holders, family) for diagnostic, holders in together.values()
    )


def _attributed(diagnostic: Diagnostic, holders: list[Checked], family: Counter[str]) -> Diagnostic:
    if len(holders) == family[holders[0].spec] or diagnostic.severity == "warning":
        return diagnostic
    return diagnostic._replace(
        notes=(*diagnostic.notes, f"found in {listed([network.name for network in holders])}")
    )


def verdict(networks: Sequence[Checked]) -> str:
    """``2 errors and 1 warning; 2 of 7 networks fail``."""
    diagnostics = diagnostics_of(networks)
    errors = _errors(diagnostics)
    counts = [(errors, "error"), (len(diagnostics) - errors, "warning")]
    words = " and ".join(counted(number, noun) for number, noun in counts if number)
    failed = sum(network.failed for network in networks)
    if not failed:
        return words
    return (
        f"{words}; {failed} of {counted(len(networks), 'network')}"
        f" {'fails' if failed == 1 else 'fail'}"
    )


def _errors(diagnostics: Iterable[Diagnostic]) -> int:
    return sum(diagnostic.severity == "error" for diagnostic in diagnostics)
