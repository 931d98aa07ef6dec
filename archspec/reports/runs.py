"""Trainings → a table with a row for each: parameters, epochs, and the loss and the accuracy of the
last epoch, in training and in validation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from archspec.reports.numbers import UNKNOWN
from archspec.reports.tables import Column, Table

NUMBERS = ("loss", "val_loss", "accuracy", "val_accuracy")


class Trained(NamedTuple):
    """One training: its name, how many parameters its network has, and the numbers of each of its
    epochs, ``history``, by the names that Keras gives them.
    """

    name: str
    network: str
    parameters: int
    history: Sequence[Mapping[str, float]]

    @property
    def last(self) -> Mapping[str, float]:
        """The numbers of the last epoch."""
        return self.history[-1] if self.history else {}


def compare_runs(runs: Sequence[Trained], format: str = "text") -> str:
    """The table as text, Markdown, JSON or CSV; numbers are rounded in text and Markdown."""
    shown = Table(COLUMNS, [_row(run) for run in runs])
    if format == "json":
        return json.dumps(shown.records(), indent=2, ensure_ascii=False)
    return {"text": shown.text, "markdown": shown.markdown, "csv": shown.csv}[format]()


def _row(run: Trained) -> dict[str, Any]:
    numbers = {name: run.last.get(name) for name in NUMBERS}
    return {
        "name": run.name,
        "parameters": run.parameters,
        "epochs": len(run.history),
        **numbers,
    }


def _decimals(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.4f}"


COLUMNS = (
    Column("name", "run"),
    Column("parameters", "Params", lambda value: f"{value:,}", right=True),
    Column("epochs", "Epochs", right=True),
    Column("loss", "Loss", _decimals, right=True),
    Column("val_loss", "Val_Loss", _decimals, right=True),
    Column("accuracy", "ACC", _decimals, right=True),
    Column("val_accuracy", "Val_ACC", _decimals, right=True),
)
"""The columns of the published tables of such trainings."""
