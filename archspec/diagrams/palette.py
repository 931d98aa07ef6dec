"""The colours of diagrams: fills of Paul Tol's "light" scheme (Tol 2021, Colour Schemes,
SRON/EPS/TN/09-002), a grey, inks for light and dark pages.

Any two fills differ by ΔE 15 or more also to readers without red, green or blue cones, and the ink
on each has a contrast of 4.5:1 or more.
"""

from __future__ import annotations

from typing import NamedTuple

from archspec.diagrams.roles import Fill

FILLS = {
    Fill.CONV: "#77AADD",
    Fill.POOL: "#EE8866",
    Fill.MERGE: "#BBCC33",
    Fill.DENSE: "#FFAABB",
    Fill.NORM: "#EEDD88",
    Fill.OTHER: "#EEEEEE",
}
BORDERS = {
    Fill.CONV: "#1F4E79",
    Fill.POOL: "#8A3B1E",
    Fill.MERGE: "#5A6412",
    Fill.DENSE: "#8A3550",
    Fill.NORM: "#6B5A10",
    Fill.OTHER: "#5B6470",
}
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
