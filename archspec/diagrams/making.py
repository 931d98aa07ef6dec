"""A graph, a format and options → the bytes of its diagram: the fullest view that a page can
hold, in the direction that fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from archspec.diagrams.comparing import both
from archspec.diagrams.dot import dot
from archspec.diagrams.drawing import Drawing
from archspec.diagrams.elements import Readings
from archspec.diagrams.figure import View, all_names, block_figure, figure, unknown, views
from archspec.diagrams.mermaid import mermaid
from archspec.diagrams.options import DIRECTIONS, FORMATS, DrawingError, Options
from archspec.diagrams.palette import DARK, LIGHT
from archspec.diagrams.rendering import Picture, for_web, render, render_svg, svg_size
from archspec.graph import Graph

BOXES = 40
WIDTH, HEIGHT = 1200, 1100
"""What a figure holds at most where its level of detail is not given: boxes, and points across
and down.
"""
DPI = 192
"""Dots to an inch of a PNG: enough for print at the width of a page."""


class Choice(NamedTuple):
    """A drawing in a direction, with its picture as the renderer makes it."""

    drawing: Drawing
    direction: str
    picture: Picture

    @property
    def size(self) -> tuple[float, float]:
        """Points across and down."""
        return svg_size(self.picture.svg)

    @property
    def fits(self) -> bool:
        """Whether a page holds it."""
        width, height = self.size
        return self.drawing.count <= BOXES and width <= WIDTH and height <= HEIGHT

    @property
    def excess(self) -> float:
        """How many times over it is what a page holds."""
        width, height = self.size
        return max(self.drawing.count / BOXES, width / WIDTH, height / HEIGHT)


def draw(graph: Graph, format: str = "svg", options: Options = Options()) -> bytes:  # noqa: B008 - it is immutable
    """The diagram of a network. Raises `DrawingError` with one line that says what to do."""
    return _made(choose(graph, options), format, options)


def draw_block(graph: Graph, name: str, format: str = "svg", options: Options = Options()) -> bytes:  # noqa: B008 - it is immutable
    """The diagram of one block, or of one named group. Raises `DrawingError`, also where the
    network has none of that name.
    """
    readings = Readings(graph)
    return _made(
        _chosen(lambda view: block_figure(readings, name, view, options.title), options),
        format,
        options,
    )


def draw_both(one: Graph, other: Graph, format: str = "svg", options: Options = Options()) -> bytes:  # noqa: B008 - it is immutable
    """Two networks side by side, with what differs marked. Raises `DrawingError`."""
    readings = Readings(one), Readings(other)
    return _made(
        _chosen(lambda view: both(*readings, view, options.title), options), format, options
    )


def choose(graph: Graph, options: Options) -> Choice:
    """The fullest view of a network that a page holds; if none does, that which comes nearest."""
    readings = Readings(graph)
    _check_names(readings, options)
    expand, collapse = frozenset(options.expand), frozenset(options.collapse)
    return _chosen(lambda view: figure(readings, view, options.title, expand, collapse), options)


def _chosen(make: Callable[[View], Drawing], options: Options) -> Choice:
    best: Choice | None = None
    for drawing, direction in _candidates(make, options):
        choice = Choice(drawing, direction, render_svg(dot(drawing, direction), options.renderer))
        if choice.fits:
            return choice
        if best is None or choice.excess < best.excess:
            best = choice
    if best is None:
        raise DrawingError("there is nothing to draw")
    return best


def _candidates(make: Callable[[View], Drawing], options: Options) -> Iterator[tuple[Drawing, str]]:
    """What may be drawn, the best first. Views of far too many boxes are left out, unless there
    is no other.
    """
    directions = (options.direction,) if options.direction else DIRECTIONS
    every = views(options.detail)
    for place, view in enumerate(every):
        drawing = make(view)
        if drawing.count <= BOXES or place == len(every) - 1:
            yield from ((drawing, direction) for direction in directions)


def _made(choice: Choice, format: str, options: Options) -> bytes:
    if format not in FORMATS:
        raise DrawingError(
            f"there is no format `{format}`: a diagram is {', '.join(FORMATS[:-1])} or"
            f" {FORMATS[-1]}"
        )
    theme = options.theme or ("auto" if format == "svg" else "light")
    drawing = choice.drawing
    if format == "mmd":
        return mermaid(drawing, choice.direction).encode()
    if format == "svg" and theme != "dark":  # the picture that was measured
        return _for_web(choice.picture, drawing, theme)
    source = dot(drawing, choice.direction, DARK if theme == "dark" else LIGHT)
    if format == "dot":
        return source.encode()
    if format == "svg":
        return _for_web(render_svg(source, options.renderer), drawing, theme)
    return render(source, format, options.renderer, options.dpi or DPI)


def _for_web(picture: Picture, drawing: Drawing, theme: str) -> bytes:
    return for_web(picture, f"{drawing.title}: {drawing.subtitle}", theme).encode()


def _check_names(readings: Readings, options: Options) -> None:
    if not (options.expand or options.collapse):
        return
    known = all_names(readings.cards)
    for option, names in (("--expand", options.expand), ("--collapse", options.collapse)):
        for name in names:
            if name not in known:
                what = f"which is no group or block of {readings.graph.name}"
                raise DrawingError(
                    f"{option} names `{name}`, {what}; {unknown(name, readings.cards)}"
                )
