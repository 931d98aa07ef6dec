"""The tables of the VGG, ResNet and GoogLeNet papers, as printed, against the Keras models
compiled from the specs.
"""

from __future__ import annotations

from itertools import groupby
from math import prod
from typing import Any

import pytest

import archspec
from tests.networks.keras_models import model, multiply_adds, spec, stage_shape

# --- Simonyan & Zisserman 2015, Table 1: ConvNet configurations, each column from the top to the
# bottom -------------------------

VGG_TABLE_1 = {
    "A": (
        """
        conv3-64                              | maxpool
        conv3-128                             | maxpool
        conv3-256 conv3-256                   | maxpool
        conv3-512 conv3-512                   | maxpool
        conv3-512 conv3-512                   | maxpool
        FC-4096 FC-4096 FC-1000 soft-max"""
    ),
    "A-LRN": (
        """
        conv3-64  LRN                         | maxpool
        conv3-128                             | maxpool
        conv3-256 conv3-256                   | maxpool
        conv3-512 conv3-512                   | maxpool
        conv3-512 conv3-512                   | maxpool
        FC-4096 FC-4096 FC-1000 soft-max"""
    ),
    "B": (
        """
        conv3-64  conv3-64                    | maxpool
        conv3-128 conv3-128                   | maxpool
        conv3-256 conv3-256                   | maxpool
        conv3-512 conv3-512                   | maxpool
        conv3-512 conv3-512                   | maxpool
        FC-4096 FC-4096 FC-1000 soft-max"""
    ),
    "C": (
        """
        conv3-64  conv3-64                    | maxpool
        conv3-128 conv3-128                   | maxpool
        conv3-256 conv3-256 conv1-256         | maxpool
        conv3-512 conv3-512 conv1-512         | maxpool
        conv3-512 conv3-512 conv1-512         | maxpool
        FC-4096 FC-4096 FC-1000 soft-max"""
    ),
    "D": (
        """
        conv3-64  conv3-64                    | maxpool
        conv3-128 conv3-128                   | maxpool
        conv3-256 conv3-256 conv3-256         | maxpool
        conv3-512 conv3-512 conv3-512         | maxpool
        conv3-512 conv3-512 conv3-512         | maxpool
        FC-4096 FC-4096 FC-1000 soft-max"""
    ),
    "E": (
        """
        conv3-64  conv3-64                      | maxpool
        conv3-128 conv3-128                     | maxpool
        conv3-256 conv3-256 conv3-256 conv3-256 | maxpool
        conv3-512 conv3-512 conv3-512 conv3-512 | maxpool
        conv3-512 conv3-512 conv3-512 conv3-512 | maxpool
        FC-4096 FC-4096 FC-1000 soft-max"""
    ),
}
VGG_WEIGHT_LAYERS = {"A": 11, "A-LRN": 11, "B": 13, "C": 16, "D": 16, "E": 19}
VGG_TABLE_2 = {
    "A": 133,
    "A-LRN": 133,
    "B": 133,
    "C": 134,
    "D": 138,
    "E": 144,
}  # parameters, in millions
VGG_SIZES = {
    "block1": [112, 112, 64],
    "block2": [56, 56, 128],
    "block3": [28, 28, 256],
    "block4": [14, 14, 512],
    "block5": [7, 7, 512],
}


def in_words(layer: Any) -> list[str]:
    """A Keras layer as Table 1 of the VGG paper writes it; dropout, flattening and ReLU are not
    written there.
    """
    match type(layer).__name__:
        case "Conv2D":
            return [f"conv{layer.kernel_size[0]}-{layer.filters}"]
        case "Functional":  # of operations, which is a local response normalization
            return ["LRN"]
        case "MaxPooling2D":
            return ["maxpool"]
        case "Dense":
            return [f"FC-{layer.units}"] + ["soft-max"] * (layer.activation.__name__ == "softmax")
    return []


@pytest.mark.parametrize("configuration", VGG_TABLE_1)
def test_vgg_table_1(configuration: str) -> None:
    keras_model, graph = (
        model(spec(f"vgg@{configuration}")),
        archspec.compile(spec(f"vgg@{configuration}")),
    )
    assert [word for layer in keras_model.layers for word in in_words(layer)] == VGG_TABLE_1[
        configuration
    ].replace("|", "").split()
    assert (
        sum(bool(layer.weights) for layer in keras_model.layers) == VGG_WEIGHT_LAYERS[configuration]
    )
    assert keras_model.input_shape == (None, 224, 224, 3)
    assert {stage: stage_shape(keras_model, graph, stage) for stage in VGG_SIZES} == VGG_SIZES


@pytest.mark.parametrize("configuration", VGG_TABLE_2)
def test_vgg_table_2(configuration: str) -> None:
    assert (
        round(model(spec(f"vgg@{configuration}")).count_params() / 1e6)
        == VGG_TABLE_2[configuration]
    )


# --- He et al. 2015, Table 1: the stages of ResNet
# ------------------------------------------------------------------------------

RESNET_SIZES = {
    "conv1": 112,
    "conv2_x": 56,
    "conv3_x": 28,
    "conv4_x": 14,
    "conv5_x": 7,
}  # the column "output size"; then 1×1
RESNET_BLOCKS = {  # the columns, conv2_x to conv5_x
    18: ["[3×3,64 3×3,64]×2", "[3×3,128 3×3,128]×2", "[3×3,256 3×3,256]×2", "[3×3,512 3×3,512]×2"],
    34: ["[3×3,64 3×3,64]×3", "[3×3,128 3×3,128]×4", "[3×3,256 3×3,256]×6", "[3×3,512 3×3,512]×3"],
    50: [
        "[1×1,64 3×3,64 1×1,256]×3",
        "[1×1,128 3×3,128 1×1,512]×4",
        "[1×1,256 3×3,256 1×1,1024]×6",
        "[1×1,512 3×3,512 1×1,2048]×3",
    ],
    101: [
        "[1×1,64 3×3,64 1×1,256]×3",
        "[1×1,128 3×3,128 1×1,512]×4",
        "[1×1,256 3×3,256 1×1,1024]×23",
        "[1×1,512 3×3,512 1×1,2048]×3",
    ],
    152: [
        "[1×1,64 3×3,64 1×1,256]×3",
        "[1×1,128 3×3,128 1×1,512]×8",
        "[1×1,256 3×3,256 1×1,1024]×36",
        "[1×1,512 3×3,512 1×1,2048]×3",
    ],
}
RESNET_FLOPS = {18: 1.8, 34: 3.6, 50: 3.8, 101: 7.6, 152: 11.3}  # in 10⁹ multiply-adds


def convolutions(keras_model: Any, prefix: str) -> list[Any]:
    """The convolutions under a path, in order, without those on a way around."""
    layers = [
        layer
        for layer in keras_model.layers
        if layer.name.startswith(prefix) and ".shortcut." not in layer.name
    ]
    return [layer for layer in layers if type(layer).__name__ == "Conv2D"]


def block_structure(keras_model: Any, stage: str) -> str:
    """A stage as the table's cell, ``[3×3,64 3×3,64]×2``; all its blocks must be alike."""
    groups = groupby(
        convolutions(keras_model, f"{stage}."), key=lambda layer: layer.name.split(".")[1]
    )
    blocks = [
        " ".join(
            f"{layer.kernel_size[0]}×{layer.kernel_size[1]},{layer.filters}" for layer in group
        )
        for _, group in groups
    ]
    assert len(set(blocks)) == 1
    return f"[{blocks[0]}]×{len(blocks)}"


@pytest.mark.parametrize("depth", RESNET_BLOCKS)
def test_resnet_table_1(depth: int) -> None:
    reference = spec(f"resnet@resnet{depth}")
    keras_model, graph = model(reference), archspec.compile(reference)
    stages = list(RESNET_SIZES)[1:]
    assert {stage: stage_shape(keras_model, graph, stage)[:2] for stage in RESNET_SIZES} == {
        k: [v, v] for k, v in RESNET_SIZES.items()
    }
    assert [block_structure(keras_model, stage) for stage in stages] == RESNET_BLOCKS[depth]
    assert keras_model.output_shape == (None, 1000)


@pytest.mark.parametrize("depth", RESNET_BLOCKS)
def test_resnet_is_as_deep_as_its_name_and_strides_in_its_first_blocks(depth: int) -> None:
    keras_model = model(spec(f"resnet@resnet{depth}"))
    (conv1,) = convolutions(keras_model, "conv1.")
    assert (conv1.kernel_size, conv1.filters, conv1.strides) == ((7, 7), 64, (2, 2))
    assert len(convolutions(keras_model, "conv")) + 1 == depth
    strided = [
        layer.name.rsplit(".", 1)[0]
        for layer in convolutions(keras_model, "conv")
        if layer.strides == (2, 2)
    ]
    assert strided == [
        "conv1.conv_bn",
        "conv3_x.block1.conv_bn",
        "conv4_x.block1.conv_bn",
        "conv5_x.block1.conv_bn",
    ]


@pytest.mark.parametrize("depth", RESNET_FLOPS)
def test_resnet_table_1_flops(depth: int) -> None:
    # The paper rounds some of these and truncates others (3.858 is printed 3.8), and ResNet-34's
    # are without projections.
    assert (
        abs(multiply_adds(model(spec(f"resnet@resnet{depth}")).layers) / 1e9 - RESNET_FLOPS[depth])
        < 0.1
    )


# --- Szegedy et al. 2015, Table 1: GoogLeNet
# -------------------------------------------------------------------------------------

GOOGLENET_TABLE_1 = [
    # our name, output size, depth, (#1×1, #3×3 reduce, #3×3, #5×5 reduce, #5×5, pool proj), params
    # in K, ops in M
    ("conv1",   [112, 112, 64],  1, None,                          2.7,  34),
    ("pool1",   [56, 56, 64],    0, None,                          None, None),
    ("conv2",   [56, 56, 192],   2, None,                          112,  360),
    ("pool2",   [28, 28, 192],   0, None,                          None, None),
    ("3a",      [28, 28, 256],   2, (64, 96, 128, 16, 32, 32),     159,  128),
    ("3b",      [28, 28, 480],   2, (128, 128, 192, 32, 96, 64),   380,  304),
    ("pool3",   [14, 14, 480],   0, None,                          None, None),
    ("4a",      [14, 14, 512],   2, (192, 96, 208, 16, 48, 64),    364,  73),
    ("4b",      [14, 14, 512],   2, (160, 112, 224, 24, 64, 64),   437,  88),
    ("4c",      [14, 14, 512],   2, (128, 128, 256, 24, 64, 64),   463,  100),
    ("4d",      [14, 14, 528],   2, (112, 144, 288, 32, 64, 64),   580,  119),
    ("4e",      [14, 14, 832],   2, (256, 160, 320, 32, 128, 128), 840,  170),
    ("pool4",   [7, 7, 832],     0, None,                          None, None),
    ("5a",      [7, 7, 832],     2, (256, 160, 320, 32, 128, 128), 1072, 54),
    ("5b",      [7, 7, 1024],    2, (384, 192, 384, 48, 128, 128), 1388, 71),
    ("avgpool", [1, 1, 1024],    0, None,                          None, None),
    ("dropout", [1, 1, 1024],    0, None,                          None, None),
    ("linear",  [1000],          1, None,                          1000, 1),
]  # fmt: skip
OPS_MISPRINTED = {"conv1", "5a"}  # 118 and 51 by the filters printed beside them
PARAMS_RIGHT = {
    "conv2",
    "3a",
    "linear",
}  # in units of 1024 or 1000, without biases; the other rows contradict their filters
BRANCHES = ("1x1", "3x3", "5x5", "pool")


def layers_of(keras_model: Any, row: str) -> list[Any]:
    return [
        layer
        for layer in keras_model.layers
        if layer.name == row or layer.name.startswith(f"{row}.")
    ]


def test_googlenet_table_1_output_sizes() -> None:
    keras_model, graph = model(spec("googlenet")), archspec.compile(spec("googlenet"))
    assert {row: stage_shape(keras_model, graph, row) for row, *_ in GOOGLENET_TABLE_1} == {
        row: size for row, size, *_ in GOOGLENET_TABLE_1
    }


def test_googlenet_table_1_depth() -> None:
    keras_model = model(spec("googlenet"))

    def depth(row: str) -> int:
        weighted = [layer.name for layer in layers_of(keras_model, row) if layer.weights]
        branches = [
            [name for name in weighted if name.startswith(f"{row}.{branch}.")]
            for branch in BRANCHES
        ]
        return max(map(len, branches)) or len(weighted)

    assert {row: depth(row) for row, *_ in GOOGLENET_TABLE_1} == {
        row: printed for row, _, printed, *_ in GOOGLENET_TABLE_1
    }
    assert (
        sum(printed for _, _, printed, *_ in GOOGLENET_TABLE_1) == 22
    )  # "22 layers deep when counting only layers with parameters"


@pytest.mark.parametrize(
    ("row", "printed"),
    [(row, filters) for row, _, _, filters, _, _ in GOOGLENET_TABLE_1 if filters],
)
def test_googlenet_table_1_filters(row: str, printed: tuple[int, ...]) -> None:
    branches = [convolutions(model(spec("googlenet")), f"{row}.{branch}.") for branch in BRANCHES]
    assert tuple(layer.filters for branch in branches for layer in branch) == printed
    assert [[layer.kernel_size[0] for layer in branch] for branch in branches] == [
        [1],
        [1, 3],
        [1, 5],
        [1],
    ]


@pytest.mark.parametrize(
    ("row", "printed"), [(row, ops) for row, *_, ops in GOOGLENET_TABLE_1 if ops]
)
def test_googlenet_table_1_ops(row: str, printed: int) -> None:
    ops = multiply_adds(layers_of(model(spec("googlenet")), row)) / 1e6
    assert (abs(ops - printed) < 1) == (row not in OPS_MISPRINTED)


@pytest.mark.parametrize(
    ("row", "printed"), [(row, params) for row, *_, params, _ in GOOGLENET_TABLE_1 if params]
)
def test_googlenet_table_1_params(row: str, printed: float) -> None:
    weights = [
        weight
        for layer in layers_of(model(spec("googlenet")), row)
        for weight in layer.weights
        if "kernel" in weight.name
    ]
    params = sum(prod(weight.shape) for weight in weights)
    assert (printed in (params // 1024, params // 1000)) == (row in PARAMS_RIGHT)


@pytest.mark.parametrize(
    ("classifier", "module", "channels"), [("aux1", "4a", 512), ("aux2", "4d", 528)]
)
def test_googlenet_auxiliary_classifiers_are_those_of_section_5(
    classifier: str, module: str, channels: int
) -> None:
    keras_model, graph = model(spec("googlenet")), archspec.compile(spec("googlenet"))
    # Behind the classifier stands the output of its name.
    pool, conv, _, dense, dropout, softmax, _ = layers_of(keras_model, classifier)
    assert pool.input is keras_model.get_layer(graph.endpoints[module]).output
    assert (pool.pool_size, pool.strides, pool.output.shape) == (
        (5, 5),
        (3, 3),
        (None, 4, 4, channels),
    )
    assert (conv.kernel_size, conv.filters) == ((1, 1), 128)
    assert (dense.units, dropout.rate, softmax.units, softmax.activation.__name__) == (
        1024,
        0.7,
        1000,
        "softmax",
    )
