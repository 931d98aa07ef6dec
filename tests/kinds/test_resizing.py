import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import Row, check_row, row

RUNS_NOT = "TensorFlow refuses to run it, though Keras builds it"
INPUTS = {1: (7, 3), 2: (7, 8, 3), 3: (7, 8, 9, 3)}
UNKNOWN = {1: (None, 3), 2: (None, 8, 3), 3: (7, None, None, None)}


def margins(kind: str, argument: str, rank: int) -> list[Row]:
    """What padding and cropping share, in one rank."""
    each = [[0, 2], 1, [3, 1]][:rank]
    return [
        row(f"{kind}{rank}D", {}, INPUTS[rank], macs=0),
        row(f"{kind}{rank}D", {}, UNKNOWN[rank]),
        row(f"{kind}{rank}D", {argument: 2}, INPUTS[rank]),
        row(f"{kind}{rank}D", {argument: 0}, Tensor(INPUTS[rank], "uint8")),
        row(f"{kind}{rank}D", {argument: each if rank > 1 else each[0]}, UNKNOWN[rank]),
        row(
            f"{kind}{rank}D",
            {argument: each if rank > 1 else each[0], "dtype": "mixed_float16"},
            INPUTS[rank],
        ),
        row(f"{kind}{rank}D", {}, INPUTS[rank][1:], fails=True),
        row(f"{kind}{rank}D", {}, (2, *INPUTS[rank]), fails=True),
        row(f"{kind}{rank}D", {argument: [1] * (rank + 2)}, INPUTS[rank], fails=True),
        row(f"{kind}{rank}D", {argument: [-1] * max(rank, 2)}, INPUTS[rank], fails=True),
        row(f"{kind}{rank}D", {argument: "same"}, INPUTS[rank], fails=True),
    ]


ROWS = [
    *(one for rank in INPUTS for one in margins("ZeroPadding", "padding", rank)),
    *(one for rank in INPUTS for one in margins("Cropping", "cropping", rank)),
    row("ZeroPadding1D", {"padding": -1}, (7, 3), fails=True),
    row("ZeroPadding2D", {"padding": -1}, (7, 8, 3), stricter=RUNS_NOT),
    row("ZeroPadding2D", {"padding": [3, 2]}, (7, 8, 3)),
    row("ZeroPadding2D", {"padding": [[0, 1], [0, 1]]}, (224, 224, 3)),
    row("ZeroPadding2D", {"padding": [[0, 1, 1], [0, 1]]}, (224, 224, 3), fails=True),
    row("ZeroPadding3D", {}, (7, 8, 9, 3)),
    row("Cropping1D", {"cropping": 3}, (7, 3)),
    row("Cropping1D", {"cropping": [3, 4]}, (7, 3), fails=True),
    row("Cropping1D", {"cropping": 4}, (7, 3), fails=True),
    row("Cropping2D", {"cropping": [[3, 4], 0]}, (7, 8, 3), fails=True),
    row("Cropping2D", {"cropping": [0, 4]}, (7, 8, 3), fails=True),
    row("Cropping2D", {"cropping": [0, 4]}, (7, None, 3)),
    row("Cropping3D", {"cropping": [0, 0, [9, 0]]}, (7, 8, 9, 3), fails=True),
    row("UpSampling1D", {}, (7, 3), macs=0),
    row("UpSampling1D", {"size": 3}, (None, None)),
    row("UpSampling1D", {"size": 0}, (7, 3), fails=True),
    row("UpSampling1D", {"size": [2]}, (7, 3), fails=True),
    row("UpSampling1D", {}, (7, 7, 3), fails=True),
    row("UpSampling2D", {}, (7, 8, 3)),
    row("UpSampling2D", {"size": [2, 3], "interpolation": "bilinear"}, (7, 8, 3)),
    row("UpSampling2D", {"size": 4}, Tensor((None, 8, None), "uint8")),
    row(
        "UpSampling2D", {"interpolation": "bilinear"}, Tensor((7, 8, 3), "bool"), stricter=RUNS_NOT
    ),
    row("UpSampling2D", {"size": 0}, (7, 8, 3), fails=True),
    row("UpSampling2D", {"size": [2, 2, 2]}, (7, 8, 3), fails=True),
    row("UpSampling2D", {}, (8, 3), fails=True),
    row("UpSampling2D", {"interpolation": "linear"}, (7, 8, 3), stricter=RUNS_NOT),
    row(
        "UpSampling2D",
        {"interpolation": "area"},
        (7, 8, 3),
        stricter="TensorFlow alone has it, and Keras documents it nowhere",
    ),
    row("UpSampling3D", {}, (7, 8, 9, 3)),
    row("UpSampling3D", {"size": [1, 2, 3]}, (7, None, 9, None)),
    row("UpSampling3D", {}, (7, 8, 3), fails=True),
    row("Resizing", {"height": 4, "width": 5}, (7, 8, 3), macs=0),
    row(
        "Resizing",
        {"height": 4, "width": 5, "interpolation": "bicubic", "antialias": True},
        (None, None, 3),
    ),
    row("Resizing", {"height": 4, "width": 5, "crop_to_aspect_ratio": True}, (7, 8, None)),
    row(
        "Resizing",
        {
            "height": 4,
            "width": 5,
            "pad_to_aspect_ratio": True,
            "fill_value": 0.5,
            "dtype": "float16",
        },
        (7, 8, 3),
    ),
    row("Resizing", {"height": 4, "width": 5}, Tensor((7, 8, 3), "uint8")),
    row("Resizing", {"height": 4, "width": 5}, Tensor((7, 8, 3), "bool"), stricter=RUNS_NOT),
    row("Resizing", {"height": 4}, (7, 8, 3), fails=True),
    row("Resizing", {"height": 4, "width": 5}, (8,), stricter="no image"),
    row(
        "Resizing",
        {"height": 4, "width": 5},
        (8, 3),
        stricter="Keras takes the batch for the height",
    ),
    row("Resizing", {"height": 4, "width": 5}, (7, 8, 9, 3), stricter=RUNS_NOT),
    row("Resizing", {"height": 4, "width": 0}, (7, 8, 3), stricter=RUNS_NOT),
    row(
        "Resizing", {"height": 4, "width": 5, "fill_mode": "reflect"}, (7, 8, 3), stricter=RUNS_NOT
    ),
    row(
        "Resizing",
        {"height": 4, "width": 5, "crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True},
        (7, 8, 3),
        stricter=RUNS_NOT,
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
