"""Functions along one axis, which keep it."""

import pytest

from archspec.layers import KINDS
from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

BATCH = "it would mix examples"
OF_FLOATS = ("ops.softmax", "ops.log_softmax", "ops.normalize")


def along(kind: str) -> list[Row]:
    return [
        row(kind, {"axis": -1}, (4, 6), macs=0),
        row(kind, {"axis": 1}, (4, 6)),
        row(kind, {"axis": -1}, (None, 6)),
        row(kind, {"axis": 5}, (4, 6), fails=True),
        row(kind, {"axis": 0}, (4, 6), stricter=BATCH),
    ]


ROWS = [
    *(one for kind in KINDS.of_family("along_axis") for one in along(kind)),
    *(row(kind, {"axis": -1}, Tensor((4,), "int32"), stricter=RUNS_NOT) for kind in OF_FLOATS),
    *(row(kind, {}, (4, 6), stricter=BATCH) for kind in ("ops.cumsum", "ops.cumprod")),
    row("ops.softmax", {}, (4, 6)),
    row("ops.normalize", {"order": 1}, (4, 6)),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
