"""The numbers of a training's epochs → its curves, accuracy beside loss, as SVG and PNG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from archspec.charts.bubble_chart import STYLE

PANELS = ("accuracy", "loss")
COLOURS = {"training": "#4477AA", "validation": "#EE6677"}
"""Paul Tol's bright colours, told apart with any colour vision."""

DPI = 144


def draw(history: Sequence[Mapping[str, float]], path: Path) -> None:
    """Write the curves of one training to a file, in the form of its ending."""
    with matplotlib.rc_context(STYLE):
        panels = [name for name in PANELS if name in history[-1]]
        figure = Figure(figsize=(4.6 * len(panels), 3.4), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(1, len(panels), squeeze=False)[0]
        for axis, name in zip(axes, panels, strict=True):
            _panel(axis, name, history)
        figure.savefig(path, dpi=DPI, metadata={"Date": None} if path.suffix == ".svg" else None)


def _panel(axis: Any, name: str, history: Sequence[Mapping[str, float]]) -> None:
    epochs = range(1, len(history) + 1)
    for key, words in ((name, "training"), (f"val_{name}", "validation")):
        if key in history[-1]:
            values = [row[key] for row in history]
            axis.plot(epochs, values, marker=".", color=COLOURS[words], label=words)
    axis.set_title(name)
    axis.set_xlabel("epoch")
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.grid(True)
    axis.legend(frameon=False)
