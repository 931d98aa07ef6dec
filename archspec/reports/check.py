"""Networks and what was found in them → a line each; diagnostics that several networks of a
file share, told once.
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


def lines(checked: Iterable[Checked]) -> str:
    """A line for each network: name, input → output, parameters, multiply-adds; or how many
    errors it has.
    """
    columns = [
        Column("name", ""),
        Column("shapes", ""),
        Column("parameters", "", right=True),
        Column("macs", "", right=True),
    ]
    return Table(columns, [_row(one) for one in checked]).text(header=False)


def _row(one: Checked) -> dict[str, str]:
    if one.graph is None:
        return {"name": one.name, "shapes": failure(one)}
    parameters, macs = (
        f"{exact(one.graph.parameters)} parameters",
        f"{exact(one.graph.macs)} multiply-adds",
    )
    return {
        "name": one.graph.name,
        "shapes": signature(one.graph),
        "parameters": parameters,
        "macs": macs,
    }


def failure(one: Checked) -> str:
    """``fails: 2 errors``."""
    return f"fails: {counted(_errors(one.diagnostics), 'error')}"


def found(checked: Sequence[Checked]) -> tuple[Diagnostic, ...]:
    """The diagnostics of all networks in the order of the text. One that several networks of a spec
    share is told once, with their names if the spec has others that do not share it.
    """
    together: dict[tuple[object, ...], tuple[Diagnostic, list[Checked]]] = {}
    for one in checked:
        times: Counter[object] = Counter()
        for diagnostic in one.diagnostics:
            place = (diagnostic.code, diagnostic.span)
            times[place] += 1
            together.setdefault((one.spec, *place, times[place]), (diagnostic, []))[1].append(one)
    family = Counter(one.spec for one in checked)
    return in_order(
        _attributed(diagnostic, holders, family) for diagnostic, holders in together.values()
    )


def _attributed(diagnostic: Diagnostic, holders: list[Checked], family: Counter[str]) -> Diagnostic:
    if len(holders) == family[holders[0].spec] or diagnostic.severity == "warning":
        return diagnostic
    return diagnostic._replace(
        notes=(*diagnostic.notes, f"found in {listed([one.name for one in holders])}")
    )


def verdict(checked: Sequence[Checked]) -> str:
    """``2 errors and 1 warning; 2 of 7 networks fail``."""
    diagnostics = found(checked)
    errors = _errors(diagnostics)
    counts = [(errors, "error"), (len(diagnostics) - errors, "warning")]
    words = " and ".join(counted(number, noun) for number, noun in counts if number)
    failed = sum(one.graph is None for one in checked)
    if not failed:
        return words
    return (
        f"{words}; {failed} of {counted(len(checked), 'network')}"
        f" {'fails' if failed == 1 else 'fail'}"
    )


def _errors(diagnostics: Iterable[Diagnostic]) -> int:
    return sum(one.severity == "error" for one in diagnostics)
