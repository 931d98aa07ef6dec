"""Networks → the points of a bubble chart: multiply-adds across, parameters or accuracy up, and
what the areas show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from archspec.diagnostics import printable
from archspec.reports.compare import Network


class Point(NamedTuple):
    """One network: what the axes and the area show. ``family`` are those of one colour, joined
    by a line.
    """

    name: str
    family: str
    x: float
    y: float
    area: float


class Axes(NamedTuple):
    """What a chart shows beside multiply-adds: the words of the other axis and of the area, and
    the units of their values.
    """

    y: str
    area: str
    y_unit: str = ""
    area_unit: str = ""


BY_PARAMETERS = Axes("parameters", "activation memory", area_unit="B")
BY_ACCURACY = Axes("accuracy", "number of parameters", y_unit="%")


class Bubbles(NamedTuple):
    """A chart's points and axes; ``missing`` are the networks that it cannot show, by the
    reason.
    """

    points: tuple[Point, ...]
    axes: Axes
    missing: dict[str, list[str]]


def bubbles(networks: Sequence[Network]) -> Bubbles:
    """The chart of some networks: by accuracy if any has one, else by parameters."""
    axes = (
        BY_ACCURACY if any(network.accuracy is not None for network in networks) else BY_PARAMETERS
    )
    points: list[Point] = []
    missing: dict[str, list[str]] = {}
    for network in networks:
        reason = _missing(network, axes)
        if reason is None:
            points.append(_point(network, axes))
        else:
            missing.setdefault(reason, []).append(network.name)
    return Bubbles(tuple(points), axes, missing)


def _missing(network: Network, axes: Axes) -> str | None:
    if axes is BY_ACCURACY and network.accuracy is None:
        return "no accuracy was given"
    if network.graph.macs is None or network.graph.activation_bytes is None:
        return "multiply-adds or memory depend on a size that is unknown"
    return None


def _point(network: Network, axes: Axes) -> Point:
    graph = network.graph
    y, area = (
        (network.accuracy, graph.parameters)
        if axes is BY_ACCURACY
        else (graph.parameters, graph.activation_bytes)
    )
    return Point(
        printable(network.name),
        network.spec,
        float(graph.macs or 0),
        float(y or 0),
        float(area or 0),
    )
