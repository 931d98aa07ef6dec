import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

ROWS = [
    row("PositionEmbedding", {"length": 9}, (9, 8), macs=0),
    row("PositionEmbedding", {"length": 9}, (7, 8)),
    row("PositionEmbedding", {"length": 9, "initializer": "zeros", "trainable": False}, (None, 8)),
    row("PositionEmbedding", {"length": 9, "dtype": "mixed_float16"}, (7, 8)),
    row("PositionEmbedding", {"length": 9}, Tensor((7, 8), "int32")),
    row("PositionEmbedding", {"length": 5}, (7, 8), stricter=RUNS_NOT),
    row("PositionEmbedding", {"length": 9}, (7, None), fails=True),
    row("PositionEmbedding", {"length": 9}, (7,), stricter=RUNS_NOT),
    row("RotaryEmbedding", {}, (7, 3, 8), macs=0),
    row("RotaryEmbedding", {"max_wavelength": 500, "scaling_factor": 2}, (None, 8)),
    row("RotaryEmbedding", {"axis": -2, "dtype": "mixed_float16"}, (3, 7, 8)),
    row("RotaryEmbedding", {"axis": -1}, (7, 8), stricter="the channels are rotated, and have no positions"),
    row("RotaryEmbedding", {}, (7, 3, 5), stricter=RUNS_NOT),
    row("RotaryEmbedding", {}, (7, 3, None), stricter="how many channels are paired must be known"),
    row("RotaryEmbedding", {"axis": 0}, (7, 8), stricter="the batch has no positions"),
    row("RotaryEmbedding", {}, Tensor((7, 8), "int32"), stricter="integers are no angles"),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
