"""Functions of two tensors, element by element."""

from itertools import product

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archspec.layers import KINDS
from archspec.layers.operations.dtypes import promoted
from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Mismatch, Outcome, Row, check_row, ours, row, theirs

BATCH = "axes are matched from the last, and so a batch with another axis"
KINDS_OF_TWO = [kind for kind in KINDS.of_family("binary") if kind != "ops.where"]
UNTRUE = ("ops.mod", "ops.logaddexp")
OF_NUMBERS = ("ops.add", "ops.multiply", "ops.power", "ops.maximum", "ops.greater")


def rows(kind: str) -> list[Row]:
    return [
        row(kind, {}, (4, 6), (4, 6), macs=0),
        row(kind, {}, (4, 1), (1, 6)),
        row(kind, {}, (None, 4), (6, 1)),
        row(kind, {}, (), ()),
        row(kind, {"x2": 2}, (4, 6)),
        row(kind, {"x1": 0.5}, (None, 6)),
        row(kind, {"x2": [1.5, 2.0, 3.0]}, (4, 3)),
        row(kind, {"x1": [[1], [2]]}, (2, 3)),
        row(kind, {}, Tensor((4,), "float16"), Tensor((4,), "float32")),
        row(kind, {"x2": 0.5}, Tensor((4,), "float16"), states="float16" * (kind in UNTRUE)),
        row(kind, {}, (4, 6), (5, 6), fails=True),
        row(kind, {"x2": [1, 2]}, (4, 3), fails=True),
        row(kind, {"x1": 1, "x2": 2}, (4, 3), fails=True),
        row(kind, {}, (4, 3), fails=True),
        row(kind, {}, (2, 2), (2,), stricter=BATCH),
        row(kind, {"x2": [[1.0, 2.0]]}, (2,), stricter=BATCH),
    ]


ROWS = [
    *(one for kind in KINDS_OF_TWO for one in rows(kind)),
    *(
        row(kind, {}, Tensor((4,), "bool"), Tensor((4,), "bool"), stricter=RUNS_NOT)
        for kind in OF_NUMBERS
    ),
    row("ops.where", {}, Tensor((4, 6), "bool"), (4, 6), (1, 6), macs=0),
    row("ops.where", {"x2": -1e9}, Tensor((6, 1), "bool"), (None, 6)),
    row("ops.where", {"x1": 1, "x2": 0}, Tensor((4,), "bool")),
    row("ops.where", {"x1": 1.5, "x2": 0}, Tensor((4,), "bool")),
    row("ops.where", {}, Tensor((4,), "bool"), Tensor((4,), "int32"), (4,)),
    row("ops.where", {}, (4,), (4,), (4,)),
    row("ops.where", {}, Tensor((4,), "bool"), (4,), (5,), fails=True),
    row("ops.where", {}, Tensor((4,), "bool"), (4,), fails=True),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)


DTYPES = (
    "bool", "uint8", "uint16", "uint32", "int8", "int16", "int32", "int64", "float16", "bfloat16",
    "float32", "float64", "int", "float",
)  # fmt: skip


def test_dtypes_are_promoted_as_by_keras() -> None:
    python = {"int": int, "float": float}
    for count in (1, 2, 3):
        for dtypes in product(DTYPES, repeat=count):
            theirs = keras.backend.result_type(*(python.get(one, one) for one in dtypes))
            assert promoted(*dtypes) == theirs, dtypes


SIZES = st.lists(st.sampled_from([1, 2, 3, None]), min_size=2, max_size=2).map(tuple)


@given(st.sampled_from(["ops.add", "ops.equal", "ops.divide"]), SIZES, SIZES)
def test_broadcasting(
    kind: str, one: tuple[int | None, ...], other: tuple[int | None, ...]
) -> None:
    case = row(kind, {}, one, other)
    mine, keras_says = ours(case), theirs(case)
    if isinstance(mine, Mismatch):
        assert isinstance(keras_says, Exception), keras_says
    else:
        assert isinstance(mine, Outcome)
        assert mine == keras_says
