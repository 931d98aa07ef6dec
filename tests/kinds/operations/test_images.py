"""Functions of images."""

import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

ONE_IMAGE = "Keras takes the batch for the height of one image"

ROWS = [
    row("ops.image.resize", {"size": [8, 12]}, (4, 6, 3), macs=0),
    row(
        "ops.image.resize",
        {"size": [8, 8], "interpolation": "nearest", "antialias": True},
        (None, None, 3),
    ),
    row("ops.image.resize", {"size": [8, 8], "crop_to_aspect_ratio": True}, (4, 6, 3)),
    row(
        "ops.image.resize",
        {"size": [8, 8], "pad_to_aspect_ratio": True, "fill_value": 1},
        (4, 6, 3),
    ),
    row("ops.image.resize", {"size": [8, 8]}, (4, 6), stricter=ONE_IMAGE),
    row("ops.image.resize", {"size": [8, 8]}, (4,), fails=True),
    row(
        "ops.image.resize", {"size": [8, 8], "interpolation": "best"}, (4, 6, 3), stricter=RUNS_NOT
    ),
    row("ops.image.extract_patches", {"size": 2}, (8, 6, 3), macs=0),
    row("ops.image.extract_patches", {"size": [2, 3], "strides": [1, 2]}, (None, 6, 3)),
    row("ops.image.extract_patches", {"size": 3, "strides": 2, "padding": "same"}, (8, 7, 3)),
    row("ops.image.extract_patches", {"size": 2, "strides": 1, "dilation_rate": 2}, (8, 6, 3)),
    row("ops.image.extract_patches", {"size": 9}, (8, 6, 3), fails=True),
    row("ops.image.extract_patches", {"size": 2}, (8, 6), stricter=ONE_IMAGE),
    row("ops.image.extract_patches", {"size": 2}, (8, 6, None), fails=True),
    row(
        "ops.image.extract_patches",
        {"size": 2},
        Tensor((8, 6, 3), "int32"),
        stricter="TensorFlow has it of some integers",
    ),
    row("ops.fft2", {}, (4, 6), (4, 6), macs=0),
    row("ops.fft2", {}, (None, 4, 6), (None, 4, 6)),
    row("ops.fft2", {}, (4, 6), (4, 5), fails=True),
    row("ops.fft2", {}, (None, 6), (None, 6), fails=True),
    row("ops.depth_to_space", {"block_size": 2}, (4, 6, 8), macs=0),
    row("ops.depth_to_space", {"block_size": 2}, (None, 6, 4)),
    row("ops.depth_to_space", {"block_size": 2}, (4, 6, 6), fails=True),
    row("ops.depth_to_space", {"block_size": 2}, (4, 8), fails=True),
    row("ops.space_to_depth", {"block_size": 2}, (4, 6, 8), macs=0),
    row("ops.space_to_depth", {"block_size": 3}, (None, 6, 1)),
    row("ops.space_to_depth", {"block_size": 4}, (4, 6, 8), fails=True),
    row("ops.space_to_depth", {"block_size": 2}, (4, 8), fails=True),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
