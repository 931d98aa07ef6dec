"""Functions that join tensors, repeat one or pad it."""

import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

BATCH = "it would mix examples"

ROWS = [
    row("ops.concatenate", {"axis": -1}, (4, 6), (4, 2), macs=0),
    row("ops.concatenate", {"axis": 1}, (4, 6), (None, 6), (1, 6)),
    row("ops.concatenate", {"axis": -1}, Tensor((4,), "int32"), Tensor((2,), "float16")),
    row("ops.concatenate", {"axis": -1}, (4, 6)),
    row("ops.concatenate", {"axis": -1}, (4, 6), (5, 2), fails=True),
    row("ops.concatenate", {"axis": -1}, (4, 6), (6,), fails=True),
    row("ops.concatenate", {}, (4, 6), (4, 6), stricter=BATCH),
    row("ops.concatenate", {"axis": -3}, (4, 6), (4, 6), stricter=BATCH),
    row("ops.stack", {"axis": -1}, (4, 6), (4, 6), macs=0),
    row("ops.stack", {"axis": 1}, (None, 6), (6, 6), (6, 6)),
    row("ops.stack", {"axis": -2}, Tensor((4,), "uint8"), Tensor((4,), "int32")),
    row("ops.stack", {"axis": 1}, (), ()),
    row("ops.stack", {"axis": -1}, (4, 6), (4, 5), fails=True),
    row("ops.stack", {}, (4, 6), (4, 6), stricter=BATCH),
    row("ops.stack", {"axis": -4}, (4, 6), (4, 6), stricter=BATCH),
    row("ops.repeat", {"repeats": 3, "axis": -1}, (4, 6), macs=0),
    row("ops.repeat", {"repeats": 2, "axis": 1}, (None, 6)),
    row("ops.repeat", {"repeats": [1, 2, 0, 1], "axis": 1}, (4, 6)),
    row("ops.repeat", {"repeats": [2], "axis": 1}, (4, 6)),
    row("ops.repeat", {"repeats": [1, 2], "axis": 1}, (4, 6), fails=True),
    row(
        "ops.repeat", {"repeats": [1, 2], "axis": 1}, (None, 6), stricter="the size may be another"
    ),
    row("ops.repeat", {"repeats": [0], "axis": 1}, (4, 6), stricter="nothing is left"),
    row("ops.repeat", {"repeats": 3}, (4, 6), stricter=BATCH),
    row("ops.tile", {"repeats": [1, 2]}, (4, 6), macs=0),
    row("ops.tile", {"repeats": [3]}, (None, 6)),
    row("ops.tile", {"repeats": [2, 1]}, (None, 6)),
    row("ops.tile", {"repeats": [1, 2, 3]}, (4, 6), stricter=BATCH),
    row("ops.tile", {"repeats": [0]}, (4, 6), stricter="nothing is left"),
    row("ops.pad", {"pad_width": [[1, 2], [0, 3]]}, (4, 6), macs=0),
    row("ops.pad", {"pad_width": [[1, 1], [0, 0]], "constant_values": 0.5}, (None, 6)),
    row("ops.pad", {"pad_width": [[1, 1]], "constant_values": 2}, Tensor((4,), "int32")),
    row(
        "ops.pad",
        {"pad_width": [[1, 1]], "constant_values": 0.5},
        Tensor((4,), "int32"),
        stricter=RUNS_NOT,
    ),
    row(
        "ops.pad",
        {"pad_width": [[1, 1]], "constant_values": 1},
        Tensor((4,), "bool"),
        stricter=RUNS_NOT,
    ),
    row("ops.pad", {"pad_width": [[3, 3]], "mode": "reflect"}, (4,)),
    row("ops.pad", {"pad_width": [[4, 4]], "mode": "symmetric"}, (4,)),
    row("ops.pad", {"pad_width": [[4, 4]], "mode": "reflect"}, (4,), stricter=RUNS_NOT),
    row("ops.pad", {"pad_width": [[5, 4]], "mode": "symmetric"}, (4,), stricter=RUNS_NOT),
    row("ops.pad", {"pad_width": [[1, 1]]}, (4, 6), fails=True),
    row(
        "ops.pad",
        {"pad_width": [[1, 1]], "mode": "reflect", "constant_values": 1},
        (4,),
        stricter=RUNS_NOT,
    ),
    row("ops.one_hot", {"num_classes": 5}, Tensor((4,), "int32"), macs=0),
    row("ops.one_hot", {"num_classes": 5, "axis": 1, "dtype": "bool"}, Tensor((None, 2), "uint8")),
    row(
        "ops.one_hot", {"num_classes": 5}, (4,), stricter="Keras cuts off what is behind the point"
    ),
    row("ops.one_hot", {"num_classes": 5, "axis": 0}, Tensor((4,), "int32"), stricter=BATCH),
    row("ops.one_hot", {"num_classes": 5, "axis": -2}, Tensor((4,), "int32"), fails=True),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
