"""A layout as the renderer's JSON has it → the clusters whose titles an edge crosses, and would not
cross at the other side.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

POINTS_PER_INCH = 72
STEPS = 12
"""The points of a curve that are looked at, of each of its pieces."""

Point = tuple[float, float]


class Area(NamedTuple):
    """A rectangle, in points."""

    left: float
    right: float
    bottom: float
    top: float

    def holds(self, point: Point) -> bool:
        """Whether a point is inside."""
        return self.left < point[0] < self.right and self.bottom < point[1] < self.top


def better_left(layout: Mapping[str, Any]) -> frozenset[str]:
    """The names of the clusters whose titles are crossed where they stand, at the right, and would
    not be at the left. On which side a title stands moves nothing else.
    """
    titled = [
        each
        for each in layout.get("objects", ())
        if str(each.get("name", "")).startswith("cluster") and "lp" in each
    ]
    if not titled:
        return frozenset()
    pieces = [piece for edge in layout.get("edges", ()) for piece in _pieces(edge)]
    return frozenset(
        cluster["name"]
        for cluster in titled
        if _is_crossed(_title(cluster), pieces) and not _is_crossed(_at_left(cluster), pieces)
    )


def _title(cluster: Mapping[str, Any]) -> Area:
    x, y = map(float, cluster["lp"].split(","))
    across = float(cluster["lwidth"]) * POINTS_PER_INCH / 2
    down = float(cluster["lheight"]) * POINTS_PER_INCH / 2
    return Area(x - across, x + across, y - down, y + down)


def _at_left(cluster: Mapping[str, Any]) -> Area:
    """Where the title of a cluster would stand at the left: as far from that side as it is from
    the right.
    """
    title = _title(cluster)
    left, _, right, _ = map(float, cluster["bb"].split(","))
    return title._replace(left=left + right - title.right, right=left + right - title.left)


def _is_crossed(area: Area, pieces: Sequence[list[Point]]) -> bool:
    return any(_crosses(piece, area) for piece in pieces)


def _pieces(edge: Mapping[str, Any]) -> Iterator[list[Point]]:
    """The Bézier curves of an edge that is seen: four ends each."""
    if edge.get("style") == "invis":
        return
    for curve in str(edge.get("pos", "")).split(";"):
        ends = [
            (float(x), float(y))
            for x, y in (
                part.split(",") for part in curve.split() if not part.startswith(("e,", "s,"))
            )
        ]
        for first in range(0, len(ends) - 3, 3):
            yield ends[first : first + 4]


def _crosses(piece: list[Point], area: Area) -> bool:
    """Whether a curve passes through an area, which it can only where its ends reach around it."""
    xs, ys = zip(*piece, strict=True)
    if not (min(xs) < area.right and max(xs) > area.left):
        return False
    if not (min(ys) < area.top and max(ys) > area.bottom):
        return False
    return any(map(area.holds, _points(piece)))


def _points(piece: list[Point]) -> Iterator[Point]:
    """Points along a curve."""
    steps = [_along(piece, step / STEPS) for step in range(STEPS + 1)]
    for here, there in pairwise(steps):
        yield here
        yield (here[0] + there[0]) / 2, (here[1] + there[1]) / 2


def _along(ends: list[Point], part: float) -> Point:
    """The point of a Bézier curve at a part of its way, from 0 to 1."""
    rest = 1 - part
    weights = (rest**3, 3 * part * rest**2, 3 * part**2 * rest, part**3)
    x, y = (sum(w * end[axis] for w, end in zip(weights, ends, strict=True)) for axis in (0, 1))
    return x, y
