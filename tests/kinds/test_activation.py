import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import Row, check_row, row

RUNS_NOT = "TensorFlow refuses to run it, though Keras builds it"

STATED = (
    "it gives integers, and Keras states floating numbers, which the layers behind are built for"
)

ROWS = [
    row("Activation", {"activation": "relu"}, (7, 7, 64), macs=0),
    row("Activation", {"activation": "softmax"}, (None, 10)),
    row("Activation", {"activation": "tanh", "dtype": "mixed_float16"}, (4,)),
    row("Activation", {"activation": None}, (7, 4)),
    row("Activation", {"activation": "softmax"}, (2, 2, 2, 8)),
    row("Activation", {"activation": "log_softmax"}, (2, 2, 2, 2, 8)),
    row("Activation", {"activation": "threshold"}, (4,), stricter=RUNS_NOT),
    row("Activation", {"activation": "softmax"}, (2, 2, 2, 2, 8), stricter=RUNS_NOT),
    row(
        "Activation",
        {"activation": "sparsemax"},
        (),
        stricter="an axis that is the batch's would mix examples",
    ),
    row("Activation", {"activation": "elu"}, Tensor((4,), "int32"), stricter=RUNS_NOT),
    row("Activation", {"activation": "relu"}, Tensor((4,), "bool"), stricter=RUNS_NOT),
    row("Activation", {"activation": "relu"}, Tensor((4,), "int32"), stricter=STATED),
    row("Activation", {"activation": "gelu"}, ()),
    row("Activation", {"activation": "rleu"}, (4,), fails=True),
    row("Activation", {}, (4,), fails=True),
    row(
        "Activation",
        {"activation": "glu"},
        (4,),
        stricter="it halves the channels, which Keras's symbolic shape denies",
    ),
    row("ReLU", {}, (7, 7, 64), macs=0),
    row("ReLU", {"max_value": 6}, (None, None, 64)),
    row("ReLU", {"max_value": None, "negative_slope": 0.1, "threshold": 1}, (4,)),
    row("ReLU", {}, Tensor((4,), "int32"), stricter=STATED),
    row("ReLU", {"negative_slope": 0.1, "threshold": 1}, Tensor((4,), "uint8"), stricter=RUNS_NOT),
    row("ReLU", {"max_value": -1}, (4,), fails=True),
    row("ReLU", {"negative_slope": -1}, (4,), fails=True),
    row("ReLU", {"threshold": None}, (4,), fails=True),
    row("LeakyReLU", {}, (7, 7, 64)),
    row("LeakyReLU", {}, Tensor((4,), "bool"), stricter=RUNS_NOT),
    row("LeakyReLU", {"negative_slope": 0.1}, (None, 64)),
    row("LeakyReLU", {"negative_slope": -0.1}, (4,), fails=True),
    row("LeakyReLU", {"negative_slope": None}, (4,), fails=True),
    row("PReLU", {}, (7, 8, 64), macs=0),
    row("PReLU", {"shared_axes": [1, 2]}, (7, 8, 64)),
    row("PReLU", {"shared_axes": [1, 2]}, (None, None, 64)),
    row("PReLU", {"shared_axes": 2}, (7, None)),
    row("PReLU", {"shared_axes": []}, (7, 8)),
    row("PReLU", {"shared_axes": [1, 1]}, (7, 8)),
    row(
        "PReLU",
        {
            "alpha_initializer": {"Constant": {"value": 0.25}},
            "alpha_regularizer": "l2",
            "trainable": False,
        },
        (7,),
    ),
    row("PReLU", {"alpha_initializer": "identity"}, (7, 8)),
    row("PReLU", {"dtype": "mixed_float16"}, (7,)),
    row("PReLU", {}, ()),
    row("PReLU", {}, (7, None), fails=True),
    row("PReLU", {"shared_axes": [1]}, (7, None), fails=True),
    row("PReLU", {"shared_axes": [3]}, (7, 8), fails=True),
    row("PReLU", {"alpha_initializer": "identity"}, (7,), fails=True),
    row("PReLU", {"shared_axes": [-1]}, (7, 8), stricter="Keras takes the axis before it"),
    row("PReLU", {"shared_axes": [0]}, (7, 8), stricter="Keras takes the last axis for the batch"),
    row("PReLU", {}, Tensor((7,), "int32"), stricter=RUNS_NOT),
    row("ELU", {}, (7, 7, 64)),
    row("ELU", {"alpha": 0.5}, (None,)),
    row("ELU", {}, Tensor((4,), "int32"), stricter=RUNS_NOT),
    row("ELU", {"alpha": "big"}, (4,), stricter="a text is no number, whenever Keras may notice"),
    row("Softmax", {}, (7, 10)),
    row("Softmax", {"axis": [1, 2]}, (7, 10)),
    row("Softmax", {"axis": 1}, (None, None)),
    row("Softmax", {"axis": [-1], "dtype": "mixed_float16"}, (7, 10)),
    row("Softmax", {"axis": 5}, (7, 10), stricter=RUNS_NOT),
    row("Softmax", {"axis": [1, -2]}, (7, 10), stricter=RUNS_NOT),
    row("Softmax", {"axis": []}, (7, 10), stricter=RUNS_NOT),
    row("Softmax", {"axis": 0}, (7, 10), stricter="an axis that is the batch's would mix examples"),
    row("Softmax", {}, (), stricter="an axis that is the batch's would mix examples"),
    row("Softmax", {}, Tensor((7, 10), "int32"), stricter=RUNS_NOT),
    row("Softmax", {}, (2, 2, 2, 2, 10), stricter=RUNS_NOT),
    row("Softmax", {"axis": [-1, -2]}, (2, 2, 2, 2, 10)),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
