"""A graph, a format and options → the bytes of its diagram: the fullest view that a page can
hold, in the direction that fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from archspec.diagrams.dot import dot
from archspec.diagrams.drawing import Drawing
from archspec.diagrams.element_reader import Readings
from archspec.diagrams.figure import View, all_names, block_figure, figure, unknown, views
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


NEARER = 0.75
"""What a view that shows less exceeds a page by at most, beside one that shows more, where neither
fits.
"""

LARGE = 10 * BOXES
"""The boxes beyond which no page holds a figure in any direction, so that none is tried."""


@dataclass(frozen=True, eq=False, repr=False)
class Choice:
    """A drawing in a direction; its picture is made when it is asked for."""

    drawing: Drawing
    direction: str
    renderer: str | None = None

    @cached_property
    def picture(self) -> Picture:
        """The picture as the renderer makes it, titles where they are not crossed."""
        if not self.left:
            return self._first
        return render_svg(dot(self.drawing, self.direction, left=self.left), self.renderer)

    @cached_property
    def left(self) -> frozenset[str]:
        """The clusters whose titles stand at the left, since an edge crosses them at the right."""
        if self.direction != "tb" or self.drawing.count > LARGE:
            return frozenset()
        return self._first.better_left

    @cached_property
    def source(self) -> str:
        """The DOT, all titles at the right."""
        return dot(self.drawing, self.direction)

    @cached_property
    def _first(self) -> Picture:
        return render_svg(self.source, self.renderer)

    @property
    def size(self) -> tuple[float, float]:
        """Points across and down, on whichever side titles stand."""
        return svg_size(self._first.svg)

    @property
    def fits(self) -> bool:
        """Whether a page holds it."""
        if self.drawing.count > BOXES:
            return False
        width, height = self.size
        return width <= WIDTH and height <= HEIGHT

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
    from archspec.diagrams.comparing import both  # noqa: PLC0415 - most drawings are of one

    readings = Readings(one), Readings(other)
    return _made(
        _chosen(lambda view: both(*readings, view, options.title), options), format, options
    )


def choose(graph: Graph, options: Options) -> Choice:
    """The fullest view of a network that a page holds; if none does, the fullest of those that
    others do not come much nearer to it.
    """
    readings = Readings(graph)
    _check_names(readings, options)
    expand, collapse = frozenset(options.expand), frozenset(options.collapse)
    return _chosen(lambda view: figure(readings, view, options.title, expand, collapse), options)


Make = Callable[[View], Drawing | None]
"""Draws a view, unless that has room for fewer boxes."""


def _chosen(make: Make, options: Options) -> Choice:
    choices = (
        Choice(drawing, direction, options.renderer)
        for drawing, direction in _candidates(make, options)
    )
    best = next(choices)
    seen = {best.source}
    for other in choices:  # a single one is not measured
        if best.fits:
            return best
        if other.source in seen:  # a network without equal neighbours looks the same in two views
            continue
        seen.add(other.source)
        if other.fits or other.excess < NEARER * best.excess:
            best = other
    return best


def _candidates(make: Make, options: Options) -> Iterator[tuple[Drawing, str]]:
    """What may be drawn, the best first. Views of too many boxes are left out, unless there is no
    other.
    """
    directions = (options.direction,) if options.direction else DIRECTIONS
    *fuller, last = views(options.detail)
    for view in (*(view._replace(most=BOXES) for view in fuller), last):
        drawing = make(view)
        if drawing is not None and (drawing.count <= BOXES or view is last):
            tried = directions[:1] if drawing.count > LARGE else directions
            yield from ((drawing, direction) for direction in tried)


def _made(choice: Choice, format: str, options: Options) -> bytes:
    if format not in FORMATS:
        raise DrawingError(
            f"there is no format `{format}`: a diagram is {', '.join(FORMATS[:-1])} or"
            f" {FORMATS[-1]}"
        )
    theme = options.theme or ("auto" if format == "svg" else "light")
    drawing = choice.drawing
    if format == "mmd":
        from archspec.diagrams.mermaid import mermaid  # noqa: PLC0415 - most drawings are pictures

        return mermaid(drawing, choice.direction).encode()
    if format == "svg" and theme != "dark":  # the picture that was measured
        return _for_web(choice.picture, drawing, theme)
    source = dot(drawing, choice.direction, DARK if theme == "dark" else LIGHT, choice.left)
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
            if name not in known and readings.scope(name, whole=True) is None:
                what = f"which is no group or block of {readings.graph.name}"
                raise DrawingError(
                    f"{option} names `{name}`, {what}; {unknown(name, readings.cards)}"
                )
