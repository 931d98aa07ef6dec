import pytest

from archspec.backends.keras.model import make_layer
from archspec.layers import KINDS
from archspec.tensor import Tensor
from tests.kinds.oracle import Row, check_row, row

IMAGE = (8, 9, 6)
BATCH = "an axis that is the batch's would mix examples"
RUNS_NOT = "TensorFlow refuses to run it, though Keras builds it"
LIST = "`null` says it"

BROADCAST = "it gives more channels than it takes, and Keras states as many"

ROWS = [
    row("BatchNormalization", {}, IMAGE, macs=0),
    row("BatchNormalization", {}, (6,)),
    row("BatchNormalization", {"scale": False, "momentum": 0.9, "epsilon": 1e-5}, IMAGE),
    row("BatchNormalization", {"center": False, "scale": False}, IMAGE),
    row("BatchNormalization", {"axis": 1}, IMAGE),
    row("BatchNormalization", {"axis": -2}, IMAGE),
    row("BatchNormalization", {"trainable": False}, IMAGE),
    row(
        "BatchNormalization",
        {
            "gamma_initializer": "zeros",
            "beta_regularizer": {"L2": {"l2": 1e-4}},
            "gamma_constraint": "non_neg",
        },
        IMAGE,
    ),
    row(
        "BatchNormalization",
        {"gamma_initializer": None, "moving_variance_initializer": {"Constant": {"value": 2}}},
        IMAGE,
    ),
    row("BatchNormalization", {"synchronized": True}, IMAGE),
    row("BatchNormalization", {}, (None, None, 6)),
    row("BatchNormalization", {"dtype": "mixed_float16"}, IMAGE),
    row("BatchNormalization", {}, Tensor(IMAGE, "uint8")),
    row("BatchNormalization", {}, Tensor(IMAGE, "float16")),
    row("BatchNormalization", {}, (8, None), fails=True),
    row("BatchNormalization", {"scale": False, "center": False}, (8, None), fails=True),
    row("BatchNormalization", {"axis": 1}, (None, 6), fails=True),
    row("BatchNormalization", {"axis": 4}, IMAGE, fails=True),
    row("BatchNormalization", {"axis": -5}, IMAGE, fails=True),
    row("BatchNormalization", {"axis": 0}, IMAGE, fails=True),
    row("BatchNormalization", {}, (), fails=True),
    row("BatchNormalization", {"gamma_initializer": "orthogonal"}, IMAGE, fails=True),
    row("BatchNormalization", {"moving_mean_initializer": "identity"}, IMAGE, fails=True),
    row("LayerNormalization", {}, IMAGE, macs=0),
    row("LayerNormalization", {"axis": [1, 2, 3]}, IMAGE),
    row("LayerNormalization", {"axis": [-1, -2]}, IMAGE),
    row("LayerNormalization", {"axis": [1, -1]}, IMAGE),
    row("LayerNormalization", {"axis": [-2]}, IMAGE),
    row("LayerNormalization", {"center": False, "epsilon": 1e-6}, (197, 768)),
    row("LayerNormalization", {"scale": False}, (197, 768)),
    row("LayerNormalization", {}, (None, 768)),
    row("LayerNormalization", {"scale": False, "center": False}, (197, None)),
    row("LayerNormalization", {"dtype": "mixed_bfloat16"}, (197, 768)),
    row("LayerNormalization", {}, Tensor((4, 5), "int32")),
    row("LayerNormalization", {"gamma_initializer": "orthogonal", "axis": [1, 2]}, (4, 5)),
    row("LayerNormalization", {}, (197, None), fails=True),
    row("LayerNormalization", {"axis": [1, 2]}, (None, 4), fails=True),
    row("LayerNormalization", {"axis": 3}, (4, 5), fails=True),
    row("LayerNormalization", {"axis": [1, 3]}, (4, 5), fails=True),
    row("LayerNormalization", {"axis": 0}, (4, 5), fails=True),
    row("LayerNormalization", {"axis": 0, "scale": False, "center": False}, (4, 5), stricter=BATCH),
    row("LayerNormalization", {"axis": [1, 1]}, (4, 5), stricter=RUNS_NOT),
    row("LayerNormalization", {"axis": []}, (4, 5), stricter="it normalises nothing"),
    row("LayerNormalization", {"axis": None}, (4, 5), fails=True),
    row("GroupNormalization", {}, (8, 8, 64), macs=0),
    row("GroupNormalization", {"groups": 3}, IMAGE),
    row("GroupNormalization", {"groups": -1}, IMAGE),
    row("GroupNormalization", {"groups": 2, "axis": 1}, IMAGE),
    row("GroupNormalization", {"groups": 3, "axis": -2, "scale": False}, IMAGE),
    row("GroupNormalization", {"groups": 2, "center": False}, (6,)),
    row("GroupNormalization", {"groups": 2}, (None, None, 6)),
    row("GroupNormalization", {"groups": 2, "dtype": "mixed_float16"}, Tensor(IMAGE, "int32")),
    row("GroupNormalization", {"groups": 4}, IMAGE, fails=True),
    row("GroupNormalization", {}, IMAGE, fails=True),
    row("GroupNormalization", {"groups": 0}, IMAGE, fails=True),
    row("GroupNormalization", {"groups": -2}, IMAGE, fails=True),
    row("GroupNormalization", {"groups": -1}, (8, None), fails=True),
    row(
        "GroupNormalization", {"groups": 2, "scale": False, "center": False}, (8, None), fails=True
    ),
    row("GroupNormalization", {"groups": 2, "axis": 5}, IMAGE, fails=True),
    row("GroupNormalization", {"groups": 2, "axis": 0}, IMAGE, fails=True),
    row("RMSNormalization", {}, (8, 6), macs=0),
    row("RMSNormalization", {"axis": [1, 2], "epsilon": 1e-5}, (8, 6)),
    row("RMSNormalization", {}, (None, 6)),
    row("RMSNormalization", {"dtype": "mixed_float16"}, (8, 6)),
    row("RMSNormalization", {}, (8, None), fails=True),
    row("RMSNormalization", {"axis": 3}, (8, 6), fails=True),
    row("UnitNormalization", {}, (8, 6)),
    row("UnitNormalization", {"axis": [1, 2]}, (8, 6)),
    row("UnitNormalization", {}, (None, None)),
    row("UnitNormalization", {"dtype": "mixed_float16"}, (8, 6)),
    row("UnitNormalization", {"axis": 3}, (8, 6), fails=True),
    row("UnitNormalization", {"axis": [1, 3]}, (8, 6), fails=True),
    row("UnitNormalization", {"axis": [1, 1]}, (8, 6), stricter=RUNS_NOT),
    row("UnitNormalization", {"axis": 0}, (8, 6), stricter=BATCH),
    row("UnitNormalization", {"axis": [-3]}, (8, 6), stricter=BATCH),
    row("UnitNormalization", {}, (), stricter=BATCH),
    row("UnitNormalization", {}, Tensor((8, 6), "int32"), stricter=RUNS_NOT),
    row("LocalResponseNormalization", {}, (55, 55, 96), macs=0),
    row(
        "LocalResponseNormalization",
        {"depth_radius": 0, "bias": 1, "alpha": 0.5, "beta": 0.5},
        (6,),
    ),
    row("LocalResponseNormalization", {}, (None, None, None)),
    row("LocalResponseNormalization", {"dtype": "mixed_float16"}, Tensor((5, 6), "uint8")),
    row("LocalResponseNormalization", {}, (), fails=True),
    row(
        "LocalResponseNormalization",
        {"bias": 0},
        (8, 6),
        stricter="where all channels around are 0 it would divide by 0",
    ),
    row("Normalization", {}, (224, 224, 3), macs=0),
    row("Normalization", {"axis": None}, IMAGE),
    row("Normalization", {"axis": [1, 3]}, IMAGE),
    row("Normalization", {"axis": [-1, 1]}, IMAGE),
    row("Normalization", {"invert": True}, (None, None, 3)),
    row("Normalization", {"axis": None}, (None, None)),
    row(
        "Normalization",
        {"mean": [0.485, 0.456, 0.406], "variance": [0.05, 0.05, 0.05]},
        (None, 8, 3),
    ),
    row("Normalization", {"mean": 0.5, "variance": 2}, IMAGE),
    row("Normalization", {"mean": 0.5, "variance": 2, "axis": None}, (None, None)),
    row("Normalization", {"mean": [1], "variance": [2]}, IMAGE),
    row("Normalization", {"mean": [1, 2, 3], "variance": [1, 1, 1], "axis": [1, 2]}, (4, 3)),
    row(
        "Normalization",
        {"mean": [1, 2, 3], "variance": [1, 1, 1], "dtype": "float16"},
        Tensor((4, 3), "uint8"),
    ),
    row("Normalization", {"mean": [1, 2, 3], "variance": [1, 1, 1]}, IMAGE, fails=True),
    row("Normalization", {"mean": [1, 2, 3], "variance": [1, 1]}, (4, 3), fails=True),
    row("Normalization", {"mean": [1, 2, 3], "variance": 1}, (4, 3), fails=True),
    row(
        "Normalization",
        {"mean": [1, 2, 3], "variance": [1, 1, 1], "axis": None},
        (4, 3),
        fails=True,
    ),
    row("Normalization", {"mean": 1}, (4, 3), fails=True),
    row("Normalization", {"variance": 1}, (4, 3), fails=True),
    row("Normalization", {"mean": 0.5, "variance": 2}, (4, None), fails=True),
    row("Normalization", {}, (4, None), fails=True),
    row("Normalization", {}, (), fails=True),
    row("Normalization", {"axis": 3}, (4, 3), fails=True),
    row("Normalization", {"axis": 0}, (4, 3), fails=True),
    row("Normalization", {"axis": [1, 1]}, (4, 3), fails=True),
    row("Normalization", {"axis": []}, (4, 3), stricter=LIST),
    row(
        "Normalization",
        {"axis": [1, 2], "mean": [[1, 2, 3]], "variance": [[1, 1, 1]]},
        (1, 3),
        stricter="a table of numbers belongs in `adapt`",
    ),
    row("Rescaling", {"scale": 1 / 255}, Tensor((224, 224, 3), "uint8"), macs=0),
    row("Rescaling", {"scale": [1, 2, 3], "offset": [-1, -2, -3]}, (8, 8, 3)),
    row("Rescaling", {"scale": 2, "offset": -1}, (None, None)),
    row("Rescaling", {"scale": [1, 2, 3]}, (4, None)),
    row("Rescaling", {"scale": 2, "dtype": "mixed_float16"}, ()),
    row("Rescaling", {}, (3,), fails=True),
    row("Rescaling", {"scale": [1, 2, 3]}, (8, 8, 4), stricter=RUNS_NOT),
    row("Rescaling", {"scale": [1, 2]}, (8, 8, 1), stricter=BROADCAST),
    row("Rescaling", {"scale": [1, 2]}, (), stricter=BROADCAST),
    row(
        "Rescaling",
        {"scale": 1, "offset": [1, 2, 3]},
        (8, 8, 1),
        stricter="it broadcasts, which Keras's symbolic shape denies",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)


def test_efficientnets_normalization_counts_seven_numbers() -> None:
    weights = KINDS["Normalization"]().infer(Tensor((224, 224, 3)))[1]
    assert sum(weight.size for weight in weights) == 7


def test_keras_is_given_sorted_axes() -> None:
    """Which its newer versions sort themselves, and 3.12 does not."""
    assert list(make_layer(KINDS["LayerNormalization"](axis=[1, -1])).axis) == [-1, 1]
