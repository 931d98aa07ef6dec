from math import prod

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


def convolved(rank: int) -> list[Row]:
    kind = f"ConvLSTM{rank}D"
    small = {"filters": 3, "kernel_size": 2}
    sizes = (6, 5, 4)[:rank]
    places = prod(size - 1 for size in sizes)
    return [
        row(kind, small, (5, *sizes, 4), macs=5 * places * 2**rank * (4 * 12 + 3 * 12)),
        row(kind, small | {"return_sequences": True, "padding": "same", "strides": 2}, (None, *sizes, 4), macs=None),
        row(kind, small | {"use_bias": False, "dilation_rate": 2, "go_backwards": True}, (5, *sizes, 4)),
        row(kind, small | {"dropout": 0.1, "recurrent_dropout": 0.1, "trainable": False}, (5, *sizes, 4)),
        row(kind, small | {"dtype": "mixed_float16", "unit_forget_bias": False}, (5, *sizes, 4)),
        row(kind, small | {"strides": 2, "dilation_rate": 2}, (5, *sizes, 4), fails=True),
        row(kind, small | {"padding": "causal"}, (5, *sizes, 4), fails=True),
        row(kind, small | {"kernel_size": 9}, (5, *sizes, 4), fails=True),
        row(kind, small, (5, None, *sizes[1:], 4), fails=True),
        row(kind, small, (5, *sizes, None), fails=True),
        row(kind, small, (*sizes, 4), fails=True),
        row(kind, small, Tensor((5, *sizes, 4), "int32"), stricter=RUNS_NOT),
    ]  # fmt: skip


ROWS = [
    *(one for kind in WIDE for one in recurrent(kind)),
    *(one for kind in WIDE for one in states(kind, 2 if kind == "LSTM" else 1)),
    row("LSTM", {"units": 4}, (7, 16), (4,), roles=("sequences", "initial_state"), stricter=RUNS_NOT),
    row("GRU", {"units": 4}, (7, 16), (4,), (4,), roles=("sequences", "initial_state", "initial_state"), stricter="a state too many, which Keras drops"),
    row("LSTM", {"units": 4, "unit_forget_bias": False, "recurrent_activation": "hard_sigmoid"}, (7, 16)),
    row("GRU", {"units": 4, "reset_after": False}, (7, 16)),
    row("RNN", {"cell": {"LSTMCell": {"units": 4}}}, (7, 16), macs=7 * 16 * 20),
    row("RNN", {"cell": {"LSTMCell": {"units": 4, "unit_forget_bias": False}}, "go_backwards": True}, (7, 16)),
    row("RNN", {"cell": {"GRUCell": {"units": 4, "reset_after": False}}, "return_sequences": True}, (None, 16), macs=None),
    row("RNN", {"cell": {"SimpleRNNCell": {"units": 4, "use_bias": False}}, "dtype": "mixed_float16", "trainable": False}, (7, 16)),
    row("RNN", {"cell": [{"LSTMCell": {"units": 4}}, {"LSTMCell": {"units": 5}}, {"GRUCell": {"units": 3}}]}, (7, 16), macs=7 * (16 * 20 + 20 * 9 + 9 * 8)),
    row("RNN", {"cell": [{"SimpleRNNCell": {"units": 4}}], "trainable": False, "return_sequences": True, "zero_output_for_mask": True}, (7, 16)),
    row("RNN", {"cell": {"StackedRNNCells": {"cells": [{"GRUCell": {"units": 4}}, {"GRUCell": {"units": 4}}]}}}, (7, 16)),
    row("RNN", {"cell": {"LSTMCell": {"units": 4}}}, Tensor((7, 16), "int32")),
    row("RNN", {"cell": {"LSTMCell": {"units": 4, "dropout": 0.1}}}, Tensor((7, 16), "int32"), stricter=RUNS_NOT),
    row("RNN", {"cell": {"LSTMCell": {"units": 4, "dropout": 0.1, "recurrent_dropout": 0.1}}}, (7, 16)),
    row("RNN", {"cell": {"LSTMCell": {}}}, (7, 16), fails=True),
    row("RNN", {"cell": {"LSTM": {"units": 4}}}, (7, 16), fails=True),
    row("RNN", {"cell": []}, (7, 16), fails=True),
    row("RNN", {"cell": {"LSTMCell": {"units": 4}}}, (16,), fails=True),
    row("RNN", {"cell": {"LSTMCell": {"units": 4}}}, (7, None), fails=True),
    row("RNN", {"cell": {"LSTMCell": {"units": 4}}}, (7, 5, 16), stricter=RUNS_NOT),
    row("RNN", {"cell": {"LSTMCell": {"units": 4}}, "return_state": True}, (7, 16), (4,), (4,), (7,), roles=("sequences", "initial_state", "initial_state", "mask")),
    row("RNN", {"cell": {"GRUCell": {"units": 4}}, "return_state": True}, (7, 16), (4,), roles=("sequences", "initial_state")),
    row("RNN", {"cell": {"GRUCell": {"units": 4}}}, (7, 16), (5,), roles=("sequences", "initial_state"), stricter=RUNS_NOT),
    row("RNN", {"cell": [{"GRUCell": {"units": 4}}, {"GRUCell": {"units": 4}}], "return_state": True}, (7, 16), fails=True),
    row("ConvLSTM1D", {"filters": 3, "kernel_size": 2, "return_state": True}, (5, 6, 4), (5, 3), (5, 3), (5,), roles=("sequences", "initial_state", "initial_state", "mask")),
    *(one for rank in (1, 2, 3) for one in convolved(rank)),
    row("ConvLSTM2D", {"filters": 3, "kernel_size": [2, 3], "strides": [1, 2]}, (5, 8, 9, 4), macs=5 * 4 * (7 * 4 * 6 * 3) * (4 + 3)),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
