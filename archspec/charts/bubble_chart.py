"""Networks as points → the bubble chart of complexity surveys, an SVG or PNG file. The only
importer of adjustText, which is in the extra `plot`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.patches
import matplotlib.transforms
from adjustText import adjust_text
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from archspec.charts.bubbles import Axes, Point
from archspec.charts.chart_style import FAINT, INK, STYLE
from archspec.spelling import counted

FILLS = ("#77AADD", "#EE8866", "#BBCC33", "#FFAABB", "#EEDD88")
"""Paul Tol's light colours, as in the diagrams: distinct for any colour vision. The labels
say what the colours say.
"""

INCHES = (10.0, 6.6)
POINTS = 72  # to the inch, the unit of all places here
PNG_DPI = 144
LARGEST, SMALLEST = 24.0, 2.5
"""The radius of the largest bubble, and the least of any."""

OTHER = "#DDDDDD"
LABEL = 8.5
ITERATIONS = 200
"""How often labels are moved apart at most."""
CROWDED = 40
"""The number of labels beyond which it takes too long to keep their lines from crossing."""
FAR = 16.0
"""The distance in points from which a label has a line to the middle of its bubble."""

LOG_FROM = 8.0
"""An axis whose greatest value is more times its least than this is logarithmic."""


def draw(points: Sequence[Point], axes: Axes, path: Path) -> None:
    """Draw the chart into a file whose name ends in ``.svg`` or ``.png``. The same points give
    the same bytes.
    """
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        chart = figure(points, axes)
        metadata = (
            {"Date": None, "Creator": "archspec"}
            if path.suffix == ".svg"
            else {"Software": "archspec"}
        )
        chart.savefig(path, format=path.suffix[1:], dpi=PNG_DPI, metadata=metadata)


def figure(points: Sequence[Point], axes: Axes) -> Figure:
    """The chart as a figure of matplotlib."""
    chart = Figure(INCHES, dpi=POINTS)
    FigureCanvasAgg(chart)
    plot = chart.add_axes((0.085, 0.095, 0.895, 0.78))
    plot.grid(visible=True, linewidth=0.8)
    plot.tick_params(length=0, pad=6, labelsize=9)
    _scale(plot.xaxis, [point.x for point in points], "multiply-adds", "")
    _scale(plot.yaxis, [point.y for point in points], axes.y, axes.y_unit)
    plot.set_autoscale_on(False)  # the limits leave room for bubbles and labels
    _titles(chart, points, axes)
    chart.canvas.draw()  # now the axes know their places
    _families(plot, points)
    _labels(plot, points, _bubbles(plot, points))
    return chart


def _scale(axis: Any, values: Sequence[float], words: str, unit: str) -> None:
    """Limits that leave room for the bubbles at the edge and their labels; logarithmic where
    the values ask for it.
    """
    least, most = min(values), max(values)
    logarithmic = least > 0 and most > LOG_FROM * least
    axis.axes.set(**{f"{axis.axis_name}scale": "log" if logarithmic else "linear"})
    axis.set_minor_locator(NullLocator())
    if logarithmic:
        margin = (most / least) ** 0.09
        axis.set_view_interval(least / margin, most * margin, ignore=True)
        axis.set_major_locator(LogLocator(subs=(1.0,) if most > 200 * least else (1.0, 2.0, 5.0)))
    else:
        margin = (most - least) * 0.12 or abs(most) * 0.2 or 1.0
        axis.set_view_interval(max(least - margin, 0.0), most + margin, ignore=True)
        axis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: _say(value, unit)))
    axis.set_label_text(f"{words} (logarithmic)" if logarithmic else words, fontdict={"size": 10})
    axis.labelpad = 8


def _say(value: float, unit: str = "") -> str:
    """A round number as people say it: ``500 M``, ``1.5 GB``, ``76 %``."""
    for least, prefix in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= least * 0.9999:
            return f"{value / least:.4g} {prefix}{unit}"
    return f"{value:.4g} {unit}".rstrip()


def _titles(figure: Figure, points: Sequence[Point], axes: Axes) -> None:
    figure.text(
        0.02, 0.952, f"{axes.y.capitalize()} against multiply-adds", fontsize=13, fontweight="bold"
    )
    figure.text(
        0.02,
        0.917,
        f"{counted(len(points), 'network')}; the area of a bubble is its {axes.area}",
        fontsize=9,
        color=FAINT,
    )
    _legend(figure, points, axes)


def _legend(figure: Figure, points: Sequence[Point], axes: Axes) -> None:
    """Three bubbles beside the title, with what their areas mean."""
    largest = max(point.area for point in points)
    right, middle = INCHES[0] * POINTS - 14, INCHES[1] * POINTS - 32
    for part in (0.5, 0.2, 0.05):
        value = float(f"{largest * part:.0e}")  # one digit and zeros
        radius = _radius(value, points)
        text = figure.text(0, 0, _say(value, axes.area_unit), fontsize=LABEL, va="center")
        right -= _extent(figure, text)[0]
        text.set_position(_share(right, middle))
        right -= 4 + radius
        shape = {"facecolor": "#F3F4F6", "edgecolor": INK, "linewidth": 0.7}
        figure.add_artist(
            matplotlib.patches.Circle(
                (right, middle), radius, transform=_in_points(figure), **shape
            )
        )
        right -= radius + 14


def _radius(area: float, points: Sequence[Point]) -> float:
    largest = max(point.area for point in points)
    return max(SMALLEST, LARGEST * (area / largest) ** 0.5) if largest else SMALLEST


def _fills(points: Sequence[Point]) -> dict[str, str]:
    """The colour of each family. Where there are many, only those of several members have one."""
    members = Counter(point.family for point in points)
    coloured = [
        family for family, number in members.items() if number > 1 or len(members) < len(FILLS)
    ]
    return {
        **dict.fromkeys(members, OTHER),
        **{family: FILLS[index % len(FILLS)] for index, family in enumerate(coloured)},
    }


def _families(plot: Any, points: Sequence[Point]) -> None:
    """Draw a line through the members of each family, in the order of their multiply-adds."""
    for family, fill in _fills(points).items():
        members = sorted((point.x, point.y) for point in points if point.family == family)
        shape = {"linewidth": 1.4, "zorder": 2, "solid_joinstyle": "round"}
        plot.plot(*zip(*members, strict=True), color=fill, scalex=False, scaley=False, **shape)


def _bubbles(plot: Any, points: Sequence[Point]) -> Any:
    """Draw the bubbles, the large ones first, so that they hide none; their artist."""
    fills = _fills(points)
    drawn = sorted(points, key=lambda point: (-point.area, point.name))
    return plot.scatter(
        [point.x for point in drawn],
        [point.y for point in drawn],
        s=[(2 * _radius(point.area, points)) ** 2 for point in drawn],
        facecolor=[fills[point.family] for point in drawn],
        edgecolor=INK,
        linewidth=0.7,
        zorder=3,
        clip_on=False,
    )


def _labels(plot: Any, points: Sequence[Point], bubbles: Any) -> None:
    """Write each name beside its bubble, moved apart from the others, with a thin line to the
    bubble where it had to go far.
    """
    ground = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 0.3}
    shape = {"fontsize": LABEL, "bbox": ground, "zorder": 5, "parse_math": False}
    texts = [plot.text(*_beside(plot, point, points), point.name, **shape) for point in points]
    adjust_text(
        texts,
        objects=bubbles,
        target_x=[point.x for point in points],
        target_y=[point.y for point in points],
        ax=plot,
        avoid_self=False,
        force_text=(0.2, 0.4),
        expand=(1.04, 1.2),
        prevent_crossings=len(points) <= CROWDED,
        iter_lim=ITERATIONS,  # not seconds: the same points give the same chart everywhere
        min_arrow_len=FAR,
        arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.6, "zorder": 2.5},
    )


def _beside(plot: Any, point: Point, points: Sequence[Point]) -> tuple[float, float]:
    """Where a label begins to look for its place: right of its bubble, as one reads on."""
    x, y = plot.transData.transform((point.x, point.y))
    right = x + _radius(point.area, points) + 3
    left, bottom = plot.transData.inverted().transform((right, y - LABEL / 3))
    return float(left), float(bottom)


def _extent(figure: Figure, text: Any) -> tuple[float, float]:
    box = text.get_window_extent(figure.canvas.get_renderer())  # type: ignore[attr-defined]  # of Agg's canvas, which this is
    return float(box.width), float(box.height)


def _in_points(figure: Figure) -> Any:
    return (
        matplotlib.transforms.Affine2D().scale(1 / (INCHES[0] * POINTS), 1 / (INCHES[1] * POINTS))
        + figure.transFigure
    )


def _share(x: float, y: float) -> tuple[float, float]:
    """A place in points as parts of the figure."""
    return x / (INCHES[0] * POINTS), y / (INCHES[1] * POINTS)
