import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

IMAGE = (32, 33, 3)
INPUTS = {1: (32, 3), 2: IMAGE, 3: (8, 32, 33, 3)}
UNKNOWN = {1: (None, 3), 2: (None, 33, 3), 3: (8, None, None, 3)}


def windows(name: str, rank: int) -> list[Row]:
    """What both modes of windowed pooling share, in one rank."""
    kind, x, size = f"{name}{rank}D", INPUTS[rank], {"pool_size": 2}
    return [
        row(kind, size, x, macs=0),
        row(kind, {"pool_size": 3, "strides": 2, "padding": "same"}, x),
        row(kind, {"pool_size": 3, "strides": 2}, x),
        row(kind, {"pool_size": [1, 2, 3][:rank], "strides": [3, 2, 1][:rank]}, x),
        row(kind, size, UNKNOWN[rank], macs=0),
        row(kind, size | {"padding": "same"}, UNKNOWN[rank]),
        row(kind, size, (*x[:-1], None)),
        row(kind, size | {"dtype": "mixed_float16"}, x),
        row(kind, {"pool_size": 33}, x, fails=True),
        row(kind, size, x[1:], fails=True),
        row(kind, size, (2, *x), fails=True),
        row(kind, size | {"strides": 0}, x, fails=True),
        row(kind, size | {"padding": "SAME"}, x, fails=True),
        row(kind, {"pool_size": 0}, x, fails=True),
        row(kind, {"pool_size": [2] * (rank + 1)}, x, fails=True),
    ]


def overall(name: str, rank: int) -> list[Row]:
    """What both modes of global pooling share, in one rank."""
    kind, x = f"{name}{rank}D", INPUTS[rank]
    return [
        row(kind, {}, x, macs=0),
        row(kind, {"keepdims": True}, x),
        row(kind, {"keepdims": True}, UNKNOWN[rank]),
        row(kind, {}, (*UNKNOWN[rank][:-1], None), macs=0),
        row(kind, {"dtype": "float16"}, Tensor(x, "int32")),
        row(kind, {}, x[1:], fails=True),
        row(kind, {}, (2, *x), fails=True),
    ]


def adaptive(which: str, rank: int) -> list[Row]:
    kind, x = f"Adaptive{which}Pooling{rank}D", (6, 7, 8)[:rank]
    return [
        row(kind, {"output_size": 2}, (*x, 3)),
        row(kind, {"output_size": [4] * rank}, (*x, None)),
        row(kind, {"output_size": 4}, (*(None,) * rank, 3), stricter="TensorFlow cannot trace it"),
        row(kind, {"output_size": 9}, (*x, 3)),
        row(kind, {"output_size": 0}, (*x, 3), stricter="there is no axis without a position"),
        row(kind, {}, (*x, 3), fails=True),
    ]


ROWS = [
    *(
        one
        for name in ("MaxPooling", "AveragePooling")
        for rank in INPUTS
        for one in windows(name, rank)
    ),
    *(
        one
        for name in ("GlobalAveragePooling", "GlobalMaxPooling")
        for rank in INPUTS
        for one in overall(name, rank)
    ),
    row("MaxPooling1D", {}, (32, 3)),
    row("MaxPooling2D", {}, IMAGE),
    row("MaxPooling3D", {}, (8, 32, 33, 3)),
    row("MaxPooling2D", {}, Tensor(IMAGE, "int32")),
    row("MaxPooling2D", {}, Tensor(IMAGE, "bool"), stricter=RUNS_NOT),
    row("MaxPooling2D", {}, Tensor(IMAGE, "uint32"), stricter=RUNS_NOT),
    row("MaxPooling3D", {}, Tensor((4, 4, 4, 3), "uint8"), stricter=RUNS_NOT),
    row("MaxPooling2D", {}, (1, 33, 3), fails=True),
    row("MaxPooling2D", {"padding": "same"}, (1, 33, 3)),
    row("AveragePooling1D", {}, (32, 3), fails=True),
    row("AveragePooling2D", {}, IMAGE, fails=True),
    row("AveragePooling3D", {}, (8, 32, 33, 3), fails=True),
    row("AveragePooling2D", {"pool_size": 2}, Tensor(IMAGE, "int32"), stricter=RUNS_NOT),
    *(one for which in ("Average", "Max") for rank in (1, 2, 3) for one in adaptive(which, rank)),
    row("AdaptiveAveragePooling2D", {"output_size": [3, 5]}, (7, 8, 3), macs=0),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
