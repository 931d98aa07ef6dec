from typing import Any

import pytest

import archspec
from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

DENSE = {"layer": {"Dense": {"units": 3}}}
CONV = {"layer": {"Conv2D": {"filters": 3, "kernel_size": 3}}}
LSTM = {"layer": {"LSTM": {"units": 3}}}
WHOLE = {"layer": {"LSTM": {"units": 3, "return_sequences": True}}}

ROWS = [
    row("TimeDistributed", DENSE, (5, 4), macs=5 * 4 * 3),
    row("TimeDistributed", DENSE, (None, 4), macs=None),
    row("TimeDistributed", DENSE | {"trainable": False}, (5, 4)),
    row("TimeDistributed", DENSE | {"dtype": "mixed_float16"}, (5, 4)),
    row("TimeDistributed", CONV, (5, 8, 9, 4), macs=5 * 6 * 7 * 3 * 9 * 4),
    row("TimeDistributed", CONV, (5, None, None, 4), macs=None),
    row("TimeDistributed", {"layer": "Flatten"}, (5, 2, 3)),
    row("TimeDistributed", {"layer": "BatchNormalization"}, (5, 4, 3)),
    row("TimeDistributed", {"layer": {"Dropout": {"rate": 0.5}}}, (5, 4)),
    row("TimeDistributed", LSTM, (5, 6, 4)),
    row("TimeDistributed", {"layer": {"Bidirectional": WHOLE}}, (5, 6, 4)),
    row("TimeDistributed", {"layer": {"TimeDistributed": DENSE}}, (5, 6, 4), macs=5 * 6 * 12),
    row("TimeDistributed", {"layer": {"Embedding": {"input_dim": 9, "output_dim": 3}}}, Tensor((5, 6), "int32")),
    row("TimeDistributed", {"layer": {"Dense": {"units": 3, "dtype": "float16"}}}, (5, 4), fails=True),
    row("TimeDistributed", DENSE, (5, 4), (5,), roles=("inputs", "mask"), call={"training": False}),
    row("TimeDistributed", DENSE, (5,), fails=True),
    row("TimeDistributed", CONV, (5, 4), fails=True),
    row("TimeDistributed", {"layer": {"Dens": {}}}, (5, 4), fails=True),
    row("TimeDistributed", {"layer": "Add"}, (5, 4), fails=True),
    row("TimeDistributed", {"layer": {"MultiHeadAttention": {"num_heads": 2, "key_dim": 2}}}, (5, 4, 3), fails=True),
    row("TimeDistributed", {"layer": {"Slice": {"axis": -1, "stop": 2}}}, (5, 4), fails=True),
    row("Bidirectional", LSTM, (5, 4), macs=2 * 5 * 12 * 7),
    row("Bidirectional", WHOLE, (None, 4), macs=None),
    row("Bidirectional", WHOLE | {"trainable": False, "dtype": "mixed_float16"}, (5, 4)),
    row("Bidirectional", {"layer": {"GRU": {"units": 3}}, "merge_mode": "sum"}, (5, 4)),
    row("Bidirectional", {"layer": {"GRU": {"units": 3, "go_backwards": True}}, "backward_layer": {"GRU": {"units": 3}}}, (5, 4)),
    row("Bidirectional", {"layer": {"GRU": {"units": 3, "go_backwards": True}}}, (5, 4), fails=True),
    row("Bidirectional", {"layer": {"SimpleRNN": {"units": 3}}, "merge_mode": "ave"}, (5, 4)),
    row("Bidirectional", {"layer": {"SimpleRNN": {"units": 3}}, "merge_mode": "mul"}, (5, 4)),
    row("Bidirectional", {"layer": {"RNN": {"cell": [{"GRUCell": {"units": 3}}, {"GRUCell": {"units": 2}}]}}}, (5, 4)),
    row("Bidirectional", {"layer": {"ConvLSTM1D": {"filters": 3, "kernel_size": 2}}}, (5, 6, 4)),
    row("Bidirectional", LSTM | {"backward_layer": {"GRU": {"units": 3, "go_backwards": True}}}, (5, 4)),
    row("Bidirectional", LSTM | {"backward_layer": {"LSTM": {"units": 3, "go_backwards": True}}}, (5, 4)),
    row("Bidirectional", LSTM | {"backward_layer": {"GRU": {"units": 3}}}, (5, 4), fails=True),
    row("Bidirectional", WHOLE | {"backward_layer": {"GRU": {"units": 3, "go_backwards": True}}}, (5, 4), fails=True),
    row("Bidirectional", LSTM | {"merge_mode": "sum", "backward_layer": {"GRU": {"units": 5, "go_backwards": True}}}, (5, 4), stricter=RUNS_NOT),
    row("Bidirectional", LSTM | {"backward_layer": {"GRU": {"units": 5, "go_backwards": True}}}, (5, 4), stricter="Keras states 6 channels, and there are 8"),
    row("Bidirectional", LSTM | {"merge_mode": None}, (5, 4)),
    row("Bidirectional", {"layer": {"LSTM": {"units": 3, "return_state": True}}, "merge_mode": None}, (5, 4)),
    row("Bidirectional", {"layer": {"LSTM": {"units": 3, "return_state": True}}}, (5, 4), *[(3,)] * 4, (5,), roles=("sequences", *["initial_state"] * 4, "mask")),
    row("Bidirectional", {"layer": {"GRU": {"units": 3}}}, (5, 4), (3,), roles=("sequences", "initial_state"), stricter=RUNS_NOT),
    row("Bidirectional", LSTM | {"merge_mode": "max"}, (5, 4), fails=True),
    row("Bidirectional", DENSE, (5, 4), fails=True),
    row("Bidirectional", LSTM, (4,), fails=True),
    row("Bidirectional", LSTM, (5, None), fails=True),
    row("SpectralNormalization", DENSE, (4,), macs=12),
    row("SpectralNormalization", DENSE | {"trainable": False}, (4,)),
    row("SpectralNormalization", {"layer": {"Dense": {"units": 3, "trainable": False}}}, (4,)),
    row("SpectralNormalization", DENSE | {"dtype": "mixed_float16"}, (4,)),
    row("SpectralNormalization", CONV | {"power_iterations": 3}, (None, 8, 4), macs=None),
    row("SpectralNormalization", {"layer": {"Conv2DTranspose": {"filters": 3, "kernel_size": 3}}}, (8, 8, 4)),
    row("SpectralNormalization", {"layer": {"DepthwiseConv1D": {"kernel_size": 3, "use_bias": False}}}, (8, 4)),
    row("SpectralNormalization", {"layer": {"Embedding": {"input_dim": 9, "output_dim": 3}}}, Tensor((8,), "int32"), fails=True),
    row("SpectralNormalization", DENSE, Tensor((4,), "int32"), stricter="Keras makes integers of the output"),
    row("SpectralNormalization", {"layer": {"EinsumDense": {"equation": "ab,bc->ac", "output_shape": 3}}}, (8,)),
    row("SpectralNormalization", {"layer": {"SeparableConv2D": {"filters": 3, "kernel_size": 3}}}, (8, 8, 4), fails=True),
    row("SpectralNormalization", {"layer": "Flatten"}, (8, 4), fails=True),
    row("SpectralNormalization", DENSE | {"power_iterations": 0}, (4,), fails=True),
    row("SpectralNormalization", DENSE, (None,), fails=True),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)


def test_layers_within_layers_take_the_work_of_each_level_once() -> None:
    """Each level asks the next for output, weights and multiply-adds: 3 ** 20 questions."""
    layer: Any = {"Dense": {"units": 3}}
    for _ in range(20):
        layer = {"TimeDistributed": {"layer": layer}}
    spec = {"archspec": 1, "name": "net", "input": [*[1] * 20, 2], "layers": [layer]}
    assert archspec.compile(spec).parameters == 9
