"""Pictures by either renderer, on a bare machine too; what fails says so in a line; labels may
hold any letters; tooltips say all of a layer.
"""

from __future__ import annotations

import json
import re
import shutil
import struct
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import archspec
from archspec.diagrams import rendering
from archspec.diagrams.making import draw, draw_block, draw_both
from archspec.diagrams.options import DrawingError, Options
from archspec.graph import Graph
from tests.diagrams import pictures
from tests.diagrams.pictures import SVG
from tests.diagrams.samples import SAMPLES, graph, picture, svg

RENDERERS = [
    "bundled",
    pytest.param(
        "dot",
        marks=pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed"),
    ),
]
DRAWN = ["resnet@resnet50", "googlenet", "efficientnet@B0", "xception", "vgg@D", *SAMPLES]
ODD = [
    "a & b",
    "<b>bold</b>",
    'say "so"',
    "it's",
    "back\\slash",
    "a\\nb",
    "{x|y}",
    "©  é 中 𝛼",
    "]]>",
    "&amp;",
    "%s",
    "--",
]
"""Titles that DOT, HTML labels or XML could read otherwise."""

NET = {
    "archspec": 1,
    "name": "net",
    "input": [8, 8, 3],
    "layers": [
        {"name": "stem", "Conv2D": {"filters": 4, "kernel_size": 3}},
        "BatchNormalization",
        "Flatten",
        {"name": "head", "Dense": {"units": 10}},
    ],
}


def png_size(png: bytes) -> tuple[int, int]:
    """The pixels across and down that the header of a PNG says."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    across, down = struct.unpack(">II", png[16:24])
    return across, down


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without `dot` and without fonts; its folder of programs."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (tmp_path / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>'
    )
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    monkeypatch.setenv("FONTCONFIG_PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return programs


# --- renderers


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("name", ["resnet@resnet50", "googlenet", "two"])
def test_either_renderer_makes_svg_and_png(name: str, renderer: str) -> None:
    read = pictures.read(draw(graph(name), "svg", Options(renderer=renderer)))
    assert {node.id for node in read.nodes} == {node.id for node in picture(name).nodes}
    across, down = png_size(draw(graph(name), "png", Options(renderer=renderer, dpi=72)))
    assert abs(across - read.width) <= 2
    assert abs(down - read.height) <= 2


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("name", ["googlenet", "unet"])
def test_a_bare_machine_makes_the_same_picture(name: str) -> None:
    assert shutil.which("dot") is None
    assert draw(graph(name)) == svg(name)
    assert min(png_size(draw(graph(name), "png"))) > 500


def test_dots_to_an_inch_are_those_of_a_png() -> None:
    sizes = {dpi: png_size(draw(graph("two"), "png", Options(dpi=dpi))) for dpi in (72, 144, None)}
    for side in (0, 1):
        assert sizes[144][side] == pytest.approx(2 * sizes[72][side], abs=3)
        assert sizes[None][side] == pytest.approx(192 / 72 * sizes[72][side], abs=4)


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_pdf_comes_from_dot() -> None:
    assert draw(graph("two"), "pdf").startswith(b"%PDF-")


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("format", "options"), [("pdf", Options()), ("svg", Options(renderer="dot"))]
)
def test_without_dot_a_line_says_what_to_install(format: str, options: Options) -> None:
    with pytest.raises(DrawingError, match=r"^[^\n]*dot[^\n]*apt install graphviz[^\n]*$"):
        draw(graph("two"), format, options)


def test_the_bundled_renderer_makes_no_pdf_and_says_so() -> None:
    with pytest.raises(DrawingError, match=r"^[^\n]*PDF[^\n]*$"):
        draw(graph("two"), "pdf", Options(renderer="bundled"))


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("echo '<svg/>'; echo 'Error: not well-formed (invalid token)' >&2", "not well-formed"),
        ("echo 'Warning: a font is missing' >&2; exit 3", "exit code 3"),
        ("exit 0", "fails"),
    ],
    ids=["complains", "stops", "is silent"],
)
def test_a_renderer_that_fails_is_a_line(bare: Path, program: str, said: str) -> None:
    fake = bare / "dot"
    fake.write_text(f"#!/bin/sh\n{program}\n")
    fake.chmod(0o755)
    with pytest.raises(DrawingError, match=rf"^[^\n]*{said}[^\n]*$"):
        draw(graph("two"), "svg", Options(renderer="dot"))


def test_a_renderer_that_only_warns_is_heard_out(bare: Path) -> None:
    fake = bare / "dot"
    fake.write_text(
        "#!/bin/sh\necho 'Warning: no hard-coded metrics for Arial' >&2\necho '<svg/>'\n"
    )
    fake.chmod(0o755)
    assert rendering.render("digraph {}", "svg", "dot") == b"<svg/>\n"


def test_a_renderer_that_takes_too_long_is_a_line(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "SECONDS", 0.1)
    fake = bare / "dot"
    fake.write_text("#!/bin/sh\nwhile :; do :; done\n")
    fake.chmod(0o755)
    with pytest.raises(DrawingError, match=r"^dot takes more than[^\n]*--detail[^\n]*$"):
        rendering.render("digraph {}", "svg", "dot")


@pytest.mark.heavy
@pytest.mark.parametrize(
    "name", ["efficientnet@B7", "keras/efficientnet@EfficientNetB7", "chain", "chain_varied"]
)
def test_a_very_large_network_is_drawn_in_full(name: str) -> None:
    """Every layer and every input is a box; points where ways part, and boxes of outputs, come
    on top.
    """
    network = graph(name)
    assert len(network.nodes) >= 500
    full = pictures.read(draw(network, "svg", Options(detail="full")))
    assert len([node for node in full.nodes if "point" not in node.classes]) == len(
        network.nodes
    ) + len(network.inputs)


# --- what an SVG holds


@pytest.mark.parametrize("name", DRAWN)
def test_ids_are_unique_and_those_of_layers_and_groups(name: str) -> None:
    root = ElementTree.fromstring(svg(name))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), sorted(one for one in set(ids) if ids.count(one) > 1)
    network = graph(name)
    known = {
        *network.inputs,
        *network.outputs,
        *(node.name for node in network.nodes),
        *(scope.path for scope in network.scopes),
    }
    drawn = [node for node in picture(name).nodes if "point" not in node.classes]
    assert [
        node.id
        for node in drawn
        if ":" not in node.id and node.id not in known and " … " not in node.id
    ] == []


@pytest.mark.parametrize("name", DRAWN)
def test_text_is_text_and_edges_are_no_boxes(name: str) -> None:
    root = ElementTree.fromstring(svg(name))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "style", "g", "title", "path", "polygon", "polyline", "ellipse", "text",
    }  # fmt: skip
    assert root.get("font-family", "").split(",")[0] == "Arial"
    texts = list(root.iter(f"{SVG}text"))
    assert {element.get("font-family") for element in texts} == {None}
    assert all(float(element.get("textLength", "0")) > 0 for element in texts)
    assert root.get("role") == "img"
    assert root.get("aria-label", "").startswith(graph(name).name)


def tips(read: pictures.Picture) -> str:
    return "\n\n".join(node.title for node in read.nodes)


@pytest.mark.parametrize("name", ["resnet@resnet18", "googlenet", "two", "dense"])
def test_a_full_figure_tells_of_each_layer_all_there_is(name: str) -> None:
    """Name, sizes, parameters, multiply-adds and line, each exactly; so the parameters of all
    tips are those of the network.
    """
    network = graph(name)
    told = tips(picture(name, Options(detail="full"))).split("\n\n")
    for node in network.nodes:
        (tip,) = [one for one in told if one.split("\n")[0] == node.name]
        sizes = " and ".join(map(str, (network.tensors[one] for one in node.inputs)))
        own = sum(weight.size for weight in node.weights)
        assert f"\n{sizes} → {node.output}\n" in tip
        assert f"\n{own:,} parameters\n" in tip
        assert f"\nline {node.span.line}" in tip
        assert ("multiply-adds" in tip) == bool(node.macs)
        assert node.layer.kind() in tip
    assert (
        sum(
            int(number.replace(",", ""))
            for number in re.findall(r"^([\d,]+) parameters$", "\n".join(told), re.MULTILINE)
        )
        == network.parameters
    )


def test_a_tip_holds_arguments_and_exact_numbers() -> None:
    tip = picture("resnet@resnet50").node("conv1.conv_bn.conv2d").title
    assert "filters=64" in tip
    assert "kernel_size=(7, 7)" in tip
    assert "224×224×3 → 112×112×64" in tip
    assert "9,408 parameters" in tip  # 7·7·3·64, without bias
    assert "118,013,952 multiply-adds" in tip  # 112·112·7·7·3·64


@pytest.mark.parametrize("title", ODD)
@pytest.mark.parametrize("format", ["svg", "png", "dot", "mmd"])
def test_a_title_may_hold_any_letters(title: str, format: str) -> None:
    made = draw(compiled(), format, Options(title=title))
    if format == "svg":
        assert title in pictures.read(made).text.replace("\xa0", " ")


def compiled(**changes: Any) -> Graph:
    return archspec.compile({**NET, **changes})


@pytest.mark.parametrize("name", ODD)
def test_a_variant_may_be_called_anything(name: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        json.dumps({**NET, "variants": {name: {"description": "the same"}}}), encoding="utf-8"
    )
    try:
        network = archspec.compile(f"{path}@{name}")
    except archspec.SpecError:
        return
    assert name in pictures.read(draw(network)).text.replace("\xa0", " ")
    assert draw(network, "png")
    assert draw_both(network, compiled())


def test_a_block_is_drawn_alone_with_its_numbers() -> None:
    drawn = pictures.read(draw_block(graph("googlenet"), "inception"))
    assert drawn.text.startswith("inception")
    assert "28×28×192 → 28×28×256" in drawn.text
    found = [
        node.text.split("\n")[0] for node in drawn.nodes if {"conv", "pool"} & set(node.classes)
    ]
    assert sorted(found) == [
        "1×1 conv, 16", "1×1 conv, 32", "1×1 conv, 64", "1×1 conv, 96", "3×3 conv, 128", "3×3 max pool", "5×5 conv, 32",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "marks"),
    [
        ({"classes": 10}, ["~ dense, 1000", "~ dense, 10"]),
        ({"pool": False}, ["− 3×3 max pool, /2"]),
    ],
)
def test_a_comparison_marks_what_changed_and_nothing_else(
    changes: dict[str, Any], marks: list[str]
) -> None:
    one, other = graph("resnet@resnet50"), archspec.compile("resnet@resnet50", **changes)
    drawn = pictures.read(draw_both(one, other))
    titles = [node.text.split("\n")[0] for node in drawn.nodes if node.words]
    assert [title for title in titles if title[0] in "+−~" and len(title) > 1] == marks
    assert all(sign in drawn.text for sign in {mark[0] for mark in marks}), "what the signs mean"


def test_a_comparison_of_equals_says_so() -> None:
    drawn = pictures.read(draw_both(graph("two"), graph("two")))
    assert "equal" in drawn.text
    assert not [
        word.text for node in drawn.nodes for word in node.words if word.text.strip() in ("−", "~")
    ]


def test_collapsed_groups_are_one_card_and_expanded_ones_show_what_is_in_them() -> None:
    usual, closed = (
        picture("resnet@resnet50", options)
        for options in (Options(), Options(collapse=("conv3_x",)))
    )
    assert len(closed.nodes) < len(usual.nodes)
    assert closed.node("conv3_x").text.startswith("conv3_x")
    stages, opened = (
        picture("resnet@resnet50", Options(detail="stages", expand=names))
        for names in ((), ("conv3_x",))
    )
    assert "conv3_x" in {node.id for node in stages.nodes}
    assert "conv3_x" not in {node.id for node in opened.nodes}
    assert len(opened.nodes) > len(stages.nodes)


@pytest.mark.parametrize("option", ["expand", "collapse"])
def test_a_name_that_is_none_is_a_line_with_the_nearest(option: str) -> None:
    with pytest.raises(
        DrawingError, match=rf"^--{option} names `conv3x`[^\n]*did you mean `conv3_x`[^\n]*$"
    ):
        draw(graph("resnet@resnet50"), "svg", Options(**{option: ("conv3x",)}))
