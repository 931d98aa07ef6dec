"""`Graph` → its summary: the table of its stages or layers, the totals, and the memory that it
takes, as text, Markdown, JSON or CSV.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from archspec.graph import Graph, Node
from archspec.reports.numbers import exact, fraction, share, short, size
from archspec.reports.signature import signature
from archspec.reports.stages import Stage, layers, stages
from archspec.reports.tables import WIDTH, Column, Table, markdown_paragraph, wrapped
from archspec.tensor import BYTES, show_shape

FORMATS = ("text", "markdown", "json", "csv")

NUMBERS = (
    Column("output", "output", show_shape),
    Column("parameters", "parameters", exact, right=True),
    Column("parameters_share", "share", share, right=True),
    Column("macs", "multiply-adds", exact, right=True),
    Column("macs_share", "share", share, right=True),
)


def summary(
    graph: Graph, format: str = "text", *, depth: int = 1, every_layer: bool = False
) -> str:
    """A network's summary. Its rows are the paths of ``depth`` steps, in which text and Markdown
    fold equal repetitions, or the layers; ``format`` is one of `FORMATS`.
    """
    people = format in ("text", "markdown")
    rows = layers(graph) if every_layer else stages(graph, depth, fold=people)
    kind = "layer" if every_layer else "stage"
    if format == "json":
        return json.dumps(as_data(graph, rows, f"{kind}s"), indent=2, ensure_ascii=False)
    if format == "csv":
        return table(graph, rows, kind, every_column=True).csv()
    shown = table(graph, rows, kind)
    return _markdown(graph, shown) if format == "markdown" else _text(graph, shown)


def table(graph: Graph, rows: Iterable[Stage], kind: str, *, every_column: bool = False) -> Table:
    """The table of some stages, summed up. Columns that would say nothing are left out unless
    ``every_column``.
    """
    cells = [_row(graph, row) for row in rows]
    noted = every_column or len(graph.outputs) > 1 or any(row["notes"] for row in cells)
    first = [Column("name", kind), *([Column("kind", "kind")] if kind == "layer" else [])]
    total = {"name": "total", "parameters": graph.parameters, "macs": graph.macs}
    return Table(
        [*first, *NUMBERS, *([Column("notes", "notes", ", ".join)] if noted else [])], cells, total
    )


def _row(graph: Graph, row: Stage) -> dict[str, Any]:
    alone = len(graph.outputs) == 1
    return {
        "name": row.name,
        "kind": row.nodes[0].layer.kind(),
        "output": row.output.shape,
        "parameters": row.parameters,
        "parameters_share": fraction(row.parameters, graph.parameters),
        "macs": row.macs,
        "macs_share": fraction(row.macs, graph.macs),
        "notes": [note for note in row.notes if not (alone and note == "output main")],
    }


def as_data(graph: Graph, rows: Iterable[Stage], kind: str) -> dict[str, Any]:
    """The summary as JSON values, the rows under ``kind``."""
    return {
        "name": graph.name,
        "description": graph.description,
        "source": graph.source,
        "inputs": {name: tensor.shape for name, tensor in graph.inputs.items()},
        "outputs": {name: graph.tensors[node].shape for name, node in graph.outputs.items()},
        kind: table(graph, rows, kind.removesuffix("s"), every_column=True).records(),
        "parameters": graph.parameters,
        "trainable_parameters": graph.trainable_parameters,
        "macs": graph.macs,
        "weight_bytes": weight_bytes(graph),
        "activation_bytes": graph.activation_bytes,
    }


def weight_bytes(graph: Graph) -> int:
    """Bytes of all weights; those of a layer in mixed precision are kept in float32."""
    return sum(
        weight.size * BYTES[_variables(node)] for node in graph.nodes for weight in node.own_weights
    )


def _variables(node: Node) -> str:
    dtype = node.layer.dtype or "float32"
    return "float32" if dtype.startswith("mixed_") else dtype


def _text(graph: Graph, shown: Table) -> str:
    about = [
        line for text in (graph.description, graph.source) if text for line in wrapped(text, WIDTH)
    ]
    facts = Table(
        [
            Column("what", ""),
            Column("exact", "", right=True),
            Column("short", "", right=True),
            Column("about", ""),
        ],
        _facts(graph),
    )
    return "\n".join(
        [
            f"{graph.name}: {signature(graph)}",
            *about,
            "",
            shown.text(),
            "",
            facts.text(header=False),
        ]
    )


def _markdown(graph: Graph, shown: Table) -> str:
    about = [f"{markdown_paragraph(text)}\n" for text in (graph.description, graph.source) if text]
    facts = [
        f"- {fact['what']}: {' = '.join(filter(None, [fact['exact'], fact['short']]))}"
        f" ({fact['about']})"
        for fact in _facts(graph)
    ]
    return "\n".join(
        [f"## {graph.name}: {signature(graph)}\n", *about, shown.markdown(), "", *facts]
    )


def _facts(graph: Graph) -> list[dict[str, str]]:
    """The totals, a line each: what, exactly, as people say it, and what it means."""
    fixed = graph.parameters - graph.trainable_parameters
    trained = (
        f"{exact(graph.trainable_parameters)} trainable, {exact(fixed)} not"
        if fixed
        else "all trainable"
    )
    return [
        {
            "what": "parameters",
            "exact": exact(graph.parameters),
            "short": _short(graph.parameters),
            "about": trained,
        },
        {
            "what": "multiply-adds",
            "exact": exact(graph.macs),
            "short": _short(graph.macs),
            "about": "for one example",
        },
        {
            "what": "weights",
            "exact": "",
            "short": size(weight_bytes(graph)),
            "about": _precision({_variables(node) for node in graph.nodes if node.weights}),
        },
        {
            "what": "activations",
            "exact": "",
            "short": size(graph.activation_bytes),
            "about": _activations(graph),
        },
    ]


def _short(number: int | None) -> str:
    """A number as people say it, where that is not how it is written anyway."""
    return short(number) if number is not None and number >= 1000 else ""


def _activations(graph: Graph) -> str:
    dtypes = {node.output.dtype for node in graph.nodes}
    half = (
        f"; {size(graph.activation_bytes // 2)} at float16"
        if dtypes == {"float32"} and graph.activation_bytes is not None
        else ""
    )
    return f"layer outputs of one example {_precision(dtypes)}{half}"


def _precision(dtypes: set[str]) -> str:
    return "at " + " and ".join(sorted(dtypes or {"float32"}))
