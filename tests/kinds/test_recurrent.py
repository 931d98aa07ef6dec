import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

WIDE = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}


def recurrent(kind: str) -> list[Row]:
    return [
        row(kind, {"units": 4}, (7, 16), macs=7 * WIDE[kind] * 4 * (16 + 4)),
        row(kind, {"units": 4, "return_sequences": True, "go_backwards": True}, (7, 16)),
        row(kind, {"units": 4, "return_sequences": True}, (None, 16), macs=None),
        row(kind, {"units": 4}, (None, 16), macs=None),
        row(kind, {"units": 4, "use_bias": False, "activation": "relu", "dropout": 0.1}, (7, 16)),
        row(kind, {"units": 4, "recurrent_dropout": 0.2, "recurrent_constraint": {"MaxNorm": {"axis": -1}}}, (7, 16)),
        row(kind, {"units": 4, "dtype": "mixed_float16", "trainable": False}, (7, 16)),
        row(kind, {"units": 4}, (7, None), fails=True),
        row(kind, {"units": 4}, (16,), fails=True),
        row(kind, {"units": 4}, (7, 7, 16), fails=True),
        row(kind, {"units": 0}, (7, 16), fails=True),
        row(kind, {"units": 4, "recurrent_constraint": {"MaxNorm": {"axis": 2}}}, (7, 16), stricter=RUNS_NOT),
        row(kind, {"units": 4}, Tensor((7, 16), "int32")),
        row(kind, {"units": 4, "recurrent_dropout": 0.2}, Tensor((7, 16), "int32")),
        row(kind, {"units": 4, "dropout": 0.1}, Tensor((7, 16), "int32"), stricter=RUNS_NOT),
    ]  # fmt: skip


ROWS = [
    *(one for kind in WIDE for one in recurrent(kind)),
    row("LSTM", {"units": 4, "unit_forget_bias": False, "recurrent_activation": "hard_sigmoid"}, (7, 16)),
    row("GRU", {"units": 4, "reset_after": False}, (7, 16)),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
