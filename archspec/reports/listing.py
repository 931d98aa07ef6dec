"""The networks of some specs → a table with a row for each spec: its variants, input,
parameters, multiply-adds and source.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from archspec.graph import Graph
from archspec.reports.numbers import short
from archspec.reports.tables import Column, Table
from archspec.tensor import show_shape

WIDE = 120
"""Columns of the table as text; it cites sources in short."""

FORMATS = ("text", "markdown", "json")
KEYS = ("name", "parameters", "macs")


class ShippedSpec(NamedTuple):
    """A spec: its name, its network as it stands, and those of its variants by their names."""

    name: str
    graph: Graph
    variants: dict[str, Graph]

    @property
    def graphs(self) -> list[Graph]:
        """All its networks."""
        return [self.graph, *self.variants.values()]


def listing(specs: Iterable[ShippedSpec], format: str = "text", sort: str = "name") -> str:
    """The table in one of `FORMATS`, its rows sorted by one of `KEYS`: a spec with several
    networks by its smallest.
    """
    ordered = sorted(specs, key=lambda spec: (_rank(spec, sort), spec.name))
    if format == "json":
        return json.dumps([_data(spec) for spec in ordered], indent=2, ensure_ascii=False)
    in_short = format == "text"
    table = Table(
        [
            Column("name", "name"),
            Column("variants", "variants", wrap=True),
            Column("input", "input"),
            Column("parameters", "parameters"),
            Column("macs", "multiply-adds"),
            Column("source", "source", wrap=True),
        ],
        [_row(spec, in_short=in_short) for spec in ordered],
    )
    return table.markdown() if format == "markdown" else table.text(width=WIDE)


def _rank(spec: ShippedSpec, key: str) -> float:
    """The number by which specs are sorted; unknown ones come last."""
    if key == "name":
        return 0
    numbers = [getattr(graph, key) for graph in spec.graphs]
    return min((number for number in numbers if number is not None), default=float("inf"))


def _row(spec: ShippedSpec, *, in_short: bool) -> dict[str, str]:
    graphs, source = spec.graphs, spec.graph.source or ""
    return {
        "name": spec.name,
        "variants": ", ".join(spec.variants),
        "input": _range([show_shape(shape) for graph in graphs for shape in _inputs(graph)]),
        "parameters": _span([graph.parameters for graph in graphs]),
        "macs": _span([graph.macs for graph in graphs]),
        "source": _cited(source) if in_short else source,
    }


def _cited(source: str) -> str:
    """``He et al. 2015`` of a whole reference: up to the year, else up to the colon."""
    year = re.match(r".*?\b\d{4}\b", source)
    return year[0] if year else source.partition(":")[0]


def _inputs(graph: Graph) -> list[tuple[int | None, ...]]:
    return [tensor.shape for tensor in graph.inputs.values()]


def _range(words: Sequence[str]) -> str:
    once = list(dict.fromkeys(words))
    return once[0] if len(once) == 1 else f"{once[0]} – {once[-1]}"


def _span(numbers: Sequence[int | None]) -> str:
    """``11.7 – 60.4 M``: the least and the greatest."""
    words = [
        short(number)
        for number in sorted(numbers, key=lambda number: (number is None, number or 0))
    ]
    first, last = words[0].split(), words[-1].split()
    return _range(
        [first[0], words[-1]] if first != last and first[1:] == last[1:] else [words[0], words[-1]]
    )


def _data(spec: ShippedSpec) -> dict[str, Any]:
    return {
        **_network(spec.graph),
        "name": spec.name,
        "variants": {name: _network(graph) for name, graph in spec.variants.items()},
    }


def _network(graph: Graph) -> dict[str, Any]:
    return {
        "name": graph.name,
        "description": graph.description,
        "source": graph.source,
        "inputs": {name: tensor.shape for name, tensor in graph.inputs.items()},
        "parameters": graph.parameters,
        "trainable_parameters": graph.trainable_parameters,
        "macs": graph.macs,
    }
