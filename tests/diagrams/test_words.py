"""What a figure says of a network in words: whose weights are used again, the names that authors
gave, inputs and outputs by name, ranges of numbers that grow, what a title hides.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

import archspec
from archspec.diagrams.drawing import Cluster, Form, boxes
from archspec.diagrams.element_reader import Readings
from archspec.diagrams.figure import View, figure
from archspec.diagrams.making import draw, draw_block, draw_both
from archspec.diagrams.options import Options
from archspec.graph import Graph
from tests.diagrams import pictures
from tests.diagrams.pictures import Picture
from tests.diagrams.samples import QUICK, graph, picture
from tests.diagrams.test_arrows import FILES

CONV = {"filters": 8, "kernel_size": 3, "padding": "same"}


def network(layers: list[Any], **more: Any) -> Graph:
    return archspec.compile(
        {"archspec": 1, "name": "net", "input": [16, 16, 8], **more, "layers": layers}
    )


def drawn(layers: list[Any], **more: Any) -> Picture:
    return pictures.read(draw(network(layers, **more)))


def lines(read: Picture, id: str) -> list[str]:
    return read.node(id).text.split("\n")


def test_a_layer_that_is_used_again_says_whose_weights_it_has() -> None:
    read = drawn([{"name": "p3", "Conv2D": CONV}, {"name": "p4", "reuse": "p3"}])
    assert lines(read, "p3") == ["3×3 conv, 8", "p3 · 584 params ‡"]
    assert lines(read, "p4") == ["3×3 conv, 8", "p4 · weights of p3 ‡"]
    assert "‡ weights that are used more than once" in [word.text for word in read.words]


def test_a_group_that_is_used_again_says_whose_weights_it_has() -> None:
    head = {"name": "cls3", "layers": [{"Conv2D": CONV}, {"Conv2D": CONV}]}
    read = pictures.read(
        draw(network([head, {"name": "cls4", "reuse": "cls3"}]), "svg", Options(detail="stages"))
    )
    assert lines(read, "cls3")[-1] == "16×16×8 · 1.17 k params ‡"
    assert lines(read, "cls4")[-1] == "16×16×8 · weights of cls3 ‡"


DETECTOR: dict[str, Any] = {
    "archspec": 1,
    "name": "detector",
    "input": [64, 64, 3],
    "blocks": {
        "backbone": {"spec": "resnet@resnet18", "upto": "conv4_x", "trainable": False},
    },
    "layers": [
        {"name": "features", "backbone": {}},
        {"name": "up", "UpSampling2D": {"size": 2}},
        {"name": "c3", "from": "features.conv3_x", "Conv2D": {**CONV, "filters": 256}},
        {"from": ["up", "c3"], "Add": {}},
    ],
}


def test_a_spec_that_is_a_block_is_a_card_with_its_name_and_its_taps_are_named() -> None:
    read = pictures.read(draw(archspec.compile(DETECTOR)))
    assert lines(read, "features") == [
        "features",
        "resnet@resnet18",
        "4×4×256 · 2.79 M params · frozen",
    ]
    assert lines(read, "c3")[-1] == "c3 · 295 k params"
    words = [word.text for word in read.words]
    assert "frozen: weights that training does not change" in words
    assert next(edge.text for edge in read.edges if edge.text) == "conv3_x"


def test_a_spec_that_is_a_block_opens_as_other_blocks_do() -> None:
    graph = archspec.compile(DETECTOR)
    for options in (Options(detail="layers"), Options(expand=("backbone",))):
        read = pictures.read(draw(graph, "svg", options))
        assert "conv3_x" not in [edge.text for edge in read.edges if edge.text]
        assert "resnet@resnet18" not in [word.text for word in read.words]
    alone = pictures.read(draw_block(graph, "backbone"))
    assert "backbone (features)" in [word.text for word in alone.words]


def test_what_is_frozen_says_so_where_it_is_not_all_of_a_group() -> None:
    dense = {"Dense": {"units": 8}}
    head = [{"Dense": {"units": 8, "trainable": False}}, dense, dense]
    read = pictures.read(
        draw(network([{"name": "head", "layers": head}]), "svg", Options(detail="stages"))
    )
    assert lines(read, "head")[-1] == "16×16×8 · 216 params · 72 frozen"
    plain = [word.text for word in drawn([dense, dense]).words]
    assert not any("frozen" in word for word in plain)


@pytest.mark.parametrize(
    ("name", "layer", "shown"),
    [
        ("p3", {"Conv2D": CONV}, True),
        ("stem", {"Conv2D": CONV}, True),
        ("logits", {"Dense": {"units": 3}}, True),
        ("C1", {"Conv2D": CONV}, True),
        ("conv1", {"Conv2D": CONV}, False),
        ("max_pool", {"MaxPooling2D": {}}, False),
        ("avgpool", {"GlobalAveragePooling2D": {}}, False),
        ("fc", {"Dense": {"units": 3}}, False),
        ("dense_2", {"Dense": {"units": 3}}, False),
    ],
)
def test_a_name_is_shown_where_it_says_more_than_the_kind(
    name: str, layer: dict[str, Any], shown: bool
) -> None:
    read = drawn([{"name": name, **layer}])
    assert (name in read.node(name).text.split()) is shown


def test_a_block_that_is_a_single_card_has_the_name_of_its_call() -> None:
    blocks = {"one": {"layers": [{"Conv2D": CONV}]}}
    read = drawn([{"name": "p5", "one": {}}, "Flatten"], blocks=blocks)
    assert lines(read, "p5.conv2d")[1] == "p5 · flatten · 584 params"


def test_the_main_output_has_its_box_where_others_have() -> None:
    layers = [{"Conv2D": CONV}, {"name": "aux", "output": ["Flatten"]}, "ReLU"]
    outputs = [node for node in drawn(layers).nodes if "output" in node.classes]
    assert {node.text for node in outputs} == {"main\noutput, 16×16×8", "aux\noutput, 2048"}
    assert not [node for node in drawn([{"Conv2D": CONV}]).nodes if "output" in node.classes]


BLOCKS = {
    "mix": {
        "inputs": ["low", "high"],
        "layers": [{"from": ["low", "high"], "Concatenate": {}}, {"Conv2D": CONV}],
    },
    "shuffle": {"layers": [{"Reshape": {"target_shape": [-1, 8]}}, {"Permute": {"dims": [2, 1]}}]},
}


def test_a_block_alone_has_its_inputs_by_their_names() -> None:
    layers = [{"name": "a", "Conv2D": CONV}, {"from": ["input", "a"], "mix": {}}]
    read = pictures.read(draw_block(network(layers, blocks=BLOCKS), "mix"))
    inputs = [node for node in read.nodes if "input" in node.classes]
    assert [node.text.split("\n")[0] for node in inputs] == ["low", "high"]
    assert len(read.edges) == 3


def test_a_panel_has_the_inputs_of_its_block_by_their_names() -> None:
    layers: list[Any] = [{"name": "a", "Conv2D": CONV}]
    layers += [{"name": f"m{i}", "from": ["input", "prev"], "mix": {}} for i in range(3)]
    read = pictures.read(draw(network(layers, blocks=BLOCKS), "svg", Options(detail="blocks")))
    assert {"low", "high"} <= {node.text for node in read.nodes if "input" in node.classes}


@pytest.mark.parametrize("detail", [None, "full"])
def test_a_block_that_is_part_of_a_card_can_be_drawn_alone(detail: str | None) -> None:
    shown = network([{"Conv2D": CONV}, {"shuffle": {}}], blocks=BLOCKS)
    read = pictures.read(draw_block(shown, "shuffle", "svg", Options(detail=detail)))
    assert "reshape 256×8" in read.nodes[1].text


def test_a_slice_says_which_part_it_takes() -> None:
    halves = [
        {"from": "input", "name": "first", "Slice": {"axis": -1, "stop": 4}},
        {"from": "input", "name": "second", "Slice": {"axis": -1, "start": 4}},
        {"from": ["second", "first"], "Concatenate": {}},
    ]
    read = drawn(halves)
    assert lines(read, "first")[0] == "slice 0:4" and lines(read, "second")[0] == "slice 4:"


def test_numbers_that_grow_are_a_range() -> None:
    repeat = {"name": "c", "repeat": 6, "Conv2D": {**CONV, "filters": "$(16 + 4 * i)"}}
    read = drawn([repeat])
    assert lines(read, "c1")[0] == "3×3 conv, 16 … 36 ×6"


TEMPORAL = {"filters": 8, "kernel_size": 3, "padding": "causal", "dilation_rate": "$(2 ** i)"}


def levels(main: dict[str, Any], *around: Any) -> str:
    """What is written in a figure of residuals whose convolutions reach farther and farther."""
    residual = {"residual": [main], "shortcut": list(around)}
    read = drawn([{"name": "level", "repeat": 6, "layers": [residual]}], input=[64, 8])
    return "\n".join([read.text, *(node.text for node in read.nodes)])


def test_numbers_that_grow_are_a_range_also_in_a_repeat_within() -> None:
    spec = {
        "repeat": {"dilation": ["$(2 ** i)"] * 2},
        "Conv1D": {**TEMPORAL, "dilation_rate": "$dilation"},
    }
    assert "3-wide conv, 8, dilation 1 … 32" in levels(spec)


def test_a_first_level_that_differs_is_no_end_of_a_range() -> None:
    around = {"when": "$i == 0", "Conv1D": {"filters": 8, "kernel_size": 1}}
    text = levels({"Conv1D": TEMPORAL}, around)
    assert "3-wide conv, 8, dilation 2 … 32 †" in text
    assert "† level1: dilation rate 1, 1-wide conv on the shortcut" in text


@pytest.mark.parametrize("filters", ["$(8 + i % 2)", "$(8 + 8 * (i % 3))"])
def test_numbers_that_go_up_and_down_are_not(filters: str) -> None:
    repeat = {"name": "c", "repeat": 6, "Conv2D": {**CONV, "filters": filters}}
    assert "…" not in drawn([repeat]).node("c1").text


def test_a_default_that_is_written_out_is_no_difference() -> None:
    one, other = (
        network([{"name": "c", "Conv2D": {**CONV, **more}}]) for more in ({}, {"use_bias": True})
    )
    assert "the two are equal" in pictures.read(draw_both(one, other)).text


def test_a_shortcut_that_the_first_block_has_otherwise_is_marked_in_both_networks() -> None:
    """ResNet-18's and -34's stages from conv3_x on begin with a 1×1 convolution on the shortcut."""
    figure = draw_both(graph("resnet@resnet18"), graph("resnet@resnet34")).decode()
    assert figure.count("shortcut †<") == 2 * 3


@pytest.mark.parametrize(
    "drawing",
    [
        *(pytest.param(name, id=name) for name in sorted(QUICK)),
        *(pytest.param(path, id=path.stem) for path in FILES),
    ],
)
def test_no_edge_crosses_the_title_of_a_cluster(drawing: Any) -> None:
    read = (
        picture(drawing)
        if isinstance(drawing, str)
        else pictures.read(draw(archspec.compile(str(drawing))))
    )
    for cluster in read.clusters:
        for word in cluster.words:
            crossing = [
                edge.id for edge in read.edges if any(map(word.area.holds_place, edge.line))
            ]
            assert not crossing, word.text


HOSTILE = [
    "</svg><script>",
    "<b>&amp;",
    '"];x[label="',
    "]]>",
    "\x1b[31m",
    "a\x00b",
    "--",
    "\u202e",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_of_a_spec_gives_orders_to_a_picture(name: str) -> None:
    """The title is free text; it is read back as text from the SVG that the renderer made."""
    plain = graph("lenet5")
    read = pictures.read(draw(plain, "svg", Options(title=name)))
    assert len(read.nodes) == len(pictures.read(draw(plain)).nodes)
    for format in ("dot", "mmd"):
        text = draw(plain, format, Options(title=name)).decode()
        assert all(letter.isprintable() for letter in re.sub("[\n\t]", "", text))


def test_branches_beyond_those_that_can_be_told_apart_are_one_box() -> None:
    branches = {f"b{i}": [{"Conv2D": {"filters": 1 + i % 3, "kernel_size": 1}}] for i in range(500)}
    read = drawn([{"branches": branches, "merge": "Concatenate"}])
    (rest,) = [node for node in read.nodes if "more branches" in node.text]
    assert rest.text.startswith("… 489 more branches\n489 layers: 1×1 conv ×489")
    assert len(read.nodes) == 1 + 1 + 11 + 1 + 1
    assert len(read.edges) == 1 + 12 + 12


def test_a_group_without_a_name_lends_none_to_its_card() -> None:
    inner = {"repeat": 2, "layers": [{"Conv2D": CONV}, "ReLU"]}
    blocks = {"head": {"layers": [inner, {"Dense": {"units": 3}}]}}
    read = pictures.read(
        draw(network([{"name": "cls", "head": {}}], blocks=blocks), "svg", Options(detail="layers"))
    )
    assert read.node("cls").text.count("cls") == 1


def test_a_merge_has_the_name_that_its_author_gave() -> None:
    layers = [{"name": "a", "Conv2D": CONV}, {"name": "m4", "from": ["a", "input"], "Add": {}}]
    assert drawn(layers).node("m4").text == "+ m4"
    layers[1] = {"name": "add_2", "from": ["a", "input"], "Add": {}}
    assert drawn(layers).node("add_2").text == "+"


PAIR: list[Any] = [{"UpSampling2D": {}}, {"Concatenate": {}, "from": ["a", "prev"]}]


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (("up", "joined"), "up … joined\n2 layers: upsample, concatenate"),
        ((None, None), "upsample, concatenate\n2 layers"),
        (("up", None), "upsample, concatenate\n2 layers"),
    ],
)
def test_cards_that_stand_together_are_called_by_their_authors_names_or_by_what_they_are(
    names: tuple[str | None, str | None], text: str
) -> None:
    pair = [{"name": name, **one} if name else one for name, one in zip(names, PAIR, strict=True)]
    layers = [{"name": "a", "UpSampling2D": {}}, {"MaxPooling2D": {}}, *pair]
    readings = Readings(network(layers))
    drawing = figure(readings, View("stages", neighbours=True, gathered=True))
    (box,) = [box for box in drawing.boxes if box.form is Form.GROUP]
    assert "\n".join([box.rows[0].strong, *box.lines]) == text


HEAD = {
    "head": {
        "args": ["n", {"wide": False}],
        "layers": [{"Conv2D": CONV}, {"Conv2D": {**CONV, "filters": "$n"}}],
    }
}


def test_a_call_without_a_name_of_its_own_says_its_block_once() -> None:
    layers: list[Any] = [{"head": {"n": 3}}, {"name": "own", "head": {"n": 4, "wide": True}}]
    layers.append({"MaxPooling2D": {}})
    read = pictures.read(draw(network(layers, blocks=HEAD), "svg", Options(detail="stages")))
    assert lines(read, "head")[0] == "head(3, no wide)"
    assert lines(read, "own")[:2] == ["own", "head(4, wide)"]


def test_a_window_over_one_axis_is_no_number_of_layers() -> None:
    conv = {"filters": 8, "kernel_size": 2}
    read = drawn([{"name": "c", "Conv1D": conv}, {"name": "p", "MaxPooling1D": {}}], input=[16, 8])
    assert (lines(read, "c")[0], lines(read, "p")[0]) == ("2-wide conv, 8", "2-wide max pool, /2")


STAGES = {
    "shuffle": {
        "layers": [
            {"Conv2D": CONV},
            {"Reshape": {"target_shape": ["$in.height", "$in.width", 2, 4]}},
            {"Conv3D": {"filters": 4, "kernel_size": 1}},
            {"Reshape": {"target_shape": ["$in.height", "$in.width", 8]}},
        ]
    },
    "unit": {"args": ["dilation"], "layers": [
        {"Conv2D": {**CONV, "dilation_rate": "$dilation"}}, {"Conv2D": CONV}, {"Dense": {"units": 8}},
    ]},
    "mlp": {"args": ["n"], "layers": [
        {"repeat": "$n", "Dense": {"units": 8}}, {"Conv2D": CONV},
    ]},
}  # fmt: skip


def panel_words(calls: list[Any]) -> set[str]:
    layers = [one for call in calls for one in (call, {"MaxPooling2D": {}})]
    shown = network(layers, blocks=STAGES)
    drawing = figure(Readings(shown), View("blocks", panels=True))
    words = set(drawing.notes)
    for cluster in drawing.members:
        if isinstance(cluster, Cluster) and cluster.panel:
            words.add(cluster.title)
            rows = [(row, box) for box in boxes(cluster.members) for row in box.rows]
            words |= {f"{row.strong}{row.rest}" for row, _ in rows}
            words |= {line for _, box in rows for line in box.lines}
    return words


def test_a_panel_says_no_number_that_only_one_call_has() -> None:
    words = panel_words([{"shuffle": {}}, {"shuffle": {}}, {"shuffle": {}}])
    assert {"reshape height×width×2×4", "reshape height×width×8"} <= words
    assert not any("16×16" in one for one in words)


def test_an_argument_that_is_called_as_its_word_is_said_once() -> None:
    words = panel_words([{"unit": {"dilation": 1}}, {"unit": {"dilation": 2}}])
    assert "3×3 conv, 8, dilation" in words


def test_a_panel_says_that_other_calls_are_built_otherwise() -> None:
    words = panel_words([{"mlp": {"n": 1}}, {"mlp": {"n": 7}}, {"mlp": {"n": 7}}])
    assert "mlp(n) †" in words
    assert "† mlp: built otherwise in 1 of 3" in words


def test_a_colour_is_called_after_no_single_card() -> None:
    def legend(layers: list[Any]) -> list[str]:
        return [words for _, words in figure(Readings(network(layers)), View("layers")).legend]

    pair = [{"Conv2D": CONV}, {"Reshape": {"target_shape": [-1, 8]}}]
    assert legend(pair) == ["conv"]
    twice = [{"Conv2D": CONV}, "ReLU", {"MaxPooling2D": {}}, {"Conv2D": CONV}, "ReLU"]
    assert legend(twice)[0] == "conv + ReLU"
