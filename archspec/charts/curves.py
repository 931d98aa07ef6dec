"""The numbers of trainings' epochs → curves, accuracy beside loss: those of one training and of its
validation, or those of several side by side. SVG and PNG files, the same bytes each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from archspec.charts.chart_style import STYLE

History = Sequence[Mapping[str, float]]

PANELS = ("accuracy", "loss")
COLOURS = {"training": "#4477AA", "validation": "#EE6677"}
MANY = ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377", "#BBBBBB")
"""Paul Tol's bright colours, distinct for any colour vision."""

LINES = ("-", "--", ":", "-.")
"""The lines of as many trainings as there are colours, of the next as many, and so on."""

INCHES = (4.6, 3.4)
DPI = 144
LEGEND = 12
"""Beyond so many trainings the legend has a column more."""


def draw(history: History, path: Path) -> None:
    """Write the curves of one training to a file, in the form of its ending."""
    curves = {
        name: {
            words: [row[key] for row in history]
            for key, words in ((name, "training"), (f"val_{name}", "validation"))
            if key in history[-1]
        }
        for name in PANELS
        if name in history[-1]
    }
    _write(curves, list(COLOURS.values()), path)


def draw_several(histories: Mapping[str, History], path: Path) -> None:
    """Write the curves of several trainings, by their names, each number in a panel of its own."""
    keys = [f"{prefix}{name}" for name in PANELS for prefix in ("", "val_")]
    curves = {
        key: {
            name: [row[key] for row in history]
            for name, history in histories.items()
            if history and key in history[-1]
        }
        for key in keys
    }
    _write({key: lines for key, lines in curves.items() if lines}, MANY, path)


def _write(curves: Mapping[str, Mapping[str, list[float]]], colours: Any, path: Path) -> None:
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        columns = min(len(curves), 2) or 1
        rows = (len(curves) + 1) // 2 or 1
        figure = Figure((INCHES[0] * columns, INCHES[1] * rows), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(rows, columns, squeeze=False).flat
        for axis, (name, lines) in zip(axes, curves.items(), strict=False):
            _panel(axis, name, lines, colours)
        for axis in axes[len(curves) :]:
            axis.remove()
        svg = path.suffix == ".svg"
        metadata = {"Date": None, "Creator": "archspec"} if svg else {"Software": "archspec"}
        figure.savefig(path, format=path.suffix[1:], dpi=DPI, metadata=metadata)


def _panel(axis: Any, name: str, lines: Mapping[str, list[float]], colours: Any) -> None:
    for number, (words, values) in enumerate(lines.items()):
        style = LINES[number // len(colours) % len(LINES)]
        colour = colours[number % len(colours)]
        epochs = range(1, len(values) + 1)
        axis.plot(epochs, values, marker=".", color=colour, linestyle=style, label=words)
    axis.set_title(name, parse_math=False)
    axis.set_xlabel("epoch")
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axis.grid(visible=True)
    legend = axis.legend(frameon=False, fontsize=8, ncols=1 + len(lines) // LEGEND)
    for text in legend.get_texts():
        text.set_parse_math(False)
