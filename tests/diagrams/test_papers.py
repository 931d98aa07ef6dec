"""What figures say is what the papers say: the tables of He, Szegedy, Simonyan, Chollet, Tan,
Krizhevsky, LeCun, Huang and Ronneberger.
"""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from archspec.diagrams.options import Options
from tests.diagrams.pictures import Part, Picture
from tests.diagrams.samples import picture

DOWN = Options(direction="tb")
RESNETS = {
    "resnet18": ([2, 2, 2, 2], ["3×3 conv, {}", "3×3 conv, {}"], 1),
    "resnet34": ([3, 4, 6, 3], ["3×3 conv, {}", "3×3 conv, {}"], 1),
    "resnet50": ([3, 4, 6, 3], ["1×1 conv, {}", "3×3 conv, {}", "1×1 conv, {wide}"], 4),
    "resnet101": ([3, 4, 23, 3], ["1×1 conv, {}", "3×3 conv, {}", "1×1 conv, {wide}"], 4),
    "resnet152": ([3, 8, 36, 3], ["1×1 conv, {}", "3×3 conv, {}", "1×1 conv, {wide}"], 4),
}
"""He et al. 2016, Table 1: the repeats of conv2_x to conv5_x, the layers of a block, and how
many times wider its last one is.
"""

INCEPTIONS = {
    "3a": (64, 96, 128, 16, 32, 32, "28×28×256"), "3b": (128, 128, 192, 32, 96, 64, "28×28×480"),
    "4a": (192, 96, 208, 16, 48, 64, "14×14×512"), "4b": (160, 112, 224, 24, 64, 64, "14×14×512"),
    "4c": (128, 128, 256, 24, 64, 64, "14×14×512"), "4d": (112, 144, 288, 32, 64, 64, "14×14×528"),
    "4e": (256, 160, 320, 32, 128, 128, "14×14×832"), "5a": (256, 160, 320, 32, 128, 128, "7×7×832"),
    "5b": (384, 192, 384, 48, 128, 128, "7×7×1024"),
}  # fmt: skip
"""Szegedy et al. 2015, Table 1: #1×1, #3×3 reduce, #3×3, #5×5 reduce, #5×5, pool proj, and the
output's size.
"""

VGGS = {
    "A": "64 M 128 M 256 256 M 512 512 M 512 512 M",
    "A-LRN": "64 M 128 M 256 256 M 512 512 M 512 512 M",
    "B": "64 64 M 128 128 M 256 256 M 512 512 M 512 512 M",
    "C": "64 64 M 128 128 M 256 256 1×256 M 512 512 1×512 M 512 512 1×512 M",
    "D": "64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M",
    "E": "64 64 M 128 128 M 256 256 256 256 M 512 512 512 512 M 512 512 512 512 M",
}
"""Simonyan and Zisserman 2015, Table 1: 3×3 convolutions by their channels, 1×1 ones with
``1×``, M for a pooling.
"""

MBCONVS = {
    "B0": [
        (1, 16, 3, 1),
        (2, 24, 3, 6),
        (2, 40, 5, 6),
        (3, 80, 3, 6),
        (3, 112, 5, 6),
        (4, 192, 5, 6),
        (1, 320, 3, 6),
    ],
    "B7": [
        (4, 32, 3, 1),
        (7, 48, 3, 6),
        (7, 80, 5, 6),
        (10, 160, 3, 6),
        (10, 224, 5, 6),
        (13, 384, 5, 6),
        (4, 640, 3, 6),
    ],
}
"""Tan and Le 2019, Table 1 (layers, channels, kernel, expansion), and for B7 its coefficients
2.0 and 3.1, channels to the nearest 8.
"""


def words(drawn: Picture) -> list[str]:
    """All that stands in a picture outside of its title, each text by itself."""
    return [
        word.text.strip()
        for part in (*drawn.nodes, *drawn.clusters, *drawn.edges)
        for word in part.words
    ]


def in_order(drawn: Picture) -> list[Part]:
    """The boxes from top to bottom."""
    return sorted((node for node in drawn.nodes if node.words), key=lambda node: node.area.top)


def leads(drawn: Picture, tail: Part, head: Part) -> bool:
    """Whether an edge begins at one box and ends at the other."""
    return any(
        tail.area.holds_place(edge.line[0], 2) and head.area.holds_place(edge.line[-1], 9)
        for edge in drawn.edges
    )


def stands_in(part: Part, text: str) -> bool:
    """Whether a line of a box begins with a text."""
    return any(re.match(re.escape(text) + r"(?!\d)", line) for line in part.text.split("\n"))


# --- residual networks


@pytest.mark.parametrize("name", RESNETS)
def test_resnet_has_the_stages_of_its_table(name: str) -> None:
    drawn = picture(f"resnet@{name}", DOWN)
    repeats, block, factor = RESNETS[name]
    for stage, repeat in enumerate(repeats):
        cluster = drawn.cluster(f"conv{stage + 2}_x")
        assert cluster.text.startswith(f"conv{stage + 2}_x ×{repeat}\n")
        stack, end = drawn.inside(cluster)
        channels = 64 * 2**stage
        lines = [line.format(channels, wide=channels * factor) for line in block]
        assert [
            line
            for line, text in zip(lines, stack.text.split("\n"), strict=True)
            if not text.startswith(line)
        ] == []
        assert end.text == "+"


@pytest.mark.parametrize("name", RESNETS)
def test_resnet_says_the_sizes_of_its_table(name: str) -> None:
    factor = RESNETS[name][2]
    sizes = [
        "112×112×64",
        *(f"{56 // 2**stage}×{56 // 2**stage}×{64 * 2**stage * factor}" for stage in range(4)),
    ]
    assert [size for size in sizes if size not in words(picture(f"resnet@{name}", DOWN))] == []


@pytest.mark.parametrize("name", RESNETS)
def test_resnet_begins_and_ends_as_in_its_table(name: str) -> None:
    texts = [node.text.split("\n")[0] for node in in_order(picture(f"resnet@{name}", DOWN))]
    assert texts[:3] == ["Input", "7×7 conv, 64, /2", "3×3 max pool, /2"]
    assert texts[-2:] == ["global average pool", "dense, 1000"]


def test_resnet_has_a_shortcut_for_each_stage_that_is_a_curve_to_its_side() -> None:
    drawn = picture("resnet@resnet50", DOWN)
    shortcuts = [edge for edge in drawn.edges if "shortcut" in edge.classes]
    assert len(shortcuts) == 4
    for edge in shortcuts:
        assert edge.text.startswith("shortcut")
        assert max(x for x, _ in edge.line) > edge.line[0][0] + 40, "it goes around the stack"


def test_the_first_block_of_a_stage_is_told_where_it_differs() -> None:
    """He et al., section 3.3: projections, with stride 2 where the map shrinks; in ResNet-18
    conv2_x has none.
    """
    assert (
        "† the first of conv2_x: 1×1 conv on the shortcut" in picture("resnet@resnet50", DOWN).text
    )
    assert "conv2_x" not in picture("resnet@resnet18", DOWN).text
    for name in ("resnet18", "resnet50"):
        assert re.search(
            "the first of conv3_x – conv5_x: stride 2, 1×1 conv on the shortcut",
            picture(f"resnet@{name}", DOWN).text,
        )


def test_resnet_152_is_as_large_a_figure_as_resnet_50() -> None:
    small, large = (picture(f"resnet@{name}", DOWN) for name in ("resnet50", "resnet152"))
    assert len(small.nodes) == len(large.nodes)
    assert large.height == small.height


# --- GoogLeNet


@pytest.mark.parametrize("name", INCEPTIONS)
@pytest.mark.parametrize("network", ["googlenet", "googlenet@inference"])
def test_an_inception_card_holds_its_row_of_the_table(network: str, name: str) -> None:
    title, called, rest = picture(network).node(name).text.split("\n")
    assert title == name
    *numbers, size = INCEPTIONS[name]
    assert [int(number) for number in re.findall(r"\d+", called)] == numbers
    assert rest.startswith(f"{size} ")


def test_googlenet_is_in_the_order_of_its_table() -> None:
    spine = [
        node
        for node in in_order(picture("googlenet"))
        if ":" not in node.id and "aux" not in node.id and "output" not in node.classes
    ]
    assert [node.text.split("\n")[0] for node in spine] == [
        "Input", "7×7 conv, 64, /2", "3×3 max pool, /2", "conv2", "3×3 max pool, /2", "3a", "3b", "3×3 max pool, /2",
        "4a", "4b", "4c", "4d", "4e", "3×3 max pool, /2", "5a", "5b", "7×7 average pool", "dense, 1000",
    ]  # fmt: skip
    assert all(leads(picture("googlenet"), one, other) for one, other in pairwise(spine))


def test_the_inception_panel_is_drawn_once_with_its_branches_in_order() -> None:
    drawn = picture("googlenet")
    panels = [one for one in drawn.clusters if one.text.startswith("inception")]
    assert [one.text for one in panels] == ["inception(c1, r3, c3, r5, c5, proj)"]
    inside = drawn.inside(panels[0])
    found = [
        node.text.split("\n")[0]
        for node in inside
        if "conv" in node.classes or "pool" in node.classes
    ]
    assert found == [
        "1×1 conv, c1",
        "1×1 conv, r3",
        "1×1 conv, r5",
        "3×3 max pool",
        "3×3 conv, c3",
        "5×5 conv, c5",
        "1×1 conv, proj",
    ]
    bar = inside[-1]
    assert [word.text for word in bar.words] == ["c1", "c3", "c5", "proj", "concatenate"]
    places = [word.area.left for word in bar.words[:4]]
    assert places == sorted(places)


def test_the_auxiliary_heads_leave_after_4a_and_4d() -> None:
    drawn = picture("googlenet")
    for before, name in (("4a", "aux1"), ("4d", "aux2")):
        assert leads(drawn, drawn.node(before), drawn.node(f"{name}.classifier"))
        assert leads(drawn, drawn.node(f"{name}.classifier"), drawn.node(name))
        assert drawn.node(name).text == f"{name}\noutput, 1000"
    assert not any("aux" in node.id for node in picture("googlenet@inference").nodes)


# --- plain networks


@pytest.mark.parametrize("name", VGGS)
def test_vgg_has_the_layers_of_its_column(name: str) -> None:
    found: list[str] = []
    for node in (
        node for node in in_order(picture(f"vgg@{name}", DOWN)) if "frame" in node.classes
    ):
        title, *lines = node.text.split("\n")
        found += [layer for line in lines for layer in layers_of(line)] * times(title)
    assert " ".join(found) == VGGS[name]


def layers_of(line: str) -> list[str]:
    """``3×3 conv, 64 ×2`` → 64, 64."""
    conv = re.match(r"([13])×\1 conv, (\d+)", line)
    if conv:
        return [conv[2] if conv[1] == "3" else f"1×{conv[2]}"] * times(line)
    return ["M"] * times(line) if line.startswith("2×2 max pool, /2") else []


def times(line: str) -> int:
    found = re.search(r" ×(\d+)$", line)
    return int(found[1]) if found else 1


@pytest.mark.parametrize("name", VGGS)
def test_vgg_ends_in_its_dense_layers(name: str) -> None:
    *_, wide, last = in_order(picture(f"vgg@{name}", DOWN))
    assert wide.text.startswith("dense, 4096 ×2\nReLU")
    assert last.text.startswith("dense, 1000\nsoftmax")


def test_only_the_first_block_of_vgg_a_lrn_is_normalized() -> None:
    assert [
        node.text.split("\n")[0] for node in picture("vgg@A-LRN", DOWN).nodes if "LRN" in node.text
    ] == ["block1"]


def test_alexnet_is_that_of_its_paper() -> None:
    """Krizhevsky et al. 2012, section 3.5: the convolutions, with local response normalization
    in the first two and pooling in three.
    """
    drawn = picture("alexnet", DOWN)
    every = in_order(drawn)
    convs = [
        "11×11 conv, 96, /4",
        "5×5 conv, 256, 2 groups",
        "3×3 conv, 384",
        "3×3 conv, 384, 2 groups",
        "3×3 conv, 256, 2 groups",
    ]
    found = [node for node in every if " conv, " in node.text]
    assert [stands_in(node, conv) for node, conv in zip(found, convs, strict=True)] == [True] * 5
    assert ["LRN" in node.text for node in found] == [True, True, False, False, False]
    assert [stands_in(node, "3×3 max pool, /2") for node in found] == [
        True,
        True,
        False,
        False,
        True,
    ]
    assert [node.text.split("\n")[0] for node in every[-2:]] == ["dense, 4096 ×2", "dense, 1000"]


def test_lenet_is_that_of_its_paper() -> None:
    """LeCun et al. 1998, section II.B: C1 with 6 maps of 28×28, S2, C3 with 16 of 10×10, S4, C5
    with 120, F6 with 84, 10 classes.
    """
    drawn = picture("lenet5", DOWN)
    assert [node.text.split("\n")[0] for node in in_order(drawn)] == [
        "Input", "5×5 conv, 6", "2×2 average pool, /2", "5×5 conv, 16", "2×2 average pool, /2", "dense, 120", "dense, 84", "dense, 10",
    ]  # fmt: skip
    assert [edge.text for edge in drawn.edges if edge.text][:3] == [
        "28×28×6",
        "14×14×6",
        "10×10×16",
    ]
    assert {"156", "2.42 k", "48.1 k", "10.2 k"} <= {
        found for node in drawn.nodes for found in re.findall(r"([\d.]+(?: k)?) params", node.text)
    }


# --- modules


def test_xception_is_that_of_its_figure() -> None:
    """Chollet 2017, Figure 5."""
    drawn = picture("xception", DOWN)
    entry, leaving = drawn.node("entry"), drawn.node("exit")
    assert [line for line in entry.text.split("\n") if "conv" in line] == [
        "3×3 conv, 32, /2",
        "3×3 conv, 64",
    ]
    assert re.findall(r"^block(\d+)", entry.text, re.MULTILINE) == ["128", "256", "728"]
    middle = drawn.cluster("middle")
    assert middle.text.startswith("middle ×8\n")
    module, end = drawn.inside(middle)
    assert module.text.startswith("3×3 separable conv, 728 ×3\nafter ReLU")
    assert end.text == "+"
    assert re.findall(r"block(\d+)|separable conv, (\d+)", leaving.text) == [
        ("1024", ""),
        ("", "1536"),
        ("", "2048"),
    ]
    assert {"19×19×728", "10×10×2048", "2048"} <= set(words(drawn))


def test_the_modules_of_xception_that_shrink_are_drawn_once() -> None:
    drawn = picture("xception", DOWN)
    (panel,) = [one for one in drawn.clusters if "panel" in one.classes]
    stack = next(node for node in drawn.inside(panel) if "stack" in node.classes)
    assert [line.split(",")[0] for line in stack.text.split("\n")] == [
        "3×3 separable conv",
        "3×3 separable conv",
        "3×3 max pool",
    ]
    assert any(stands_in(node, "1×1 conv, filters, /2") for node in drawn.inside(panel)), (
        "the shortcut"
    )


@pytest.mark.parametrize("name", MBCONVS)
def test_efficientnet_has_the_stages_of_its_table(name: str) -> None:
    drawn = picture(f"efficientnet@{name}", DOWN)
    stages = [node for node in in_order(drawn) if node.text.startswith("block")]
    found = []
    for number, node in enumerate(stages, 1):
        title, called, *_ = node.text.split("\n")
        assert title.split(" ")[0] == f"block{number}"
        filters, kernel, _, expand = map(int, re.findall(r"\d+", called))
        found.append((times(title), filters, kernel, expand))
    assert found == MBCONVS[name]


def test_efficientnet_begins_and_ends_as_in_its_table() -> None:
    titles = [
        node.text.split("\n")[0]
        for node in in_order(picture("efficientnet@B0", DOWN))
        if ":" not in node.id
    ]
    assert "3×3 conv, 32, /2" in titles[:3]
    assert titles[-3:] == ["1×1 conv, 1280", "global average pool", "dense, 1000"]


def test_the_block_of_efficientnet_squeezes_by_four_of_what_it_is_given() -> None:
    """Tan and Le's code: the squeeze has a quarter of the channels that enter the block, the
    excitation as many as it scales.
    """
    drawn = picture("efficientnet@B0", DOWN)
    (stack,) = [node for node in drawn.nodes if "stack" in node.classes]
    pool, squeeze, excite = stack.text.split("\n")
    assert (pool, squeeze, excite) == (
        "global average pool",
        "1×1 conv, channels/4 SiLU",
        "1×1 conv, expand·channels sigmoid",
    )


def test_a_dense_block_grows() -> None:
    """Huang et al. 2017, Table 1, with k = 32: six layers of 1×1 with 4k and 3×3 with k
    filters, from 64 channels to 256; a transition halves.
    """
    drawn = picture("dense", DOWN)
    block = drawn.cluster("block1")
    assert block.text.startswith("block1 ×6\n")
    narrow, wide, bar = drawn.inside(block)
    assert narrow.text.startswith("1×1 conv, 128\nafter BN · ReLU, then BN · ReLU")
    assert wide.text.startswith("3×3 conv, 32\n")
    assert [word.text.strip() for word in bar.words] == ["64–224", "32", "concatenate", "96–256"]
    assert "56×56×256" in words(drawn)
    assert stands_in(drawn.node("transition"), "1×1 conv, 128")


def test_a_unet_joins_each_level_with_its_like() -> None:
    """Ronneberger et al. 2015, Figure 1: each step up is joined with the map of its size on the
    way down.
    """
    drawn = picture("unet", DOWN)
    joins = [node for node in in_order(drawn) if node.text.startswith("concatenate")]
    levels = [
        node
        for node in in_order(drawn)
        if re.match(r"enc|.*3×3 conv, (?:64|128|256)\b", node.text, re.DOTALL)
    ][:3]
    assert len(joins) == 3
    assert all(
        leads(drawn, level, join) for level, join in zip(reversed(levels), joins, strict=True)
    )
    assert [edge.text for edge in drawn.edges if edge.text][:2] == ["128×128×64", "64×64×64"]


def test_two_inputs_stand_by_their_names_and_lead_to_their_towers() -> None:
    drawn = picture("two", DOWN)
    assert drawn.node("left").text == "left\n64×64×3"
    assert drawn.node("right").text == "right\n64×64×1"
    assert leads(drawn, drawn.node("left"), drawn.node("a"))
    assert leads(drawn, drawn.node("right"), drawn.node("b"))
    join = next(node for node in drawn.nodes if node.text.startswith("concatenate"))
    assert leads(drawn, drawn.node("a"), join)
    assert leads(drawn, drawn.node("b"), join)


def test_a_chain_of_equal_layers_is_a_few_boxes_and_says_how_many() -> None:
    drawn = picture("chain")
    convs = [node for node in drawn.nodes if "conv" in node.classes]
    assert sum(times(node.text.split("\n")[0]) for node in convs) == 250
    assert len(convs) < 10


def test_a_chain_of_different_layers_says_what_it_holds() -> None:
    _, box = picture("chain_varied").nodes
    assert "500 layers" in box.text
    assert "1×1 conv ×100" in box.text


def test_a_card_of_several_copies_says_the_size_after_the_last() -> None:
    """Huang et al. 2017, Table 1, DenseNet-121: dense blocks end with 256, 512, 1024 and 1024
    channels. VGG's last pooling leaves 7×7×512.
    """
    drawn = picture("keras/densenet", DOWN)
    blocks = [node for node in in_order(drawn) if "dense" in node.text.split("\n")]
    assert [times(node.text.split("\n")[0]) for node in blocks] == [6, 12, 24, 16]
    assert [node.text.split("\n")[-1].split(" ")[0] for node in blocks] == [
        "56×56×256",
        "28×28×512",
        "14×14×1024",
        "7×7×1024",
    ]
    stages = picture("vgg@C", Options(direction="tb", detail="stages"))
    assert [
        node.text.split("\n")[-1].split(" ")[0]
        for node in stages.nodes
        if node.text.startswith("block4")
    ] == ["7×7×512"]
