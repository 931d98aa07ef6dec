"""The colours of diagrams: fills of Paul Tol's "light" scheme (Tol 2021, Colour Schemes,
SRON/EPS/TN/09-002), a grey, inks for light and dark pages.

Any two fills differ by ΔE 15 or more also to readers without red, green or blue cones, and the ink
on each has a contrast of 4.5:1 or more.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from enum import Enum
from functools import cache
from typing import NamedTuple


class Style(NamedTuple):
    """How a kind of box is drawn, what the legend calls it, and the families of layers drawn so.

    ``style`` is Graphviz's, empty for a rounded box, and ``outlines`` the number of its lines, so
    that no difference is one of colour alone.
    """

    colour: str
    border: str
    words: str
    families: tuple[str, ...] = ()
    style: str = ""
    outlines: int = 1


class Fill(Enum):
    """The kinds of boxes, in the order of the legend: a row each."""

    CONV = Style("#77AADD", "#1F4E79", "conv", ("convolution",))
    POOL = Style("#EE8866", "#8A3B1E", "pool", ("pooling", "reductions"), style="filled")
    MERGE = Style("#BBCC33", "#5A6412", "merge", ("merging", "binary", "joins"))
    DENSE = Style(
        "#FFAABB", "#8A3550", "dense", ("core", "attention", "contraction", "products"), outlines=2
    )
    NORM = Style(
        "#EEDD88",
        "#6B5A10",
        "normalization, activation",
        ("normalization", "activation", "regularization", "unary", "along_axis"),
    )
    OTHER = Style("#EEEEEE", "#5B6470", "other", style="filled,rounded,dashed")

    @property
    def css(self) -> str:
        """The class of the box in an SVG and in Mermaid."""
        return self.name.lower()

    @property
    def colour(self) -> str:
        """The colour of the box."""
        return self.value.colour

    @property
    def border(self) -> str:
        """The colour of its border."""
        return self.value.border

    @property
    def rounded(self) -> bool:
        """Whether its corners are round."""
        return self.value.style != "filled"


@cache
def fill_of(family: str) -> Fill:
    """The fill of a family of layers."""
    return next((fill for fill in Fill if family in fill.value.families), Fill.OTHER)


INK = "#1F2937"
"""The words on fills, in light and dark."""
OUTSIDE = "#1E2836"
"""The words on a light page: another colour than `INK`, if only to a machine, so that a style
for the dark can tell the two apart.
"""


class Theme(NamedTuple):
    """The colours around the fills: the page, words, faint words and lines, frames, the accent
    of ×N, shortcuts.
    """

    page: str
    ink: str
    faint: str
    line: str
    frame: str
    cluster: str
    panel: str
    accent: str
    shortcut: str
    paper: str


LIGHT = Theme(
    "#FFFFFF",
    OUTSIDE,
    "#5B6470",
    "#5B6470",
    "#94A3B8",
    "#F8FAFC",
    "#FFFFFF",
    "#B5460F",
    "#5A6412",
    "#FFFFFF",
)
DARK = Theme(
    "#0D1117",
    "#E6EDF3",
    "#9DA7B3",
    "#9DA7B3",
    "#3D444D",
    "#161B22",
    "#0D1117",
    "#F0883E",
    "#BBCC33",
    "#21262D",
)
