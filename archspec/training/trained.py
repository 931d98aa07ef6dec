"""The folders of runs → their numbers, finished or not, for tables and charts."""

from __future__ import annotations

import csv
from pathlib import Path

from archspec.compiler import Compiler
from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.files import reason
from archspec.frontend.library import Reference
from archspec.graph import Graph
from archspec.reports.runs import Trained

RECIPE, SPEC, LOG = "recipe.yaml", "spec.yaml", "log.csv"


def is_run(path: Path) -> bool:
    """Whether a folder is that of a run."""
    return path.is_dir() and (path / RECIPE).exists() and (path / SPEC).exists()


def trained(folder: Path) -> tuple[Trained, Graph]:
    """The numbers of a run, and its network. Raises `SpecError` where its files cannot be read."""
    graph = Compiler(expect=False).compile(Reference(str(folder / SPEC), None), {})
    rows = history(folder / LOG)
    return Trained(folder.name, graph.name, graph.parameters, rows), graph


def history(path: Path) -> list[dict[str, float]]:
    """The rows of ``log.csv``, without the number of the epoch. A run that has not ended an epoch
    has none.
    """
    if not path.exists():
        return []
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        return [
            {key: float(value) for key, value in row.items() if key != "epoch" and value}
            for row in rows
        ]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        why = reason(error) if isinstance(error, OSError) else "it is no table of numbers"
        span = Span(str(path), 1, 1, 1, 1)
        help = "train anew in another folder"
        problem = Diagnostic("run-damaged", f"`{path}` cannot be read: {why}", span, help=help)
        raise SpecError([problem]) from error
