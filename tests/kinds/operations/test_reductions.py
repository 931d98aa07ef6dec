"""Functions that reduce axes."""

import pytest

from archspec.layers import KINDS
from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

BATCH = "it would mix examples"
OF_ONE = ("ops.argmax", "ops.argmin")


def reducing(kind: str) -> list[Row]:
    return [
        row(kind, {"axis": -1}, (4, 6), macs=0),
        row(kind, {"axis": 1}, (4, 6)),
        row(kind, {"axis": -2, "keepdims": True}, (4, 6)),
        row(kind, {"axis": -1}, (None, 6)),
        row(kind, {"axis": 1}, (None, 6)),
        row(kind, {"axis": -1}, (6,)),
        row(kind, {"axis": 3}, (4, 6), fails=True),
        row(kind, {"axis": 0}, (4, 6), stricter=BATCH),
        row(kind, {"axis": -3}, (4, 6), stricter=BATCH),
        row(kind, {}, (4, 6), stricter=BATCH),
    ]


def of_several(kind: str) -> list[Row]:
    return [
        row(kind, {"axis": [1, 2]}, (4, 6, 3)),
        row(kind, {"axis": [-1, 1], "keepdims": True}, (4, None, 3)),
        row(kind, {"axis": [1, 1]}, (4, 6), stricter="an axis stands there twice"),
        row(kind, {"axis": [0, 1]}, (4, 6), stricter=BATCH),
    ]


REDUCING = [kind for kind in KINDS.of_family("reductions") if kind != "ops.moments"]

ROWS = [
    *(one for kind in REDUCING for one in reducing(kind)),
    *(one for kind in REDUCING if kind not in OF_ONE for one in of_several(kind)),
    row("ops.logsumexp", {"axis": -1}, Tensor((4,), "int32"), stricter=RUNS_NOT),
    row("ops.norm", {"axis": 1, "ord": 1}, (4, 6)),
    row("ops.moments", {"axes": 1}, (4, 6), macs=0),
    row("ops.moments", {"axes": [1, -1], "keepdims": True}, (None, 6)),
    row("ops.moments", {"axes": 0}, (4, 6), stricter=BATCH),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
