"""Discs in a frame, and the sizes of their labels → where each label stands: apart from the others,
from discs and lines, as near as may be.

Everything is in points, the origin at the lower left. The same input gives the same places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import cos, hypot, pi, sin
from typing import NamedTuple

GAPS = (2.5, 6.0, 11.0, 18.0, 27.0, 38.0, 52.0, 68.0, 86.0, 106.0)
"""Distances between a disc and its label, the nearest first."""

DIRECTIONS = 24
ROUNDS = 5
NEAR = 7.0
"""A label farther than this from its disc needs a line to it."""

OVERLAP, HIDDEN, CROSSED, STRANGE, COVERED, STRUCK = 10_000.0, 5_000.0, 60.0, 20.0, 15.0, 15.0
"""What it costs, in points of distance, that a label covers another or hides a disc, that its line
is crossed, that it is nearer to another disc, lies on a part of one, or on a line."""

Point = tuple[float, float]
Line = tuple[Point, Point]


class Disc(NamedTuple):
    """A bubble, and the width and height of the label that it needs."""

    x: float
    y: float
    radius: float
    width: float
    height: float


class Box(NamedTuple):
    """Where a label stands. ``leader`` is the line from its disc, where it needs one to be
    understood.
    """

    left: float
    bottom: float
    right: float
    top: float
    leader: Line | None = None

    def overlaps(self, other: Box) -> bool:
        """Whether two boxes share any area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )

    def inside(self, other: Box) -> bool:
        """Whether it lies within the other."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.bottom >= other.bottom
            and self.top <= other.top
        )

    def nearest(self, x: float, y: float) -> Point:
        """The point of the box that is nearest to a point."""
        return min(max(x, self.left), self.right), min(max(y, self.bottom), self.top)

    def crossed_by(self, line: Line) -> bool:
        """Whether a line runs through the box."""
        (x, y), (to_x, to_y) = line
        if (
            max(x, to_x) < self.left
            or min(x, to_x) > self.right
            or max(y, to_y) < self.bottom
            or min(y, to_y) > self.top
        ):
            return False
        edges = [
            (self.left, self.bottom),
            (self.right, self.bottom),
            (self.right, self.top),
            (self.left, self.top),
        ]
        within = self.left <= x <= self.right and self.bottom <= y <= self.top
        return within or any(_cross(line, (edges[side - 1], edges[side])) for side in range(4))


def place(discs: Sequence[Disc], frame: Box, lines: Sequence[Line] = ()) -> list[Box]:
    """A place for the label of each disc inside the frame. The crowded ones choose first, and
    then all choose again, seeing the others.
    """
    choices = [_choices(index, discs, frame, lines) for index in range(len(discs))]
    places: dict[int, Box] = {}
    for _ in range(ROUNDS):
        for index in sorted(
            range(len(discs)), key=lambda index: (-_neighbours(discs, index), index)
        ):
            others = [box for other, box in places.items() if other != index]
            places[index] = _cheapest(choices[index], others)
    return [places[index] for index in range(len(discs))]


def _neighbours(discs: Sequence[Disc], index: int) -> int:
    here = discs[index]
    return sum(hypot(disc.x - here.x, disc.y - here.y) < here.width for disc in discs)


def _cheapest(choices: Sequence[tuple[float, Box]], others: Sequence[Box]) -> Box:
    """The best of some places, the cheapest by themselves first, beside the labels that stand."""
    best, least = choices[0][1], float("inf")
    for alone, box in choices:
        if alone >= least:
            break
        cost = alone + sum(_between(box, other) for other in others)
        if cost < least:
            best, least = box, cost
    return best


def _between(box: Box, other: Box) -> float:
    crossed = (box.leader is not None and other.crossed_by(box.leader)) + (
        other.leader is not None and box.crossed_by(other.leader)
    )
    crossed += (
        box.leader is not None and other.leader is not None and _cross(box.leader, other.leader)
    )
    return OVERLAP * box.overlaps(other) + CROSSED * crossed


def _choices(
    index: int, discs: Sequence[Disc], frame: Box, lines: Sequence[Line]
) -> list[tuple[float, Box]]:
    """The places for one label, each with what it costs by itself, the cheapest first."""
    others = [disc for other, disc in enumerate(discs) if other != index]
    found = []
    for cost, plain in _around(discs[index]):
        box = _led(plain, index, discs)
        passed = box.leader is not None and any(_passes(box.leader, disc) for disc in others)
        found.append((cost + _cost(box, index, discs, frame, lines) + CROSSED * passed, box))
    return sorted(found, key=lambda choice: choice[0])


def _around(disc: Disc) -> Iterator[tuple[float, Box]]:
    """Boxes around a disc; right of it is the best place, as one reads on."""
    for gap in GAPS:
        for step in range(DIRECTIONS):
            dx, dy = cos(2 * pi * step / DIRECTIONS), sin(2 * pi * step / DIRECTIONS)
            left = disc.x + dx * (disc.radius + gap + disc.width / 2) - disc.width / 2
            bottom = disc.y + dy * (disc.radius + gap + disc.height / 2) - disc.height / 2
            box = Box(left, bottom, left + disc.width, bottom + disc.height)
            yield max(_distance(box, disc), GAPS[0]) + (1 - dx) * 1.5 + abs(dx * dy) * 2, box


def _cost(box: Box, index: int, discs: Sequence[Disc], frame: Box, lines: Sequence[Line]) -> float:
    cost = OVERLAP * (not box.inside(frame)) + STRUCK * sum(box.crossed_by(line) for line in lines)
    here = _distance(box, discs[index])
    for other, disc in enumerate(discs):
        distance = _distance(box, disc)
        if distance < 1:
            cost += (
                COVERED
                + (1 - distance) * (40 if other == index else 8)
                + HIDDEN * (distance < -disc.radius * 0.9)
            )
        cost += STRANGE * (other != index and distance < here)
    return cost


def _led(box: Box, index: int, discs: Sequence[Disc]) -> Box:
    """The box with a line to its disc, if that is far or another is nearer."""
    disc, distance = discs[index], _distance(box, discs[index])
    strange = distance > 3 and any(_distance(box, other) < distance for other in discs)
    if distance <= NEAR and not strange:
        return box
    x, y = box.nearest(disc.x, disc.y)
    part = disc.radius / hypot(x - disc.x, y - disc.y)
    return box._replace(
        leader=((disc.x + (x - disc.x) * part, disc.y + (y - disc.y) * part), (x, y))
    )


def _distance(box: Box, disc: Disc) -> float:
    """From the edge of the disc; negative inside it."""
    x, y = box.nearest(disc.x, disc.y)
    return hypot(x - disc.x, y - disc.y) - disc.radius


def _passes(line: Line, disc: Disc) -> bool:
    """Whether a line runs through a disc."""
    (x, y), (to_x, to_y) = line
    dx, dy = to_x - x, to_y - y
    part = min(1.0, max(0.0, ((disc.x - x) * dx + (disc.y - y) * dy) / (dx * dx + dy * dy or 1.0)))
    return hypot(x + part * dx - disc.x, y + part * dy - disc.y) < disc.radius


def _cross(one: Line, other: Line) -> bool:
    return _sides(one, other) and _sides(other, one)


def _sides(line: Line, other: Line) -> bool:
    """Whether the ends of the other lie on different sides of the line."""
    (x, y), (to_x, to_y) = line
    first, last = ((to_x - x) * (end[1] - y) - (to_y - y) * (end[0] - x) for end in other)
    return first * last < 0
