"""Functions of one tensor, element by element."""

from typing import Any

import pytest

from archspec.layers import KINDS
from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

ARGUMENTS: dict[str, dict[str, Any]] = {
    "ops.cast": {"dtype": "int32"},
    "ops.clip": {"x_min": 0, "x_max": 1.5},
    "ops.full_like": {"fill_value": 2.5},
}
UNTRUE = ("ops.reciprocal",)
OF_FLOATS = (
    "ops.rsqrt", "ops.reciprocal", "ops.erf", "ops.elu", "ops.selu", "ops.gelu", "ops.silu",
    "ops.sigmoid", "ops.log_sigmoid", "ops.hard_sigmoid", "ops.hard_silu", "ops.softplus",
)  # fmt: skip
OF_NUMBERS = ("ops.sign", "ops.round", "ops.relu", "ops.relu6", "ops.negative")


def rows(kind: str) -> list[Row]:
    arguments = ARGUMENTS.get(kind, {})
    return [
        row(kind, arguments, (4, 6), macs=0),
        row(kind, arguments, (None, 6)),
        row(kind, arguments, ()),
        row(kind, arguments, Tensor((4,), "float16"), states="float32" * (kind in UNTRUE)),
        row(kind, arguments, (4,), (4,), fails=True),
    ]


ROWS = [
    *(one for kind in KINDS.of_family("unary") for one in rows(kind)),
    *(row(kind, {}, Tensor((4,), "int32"), stricter=RUNS_NOT) for kind in OF_FLOATS),
    *(row(kind, {}, Tensor((4,), "bool"), stricter=RUNS_NOT) for kind in OF_NUMBERS),
    row("ops.leaky_relu", {}, Tensor((4,), "bool"), stricter=RUNS_NOT),
    row("ops.leaky_relu", {"negative_slope": 0.1}, (4,)),
    row("ops.elu", {"alpha": 2}, (4,)),
    row("ops.gelu", {"approximate": False}, (4,)),
    row("ops.negative", {}, Tensor((4,), "uint8"), stricter=RUNS_NOT),
    row("ops.clip", {"x_min": 2, "x_max": 1}, (4,), stricter="no number is within the bounds"),
    row("ops.clip", {"x_min": 0, "x_max": 1}, Tensor((4,), "bool")),
    row("ops.cast", {"dtype": "bfloat16"}, (4,)),
    row("ops.cast", {"dtype": "float8"}, (4,), fails=True),
    row("ops.zeros_like", {"dtype": "bool"}, (4,)),
    row("ops.ones_like", {"dtype": "int32"}, (4,)),
    row("ops.full_like", {"fill_value": 3, "dtype": "uint8"}, (4,)),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
