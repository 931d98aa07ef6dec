"""Nobody is left out by the colours: fills that differ to every eye, words that stand out on all
that they are written on.

Colour blindness is that of Machado, Oliveira and Fernandes 2009 (severity 1.0), the distance is CIE
1976 ΔE*ab in D65, the contrast that of WCAG 2.1: 4.5:1 for text.
"""

from __future__ import annotations

import re
from itertools import combinations
from math import dist

import pytest

import archspec
from archspec.diagrams.making import draw_both
from archspec.diagrams.options import Options
from archspec.diagrams.palette import DARK, INK, LIGHT, Fill, Theme
from tests.diagrams.pictures import Part, Picture, read
from tests.diagrams.samples import graph, picture, svg

LEAST_DISTANCE = 15.0
LEAST_CONTRAST = 4.5
LEAST_CONTRAST_OF_LINES = 3.0

Triple = tuple[float, float, float]
Matrix = tuple[Triple, Triple, Triple]

EYES: dict[str, Matrix] = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
TO_XYZ: Matrix = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
WHITE: Triple = (0.95047, 1.0, 1.08883)


def times(matrix: Matrix, vector: Triple) -> Triple:
    one, two, three = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return one, two, three


def linear(colour: str) -> Triple:
    """The light of a colour, ``#77AADD``."""
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    one, two, three = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (red, green, blue)
    )
    return one, two, three


def lab(light: Triple) -> Triple:
    """Light as CIE L*a*b*."""
    clipped = tuple(min(max(value, 0.0), 1.0) for value in light)
    x, y, z = (value / white for value, white in zip(times(TO_XYZ, clipped), WHITE, strict=True))  # type: ignore[arg-type]
    f, g, h = (
        value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116 for value in (x, y, z)
    )
    return 116 * g - 16, 500 * (f - g), 200 * (g - h)


def contrast(one: str, other: str) -> float:
    bright, dark = sorted(
        (times(TO_XYZ, linear(colour))[1] for colour in (one, other)), reverse=True
    )
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("eye", EYES)
def test_any_two_fills_differ_to_every_eye(eye: str) -> None:
    for one, other in combinations([fill.colour for fill in Fill], 2):
        assert (
            dist(*(lab(times(EYES[eye], linear(colour))) for colour in (one, other)))
            >= LEAST_DISTANCE
        ), (one, other)


def test_the_formulas_are_right() -> None:
    """White on black is 21:1; the L*a*b* of pure red in D65 is (53.2, 80.1, 67.2); a
    colour-blind eye sees white and black as they are.
    """
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert lab(linear("#FF0000")) == pytest.approx((53.2, 80.1, 67.2), abs=0.1)
    for matrix in EYES.values():
        assert times(matrix, (1, 1, 1)) == pytest.approx((1, 1, 1), abs=1e-3)


@pytest.mark.parametrize("fill", Fill)
def test_ink_and_borders_stand_out_on_every_fill(fill: Fill) -> None:
    assert contrast(INK, fill.colour) >= LEAST_CONTRAST
    assert contrast(fill.border, fill.colour) >= LEAST_CONTRAST_OF_LINES


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_stand_out_around_the_boxes(theme: Theme) -> None:
    for ground in (theme.page, theme.cluster, theme.panel, theme.paper):
        assert contrast(theme.ink, ground) >= LEAST_CONTRAST, ground
    for ground in (theme.page, theme.cluster, theme.panel):
        for words in (theme.faint, theme.accent, theme.shortcut):
            assert contrast(words, ground) >= LEAST_CONTRAST, (words, ground)
        assert contrast(theme.line, ground) >= LEAST_CONTRAST_OF_LINES


DRAWN = [
    "resnet@resnet50",
    "googlenet",
    "efficientnet@B0",
    "xception",
    "dense",
    "two",
    "keras/convnext",
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", DRAWN)
def test_every_word_of_a_picture_stands_out_on_what_it_is_written_on(name: str, theme: str) -> None:
    assert_words_stand_out(
        picture(name, Options(theme=theme)), {"light": LIGHT, "dark": DARK}[theme].page
    )


def assert_words_stand_out(drawn: Picture, page: str) -> None:
    for part in (*drawn.nodes, *drawn.clusters):
        for word in part.words:
            ground = ground_of(part, drawn, word.area.middle, page)
            assert contrast(word.ink, ground) >= LEAST_CONTRAST, (
                part.id,
                word.text,
                word.ink,
                ground,
            )
    for edge in drawn.edges:
        assert all(contrast(word.ink, page) >= LEAST_CONTRAST for word in edge.words)
    assert all(
        contrast(word.ink, page) >= LEAST_CONTRAST for word in drawn.words if "■" not in word.text
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_marks_of_a_comparison_stand_out(theme: str) -> None:
    other = archspec.compile("resnet@resnet50", classes=10, pool=False)
    drawn = read(draw_both(graph("resnet@resnet50"), other, "svg", Options(theme=theme)))
    marks = [
        (part, word)
        for part in drawn.nodes
        for word in part.words
        if word.text.strip() in ("−", "~")
    ]
    assert len(marks) == 3
    for part, word in marks:
        assert (
            contrast(word.ink, ground_of(part, drawn, word.area.middle, "#FFFFFF"))
            >= LEAST_CONTRAST
        ), (part.id, word.text, word.ink)


def ground_of(part: Part, drawn: Picture, place: tuple[float, float], page: str) -> str:
    """The colour at a place: of the last shape painted there, of the box, of a cluster, or of
    the page.
    """
    painted = [*drawn.clusters, *([part] if part not in drawn.clusters else [])]
    found = [
        shape.fill
        for one in painted
        for shape in one.shapes
        if shape.fill.startswith("#") and shape.area.holds_place(place)
    ]
    return found[-1] if found else page


@pytest.mark.parametrize("name", DRAWN)
def test_the_picture_for_every_page_is_the_light_one_with_a_style_for_the_dark(name: str) -> None:
    auto, light = (svg(name, Options(theme=theme)).decode() for theme in ("auto", "light"))
    style = re.search(r"\n<style>@media \(prefers-color-scheme:dark\)\{(.*)\}</style>", auto)
    assert style is not None
    assert auto.replace(style[0], "") == light
    assert DARK.page.lower() in style[1].lower()


@pytest.mark.parametrize("name", DRAWN)
def test_the_style_for_the_dark_leaves_no_word_in_the_dark(name: str) -> None:
    """Each colour of words outside of filled boxes is one that the style replaces."""
    drawn = picture(name)
    style = re.search(r"<style>(.*)</style>", svg(name).decode())
    assert style is not None
    outside = {word.ink for part in (*drawn.clusters, *drawn.edges) for word in part.words}
    outside |= {word.ink for word in drawn.words if "■" not in word.text}
    outside |= {
        word.ink
        for part in drawn.nodes
        for word in part.words
        if {"input", "output"} & set(part.classes)
    }
    replaced = set(re.findall(r'text\[fill="(#\w+)"\]', style[1])) | (
        {LIGHT.shortcut.lower()} if ".edge.shortcut text" in style[1] else set()
    )
    assert outside <= replaced


def test_a_difference_is_never_one_of_colour_alone() -> None:
    """The legend says each colour in words, and a pool's box has corners, a dense layer's a
    double border, a merge's is round.
    """
    drawn = picture("resnet@resnet50", Options(direction="tb"))
    assert [
        word.text.strip() for word in drawn.words if word.text.strip() in ("pool", "dense")
    ] == ["pool", "dense"]
    text = svg("resnet@resnet50", Options(direction="tb")).decode()
    assert re.search(r'class="node card pool">\n<title>[^<]*</title>\n<polygon', text)
    assert re.search(r'class="node card conv">\n<title>[^<]*</title>\n<path', text)
    assert re.search(r'class="node sum merge">\n<title>[^<]*</title>\n<ellipse', text)
    dense = drawn.node("dense")
    assert len({shape.area for shape in dense.shapes}) == 2
