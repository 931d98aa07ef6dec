"""An SVG of a diagram → its boxes, frames, edges and words, with their places in points; what the
tests of diagrams look at.

Nothing here comes from the code under test. The widths of words are those of Helvetica and
Helvetica Bold in Adobe's font metrics (AFM, "Core 14"), which Arial and Liberation Sans share; a
letter that these fonts lack counts as one as wide as it is high.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.etree import ElementTree

PLAIN = {
    **dict.fromkeys("ijl", 222), **dict.fromkeys(" !,./:;I[\\]ft·\xa0", 278), **dict.fromkeys("()-`r", 333), **dict.fromkeys("cksvxyzJ", 500),
    **dict.fromkeys("0123456789_abdeghnopqu?L#$†‡–", 556), **dict.fromkeys("+<=>~×−÷", 584), **dict.fromkeys("FTZ", 611),
    **dict.fromkeys("ABEKPSVXY&", 667), **dict.fromkeys("CDHNRUw", 722), **dict.fromkeys("GOQ", 778), **dict.fromkeys("Mm", 833),
    "'": 191, "|": 260, "{": 334, "}": 334, '"': 355, "*": 389, "^": 469, "%": 889, "W": 944, "@": 1015,
}  # fmt: skip
BOLD = {
    **dict.fromkeys(" ,./I\\ijl·\xa0", 278), **dict.fromkeys("!()-:;[]`ft", 333), **dict.fromkeys("*r{}", 389), **dict.fromkeys("z", 500),
    **dict.fromkeys("0123456789_aceksvxyJ#$†‡–", 556), **dict.fromkeys("+<=>~^×−÷", 584), **dict.fromkeys("?bdghnopquFLTZ", 611),
    **dict.fromkeys("EPSVXY", 667), **dict.fromkeys("ABCDHKNRU&", 722), **dict.fromkeys("GOQw", 778), **dict.fromkeys("M", 833),
    "'": 238, "|": 280, '"': 474, "m": 889, "%": 889, "W": 944, "@": 975,
}  # fmt: skip
ABOVE, BELOW = 0.72, 0.21
"""How far letters reach above and below their line, as parts of their size: capitals, and the
tails of g and p.
"""

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {f"{SVG}{name}" for name in ("path", "polygon", "ellipse", "polyline")}
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")


class Area(NamedTuple):
    """A rectangle; ``top`` is less than ``bottom``, as in SVG."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: Area, slack: float = 0.0) -> bool:
        return (
            self.left - slack <= other.left
            and self.top - slack <= other.top
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    def meets(self, other: Area) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds_place(self, place: tuple[float, float], slack: float = 0.0) -> bool:
        return (
            self.left - slack <= place[0] <= self.right + slack
            and self.top - slack <= place[1] <= self.bottom + slack
        )

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def size(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)


class Word(NamedTuple):
    """Text that stands in one place, in one size and colour."""

    text: str
    points: float
    area: Area
    ink: str


class Shape(NamedTuple):
    """The area of a path, a polygon or an ellipse, the handles of curves included, and its fill."""

    area: Area
    fill: str


class Part(NamedTuple):
    """A node, a cluster or an edge: its id, classes, the title that a pointer shows, its shapes,
    its words.

    ``line`` are points on the way of an edge, close to one another.
    """

    id: str
    classes: tuple[str, ...]
    title: str
    shapes: tuple[Shape, ...]
    words: tuple[Word, ...]
    line: tuple[tuple[float, float], ...] = ()

    def under(self, word: Word) -> Shape:
        """The least shape that a word stands on."""
        found = [shape for shape in self.shapes if shape.area.holds_place(word.area.middle)]
        assert found, f"`{word.text}` stands on nothing"
        return min(found, key=lambda shape: shape.area.size)

    @property
    def area(self) -> Area:
        return around([shape.area for shape in self.shapes])

    @property
    def text(self) -> str:
        """All words, line by line; those of a line are joined."""
        lines: list[str] = []
        last = None
        for word in self.words:
            if last is not None and abs(last - word.area.bottom) < word.points / 2:
                lines[-1] += word.text
            else:
                lines.append(word.text)
            last = word.area.bottom
        return "\n".join(" ".join(line.split()) for line in lines)


class Picture(NamedTuple):
    """A whole picture, ``width`` × ``height`` points; ``words`` are those of its title and
    legend.
    """

    width: float
    height: float
    nodes: tuple[Part, ...]
    clusters: tuple[Part, ...]
    edges: tuple[Part, ...]
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words)

    def node(self, id: str) -> Part:
        return next(node for node in self.nodes if node.id == id)

    def cluster(self, title: str) -> Part:
        """The cluster that is called so."""
        return next(
            one
            for one in self.clusters
            if one.words and one.text.split("\n")[0].split(" ×")[0] == title
        )

    def inside(self, cluster: Part) -> list[Part]:
        """The nodes in a cluster, from top to bottom and from left to right; points are left
        out.
        """
        found = [
            node
            for node in self.nodes
            if cluster.area.holds(node.area) and "point" not in node.classes
        ]
        return sorted(found, key=lambda node: (round(node.area.top), node.area.left))


def around(areas: Sequence[Area]) -> Area:
    """The least area that holds some areas."""
    lefts, tops, rights, bottoms = zip(*areas, strict=True)
    return Area(min(lefts), min(tops), max(rights), max(bottoms))


def width(text: str, points: float, *, bold: bool) -> float:
    """How wide a text is set, in points."""
    widths = BOLD if bold else PLAIN
    return sum(widths.get(letter, 1000) for letter in text) * points / 1000


def read(svg: str | bytes) -> Picture:
    """Read an SVG as Graphviz lays it out."""
    root = ElementTree.fromstring(svg)
    graph = next(one for one in root.iter(f"{SVG}g") if one.get("class") == "graph")
    parts = {
        kind: tuple(part(one) for one in graph if kind in one.get("class", "").split())
        for kind in ("node", "cluster", "edge")
    }
    across, down = (float(root.get(side, "").removesuffix("pt")) for side in ("width", "height"))
    return Picture(
        across,
        down,
        parts["node"],
        parts["cluster"],
        parts["edge"],
        tuple(words(graph.findall(f"{SVG}text"))),
    )


def part(element: ElementTree.Element) -> Part:
    """One group of the SVG."""
    shapes = tuple(
        Shape(area(one), one.get("fill", "")) for one in element.iter() if one.tag in SHAPES
    )
    title = "".join(one.text or "" for one in element.findall(f"{SVG}title"))
    classes = tuple(element.get("class", "").split())
    way = (
        next((one.get("d", "") for one in element.iter(f"{SVG}path")), "")
        if "edge" in classes
        else ""
    )
    return Part(
        element.get("id", ""),
        classes,
        title,
        shapes,
        tuple(words(list(element.iter(f"{SVG}text")))),
        tuple(curve(way)),
    )


def area(element: ElementTree.Element) -> Area:
    """The area of a path, a polygon or an ellipse."""
    if element.tag == f"{SVG}ellipse":
        x, y, rx, ry = (float(element.get(name, "0")) for name in ("cx", "cy", "rx", "ry"))
        return Area(x - rx, y - ry, x + rx, y + ry)
    numbers = [float(one) for one in NUMBER.findall(element.get("d") or element.get("points", ""))]
    return Area(min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2]))


def curve(way: str) -> Iterator[tuple[float, float]]:
    """Points on the Bézier curves of a path, ten on each."""
    numbers = [float(one) for one in NUMBER.findall(way)]
    places = list(zip(numbers[::2], numbers[1::2], strict=True))
    for start in range(0, len(places) - 3, 3):
        a, b, c, d = places[start : start + 4]
        for step in range(11):
            t = step / 10
            yield tuple(
                (1 - t) ** 3 * a[i]
                + 3 * (1 - t) ** 2 * t * b[i]
                + 3 * (1 - t) * t**2 * c[i]
                + t**3 * d[i]
                for i in (0, 1)
            )  # type: ignore[misc]


def words(elements: list[ElementTree.Element]) -> Iterator[Word]:
    """Texts with the areas that their letters take; spaces at the ends take none."""
    for element in elements:
        text = element.text or ""
        points, x, y = (float(element.get(name, "0")) for name in ("font-size", "x", "y"))
        bold = element.get("font-weight") == "bold"
        long = width(text, points, bold=bold)
        left = (
            x - {"start": 0.0, "middle": long / 2, "end": long}[element.get("text-anchor", "start")]
        )
        start = left + width(text[: len(text) - len(text.lstrip())], points, bold=bold)
        place = Area(
            start,
            y - ABOVE * points,
            start + width(text.strip(), points, bold=bold),
            y + BELOW * points,
        )
        yield Word(text, points, place, element.get("fill", ""))
