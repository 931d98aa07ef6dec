"""What is drawn: boxes, clusters and edges, with their words and colours and without their
places. Data, and nothing else.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, Union

from archspec.diagrams.palette import Fill


class Form(Enum):
    """What a box looks like."""

    INPUT = "input"
    CARD = "card"
    STACK = "stack"
    GROUP = "group"
    FRAME = "frame"
    SUM = "sum"
    BAR = "bar"
    POINT = "point"
    OUTPUT = "output"


Tip = Callable[[], str]
"""Writes what a pointer shows: of the figures that are tried, a single one is written."""


class Row(NamedTuple):
    """One line of a stack, or a card's title: what stands out, the rest, what is small;
    ``times`` is ×N. ``belongs`` is what belongs to the layer, said only where the legend does not.
    """

    strong: str
    rest: str = ""
    small: str = ""
    times: int = 1
    fill: Fill = Fill.CONV
    belongs: str | None = None


@dataclass(eq=False, repr=False)
class Box:
    """One box. ``id`` is unique in the drawing, ``node`` the layer's (or group's) name, ``tip``
    writes what a pointer shows.

    ``rows`` hold the title; several in a stack, and in a frame, which is a group of cards under its
    title. ``lines`` stand below it; ``size`` is the output's, ``weight`` says the parameters;
    ``ports`` are the words at the branches' ends of a bar. ``sign`` marks a difference in a
    comparison, ``+``, ``−`` or ``~``. A split whose first copy ``differs`` says so where it ends.
    """

    id: str
    form: Form
    rows: list[Row]
    fill: Fill = Fill.OTHER
    lines: list[str] = field(default_factory=list)
    size: str = ""
    weight: str = ""
    node: str = ""
    tip: Tip = str
    ports: list[str] = field(default_factory=list)
    sign: str = ""
    differs: bool = False

    @property
    def counts(self) -> int:
        """How many boxes this is to a reader, who does not count points."""
        return {Form.POINT: 0, Form.FRAME: len(self.rows) - 1}.get(self.form, 1)


@dataclass(eq=False, repr=False)
class Cluster:
    """Boxes within a frame, under a title; a ``panel`` shows a block alone, beside the network."""

    id: str
    title: str
    members: list["Member"] = field(default_factory=list)
    count: int = 1
    lines: list[str] = field(default_factory=list)
    size: str = ""
    weight: str = ""
    node: str = ""
    tip: Tip = str
    panel: bool = False


Member = Union[Box, Cluster]  # noqa: UP007 - the names are not there yet when this runs


class Way(Enum):
    """What an edge is. One that leads ``out`` goes to an output which stands beside its layer; one
    of the ``batch`` carries the number of examples alone.
    """

    TRUNK = "trunk"
    BRANCH = "branch"
    SHORTCUT = "shortcut"
    REFERENCE = "reference"
    SIDE = "side"
    OUT = "out"
    BATCH = "batch"


class Edge(NamedTuple):
    """From box to box, by their ids. ``port`` is the number of the bar's port that it ends in;
    ``names`` says that the label names the tensor or its role, and is no size.
    """

    tail: str
    head: str
    way: Way = Way.TRUNK
    label: str = ""
    port: int | None = None
    names: bool = False


@dataclass(eq=False, repr=False)
class Drawing:
    """A whole figure. ``subtitle`` are its totals, ``legend`` pairs of colour and words, ``notes``
    what the marks mean.

    Panels stand under one another, or ``side_by_side``.
    """

    name: str
    title: str
    subtitle: str
    members: list[Member] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    legend: list[tuple[Fill, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    side_by_side: bool = False

    @property
    def heads(self) -> list[list[str]]:
        """The boxes in which the branches of each split begin, which stand side by side in
        their order.
        """
        by_tail: dict[str, list[str]] = {}
        for edge in self.edges:
            if edge.way is Way.BRANCH and edge.port is None:
                by_tail.setdefault(edge.tail, []).append(edge.head)
        points = {box.id for box in self.boxes if box.form is Form.POINT}
        return [heads for tail, heads in by_tail.items() if tail in points and len(heads) > 1]

    @property
    def boxes(self) -> list[Box]:
        """All boxes, in the order in which they were drawn."""
        return list(boxes(self.members))

    @property
    def count(self) -> int:
        """How many boxes a reader sees."""
        return sum(box.counts for box in self.boxes)


def boxes(members: list[Member]) -> Iterator[Box]:
    """The boxes in some members, those of clusters included."""
    for member in members:
        if isinstance(member, Box):
            yield member
        else:
            yield from boxes(member.members)


def clusters(members: list[Member]) -> Iterator[Cluster]:
    """The clusters in some members, those in one another too."""
    for member in members:
        if isinstance(member, Cluster):
            yield member
            yield from clusters(member.members)
