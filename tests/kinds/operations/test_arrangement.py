"""Functions that arrange elements anew."""

import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

BATCH = "the batch would be moved, or mixed with other axes"

ROWS = [
    row("ops.reshape", {"newshape": [8, 3]}, (4, 6), macs=0),
    row("ops.reshape", {"newshape": [24]}, Tensor((4, 6), "int32")),
    row("ops.reshape", {"newshape": []}, (1, 1)),
    row(
        "ops.reshape",
        {"newshape": [5, 5]},
        (4, 6),
        stricter="an example's elements differ in number",
    ),
    row("ops.reshape", {"newshape": [-1, 3]}, (4, 6), stricter=BATCH),
    row("ops.reshape", {"newshape": [2, 3]}, (None, 6), stricter=BATCH),
    row("ops.transpose", {"axes": [2, 1]}, (4, 6), macs=0),
    row("ops.transpose", {"axes": [-1, 1, -2]}, (None, 6, 3)),
    row("ops.transpose", {"axes": [3, 1, 2]}, (4, 6, 2)),
    row("ops.transpose", {}, (4, 6), stricter=BATCH),
    row("ops.transpose", {"axes": [0, 2, 1]}, (4, 6), fails=True),
    row("ops.transpose", {"axes": [1, 1]}, (4, 6), fails=True),
    row("ops.transpose", {"axes": [1]}, (4, 6), fails=True),
    row("ops.moveaxis", {"source": 1, "destination": -1}, (4, 6, 3), macs=0),
    row("ops.moveaxis", {"source": [-1, 2], "destination": [1, 2]}, (None, 6, 3)),
    row("ops.moveaxis", {"source": 3, "destination": 1}, (4, 6, 3)),
    row("ops.moveaxis", {"source": [1, 2], "destination": 1}, (4, 6, 3), fails=True),
    row("ops.moveaxis", {"source": 0, "destination": 1}, (4, 6), stricter=BATCH),
    row("ops.moveaxis", {"source": 1, "destination": 0}, (4, 6), stricter=BATCH),
    row("ops.swapaxes", {"axis1": 1, "axis2": -1}, (4, 6, 3), macs=0),
    row("ops.swapaxes", {"axis1": -2, "axis2": -1}, (None, 6)),
    row("ops.swapaxes", {"axis1": 0, "axis2": 1}, (4, 6), stricter=BATCH),
    row("ops.swapaxes", {"axis1": 1, "axis2": 4}, (4, 6), fails=True),
    row("ops.expand_dims", {"axis": -1}, (4, 6), macs=0),
    row("ops.expand_dims", {"axis": 1}, (None, 6)),
    row("ops.expand_dims", {"axis": [1, -1]}, (4, 6)),
    row("ops.expand_dims", {"axis": -1}, ()),
    row("ops.expand_dims", {"axis": 0}, (4, 6), stricter=BATCH),
    row("ops.expand_dims", {"axis": -4}, (4, 6), stricter=BATCH),
    row("ops.expand_dims", {"axis": 4}, (4, 6), fails=True),
    row("ops.squeeze", {"axis": -1}, (4, 1), macs=0),
    row("ops.squeeze", {"axis": [1, 3]}, (1, None, 1)),
    row("ops.squeeze", {"axis": 1}, (1,)),
    row("ops.squeeze", {"axis": -1}, (4, 6), fails=True),
    row("ops.squeeze", {"axis": -1}, (4, None), fails=True),
    row("ops.squeeze", {}, (4, 1), stricter="a batch of one example would lose its axis"),
    row("ops.flip", {"axis": -1}, (4, 6), macs=0),
    row("ops.flip", {"axis": [1, 2]}, (None, 6)),
    row("ops.flip", {}, (4, 6), stricter=BATCH),
    row("ops.flip", {"axis": 0}, (4, 6), stricter=BATCH),
    row("ops.roll", {"shift": 1, "axis": -1}, (4, 6), macs=0),
    row("ops.roll", {"shift": [1, -2], "axis": [1, 2]}, (None, 6)),
    row("ops.roll", {"shift": 1}, (4, 6), stricter=BATCH),
    row("ops.roll", {"shift": [1, 2], "axis": 1}, (4, 6), stricter=RUNS_NOT),
    row("ops.broadcast_to", {"shape": [4, 6]}, (1, 6), macs=0),
    row("ops.broadcast_to", {"shape": [4, 6, 3]}, Tensor((4, 1, 1), "int32")),
    row("ops.broadcast_to", {"shape": [4, 6]}, Tensor((1, 1), "bool")),
    row("ops.broadcast_to", {"shape": [4, 6]}, (6,), stricter=BATCH),
    row("ops.broadcast_to", {"shape": [4, 6]}, (2, 6), fails=True),
    row("ops.broadcast_to", {"shape": [4, 6]}, (None, 6), stricter="the size may be another"),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
