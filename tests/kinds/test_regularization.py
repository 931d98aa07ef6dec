import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

DIVIDES = "training divides by zero"


def dropout(kind: str) -> list[Row]:
    """What all the kinds with a rate share."""
    return [
        row(kind, {"rate": 0.5}, (7, 7, 64), macs=0),
        row(kind, {"rate": 0, "seed": 1}, (4,)),
        row(kind, {"rate": 0.1, "seed": None}, (None, None, 64)),
        row(kind, {"rate": 0.1, "dtype": "mixed_float16"}, ()),
        row(kind, {"rate": 1.5}, (4,), fails=True),
        row(kind, {"rate": -0.1}, (4,), fails=True),
        row(kind, {}, (4,), fails=True),
    ]


ROWS = [
    *(
        one
        for kind in ("Dropout", "GaussianDropout", "AlphaDropout", "StochasticDepth")
        for one in dropout(kind)
    ),
    row("Dropout", {"rate": 1}, (4,)),
    row(
        "Dropout",
        {"rate": 0.5, "noise_shape": [None, 1, None]},
        (4, 5),
        stricter="no shape of a spec counts the batch",
    ),
    row("GaussianDropout", {"rate": 1}, (4,), stricter=DIVIDES),
    row("AlphaDropout", {"rate": 1}, (4,), stricter=DIVIDES),
    row("StochasticDepth", {"rate": 1}, (4,), fails=True),
    row("SpatialDropout1D", {"rate": 0.5}, (7, 64)),
    row("SpatialDropout1D", {"rate": 0.5, "seed": 3}, (None, None)),
    row("SpatialDropout1D", {"rate": 0.5, "dtype": "mixed_float16"}, (7, 64)),
    row("SpatialDropout2D", {"rate": 0.5}, Tensor((7, 7, 3), "uint8"), stricter=RUNS_NOT),
    row("Dropout", {"rate": 0.5}, Tensor((7,), "int32"), stricter=RUNS_NOT),
    row("GaussianDropout", {"rate": 0.5}, Tensor((7,), "uint8"), stricter=RUNS_NOT),
    row("AlphaDropout", {"rate": 0.5}, Tensor((7,), "int32"), stricter=RUNS_NOT),
    row("StochasticDepth", {"rate": 0.5}, Tensor((7,), "int32"), stricter=RUNS_NOT),
    row("GaussianNoise", {"stddev": 0.5}, Tensor((7,), "uint8"), stricter=RUNS_NOT),
    row("ActivityRegularization", {"l1": 0.1}, Tensor((7,), "uint8"), stricter=RUNS_NOT),
    row("SpatialDropout1D", {"rate": 0.5}, (7, 7, 64), fails=True),
    row("SpatialDropout1D", {"rate": 1.1}, (7, 64), fails=True),
    row("SpatialDropout1D", {"rate": 0.5, "trainable": False}, (7, 64), fails=True),
    row("SpatialDropout2D", {"rate": 1}, (7, 7, 64)),
    row("SpatialDropout2D", {"rate": 0.5}, (None, 7, 64)),
    row("SpatialDropout2D", {"rate": 0.5}, (7, 64), fails=True),
    row("SpatialDropout3D", {"rate": 0.5}, (7, 7, 7, 64)),
    row("SpatialDropout3D", {"rate": 0.5}, (None, 7, 7, None)),
    row("SpatialDropout3D", {"rate": 0.5}, (7, 7, 64), fails=True),
    row("GaussianNoise", {"stddev": 0.5}, (7, 64)),
    row("GaussianNoise", {"stddev": 1, "seed": 1}, (None,)),
    row("GaussianNoise", {"stddev": 1.5}, (4,), fails=True),
    row("ActivityRegularization", {}, (7, 64)),
    row("ActivityRegularization", {"l1": 0.01, "l2": 1e-4}, (None, 64)),
    row("ActivityRegularization", {"l1": -0.01}, (4,), fails=True),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
