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


def states(kind: str, count: int) -> list[Row]:
    """Rows of what is taken by role, and of the states that are given."""
    roles = ("sequences", *["initial_state"] * count)
    given = [(4,)] * count
    return [
        row(kind, {"units": 4, "return_state": True}, (7, 16)),
        row(kind, {"units": 4, "return_state": True, "return_sequences": True}, (None, 16), macs=None),
        row(kind, {"units": 4, "return_state": True, "dtype": "float16"}, (7, 16)),
        row(kind, {"units": 4}, (7, 16), *given, roles=roles, macs=7 * WIDE[kind] * 4 * (16 + 4)),
        row(kind, {"units": 4, "return_state": True}, (7, 16), *given, (7,), roles=(*roles, "mask")),
        row(kind, {"units": 4}, (7, 16), Tensor((7,), "bool"), roles=("sequences", "mask"), call={"training": False}),
        row(kind, {"units": 4}, (None, 16), Tensor((7,), "bool"), roles=("sequences", "mask")),
        row(kind, {"units": 4}, (7, 16), *[(5,)] * count, roles=roles, stricter=RUNS_NOT),
        row(kind, {"units": 4}, (7, 16), (6,), roles=("sequences", "mask"), stricter=RUNS_NOT),
    ]  # fmt: skip


ROWS = [
    *(one for kind in WIDE for one in recurrent(kind)),
    *(one for kind in WIDE for one in states(kind, 2 if kind == "LSTM" else 1)),
    row("LSTM", {"units": 4}, (7, 16), (4,), roles=("sequences", "initial_state"), stricter=RUNS_NOT),
    row("GRU", {"units": 4}, (7, 16), (4,), (4,), roles=("sequences", "initial_state", "initial_state"), stricter="a state too many, which Keras drops"),
    row("LSTM", {"units": 4, "unit_forget_bias": False, "recurrent_activation": "hard_sigmoid"}, (7, 16)),
    row("GRU", {"units": 4, "reset_after": False}, (7, 16)),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
