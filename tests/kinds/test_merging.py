import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archspec.layers import KINDS
from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Mismatch, Outcome, Row, check_row, ours, row, theirs

ELEMENTWISE = ("Add", "Multiply", "Average", "Maximum", "Minimum", "Subtract")
MIXED = "what comes of two types of integers is a type of its own, of which Keras states floating numbers"
BATCH = "an axis that is the batch's would mix examples"


def elementwise(kind: str) -> list[Row]:
    """What all the kinds that broadcast share."""
    return [
        row(kind, {}, (7, 7, 64), (7, 7, 64), macs=0),
        row(kind, {}, (7, 7, 64), (1, 1, 64)),
        row(kind, {}, (1, 7, 1), (7, 1, 64)),
        row(kind, {}, (64,), (7, 7, 64)),
        row(kind, {}, (7, 7, 64), ()),
        row(kind, {}, (), ()),
        row(kind, {}, (None, 7, 64), (None, 7, 64)),
        row(kind, {}, (None, 7, 64), (7, 1, 1)),
        row(kind, {}, (1, 64), (None, 64)),
        row(kind, {}, Tensor((7,), "int32"), Tensor((7,), "float16")),
        row(kind, {"dtype": "mixed_float16"}, (7,), (7,)),
        row(kind, {}, (7, 7, 64), (7, 7, 32), fails=True),
        row(kind, {}, (7, 64), (7, 7, 32), fails=True),
        row(kind, {}, (7, 7), (7, 8, 9), fails=True),
    ]


ROWS = [
    *(one for kind in ELEMENTWISE for one in elementwise(kind)),
    row("Add", {}, (7, 7, 64), (1, 1, 64), (7, 1, 1)),
    row("Add", {}, (7,), (1,), (8,), fails=True),
    row("Add", {}, (1,), (7,), (None,)),
    row("Add", {}, (None,), (2,), (3,), stricter=RUNS_NOT),
    row("Add", {}, (None,), (2,), (1,)),
    row("Subtract", {}, (7,), (7,), (7,), fails=True),
    row("Concatenate", {}, (7, 7, 64), (7, 7, 32), macs=0),
    row("Concatenate", {"axis": 1}, (3, 64), (4, 64), (5, 64)),
    row("Concatenate", {"axis": -2}, (3, 64), (4, 64)),
    row("Concatenate", {}, (None, None, 64), (None, None, 32)),
    row("Concatenate", {}, (None, 64), (8, 32)),
    row("Concatenate", {}, (8, 64), (None, 32)),
    row("Concatenate", {}, (8, 64), (8, None), (8, 3)),
    row("Concatenate", {"axis": 1}, (None, None), (3, 4)),
    row("Concatenate", {}, Tensor((7,), "int32"), Tensor((8,), "int32")),
    row("Concatenate", {}, Tensor((7,), "bool"), Tensor((8,), "bool")),
    row("Concatenate", {}, Tensor((7,), "uint8"), Tensor((8,), "int32"), stricter=MIXED),
    row("Add", {}, Tensor((7,), "uint8"), Tensor((7,), "int32"), stricter=MIXED),
    row("Multiply", {}, Tensor((7,), "bool"), Tensor((7,), "bool"), stricter=RUNS_NOT),
    row(
        "Average",
        {},
        Tensor((7,), "int32"),
        Tensor((7,), "int32"),
        stricter="of integers it gives float64, and Keras states float32",
    ),
    row("Concatenate", {"dtype": "mixed_float16"}, Tensor((7,), "int32"), (8,)),
    row("Concatenate", {}, (56, 56, 64), (28, 28, 64), fails=True),
    row("Concatenate", {}, (1, 64), (4, 64), fails=True),
    row("Concatenate", {}, (None, 4), (3, 4), (4, 4), fails=True),
    row("Concatenate", {}, (7, 64), (64,), fails=True),
    row("Concatenate", {"axis": 3}, (7, 64), (7, 64), fails=True),
    row("Concatenate", {"axis": -4}, (7, 64), (7, 64), fails=True),
    row(
        "Concatenate",
        {"axis": 2},
        (7, None),
        (7,),
        stricter="Keras looks no further than the unknown size; the ranks differ",
    ),
    row("Concatenate", {"axis": 0}, (7, 64), (7, 64), stricter=BATCH),
    row("Concatenate", {"axis": -3}, (7, 64), (7, 64), stricter=BATCH),
    row("Concatenate", {}, (), (), stricter=BATCH),
    row("Dot", {"axes": -1}, (7, 8), (5, 8), macs=7 * 5 * 8),
    row("Dot", {"axes": [2, 1], "normalize": True}, (7, 8), (8, 5)),
    row("Dot", {"axes": 1}, (8,), (8,), macs=8),
    row("Dot", {"axes": -1}, (None, 8), (5, 8), macs=None),
    row("Dot", {"axes": 1}, (7, 8), (5, 8), fails=True),
    row("Dot", {"axes": 0}, (7, 8), (7, 8), stricter=BATCH),
    row("Dot", {}, (7, 8), (7, 8), fails=True),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)


Shape = tuple[int | None, ...]

MESSAGES = [
    ("Add", {}, [(56, 56, 64), (28, 28, 64)], "56×56×64 (input 1) and 28×28×64 (input 2) cannot be added: their heights are 56 and 28"),
    ("Multiply", {}, [(7, 7, 64), (1, 1, 64), (1, 1, 4)], "7×7×64 (input 1) and 1×1×4 (input 3) cannot be multiplied: their channels are 64 and 4"),
    ("Add", {}, [(9,), (4, 8)], "9 (input 1) and 4×8 (input 2) cannot be added: their channels are 9 and 8"),
    ("Add", {}, [(4, 8), (5, 8)], "4×8 (input 1) and 5×8 (input 2) cannot be added: their sizes on axis -2 are 4 and 5"),
    ("Concatenate", {}, [(8, 1, 3), (8, 9, 3)], "8×1×3 (input 1) and 8×9×3 (input 2) cannot be joined along axis -1: their widths are 1 and 9"),
    ("Concatenate", {"axis": 2}, [(None, 3), (8, 3), (9, 3)], "8×3 (input 2) and 9×3 (input 3) cannot be joined along axis 2: "
     "their sizes on axis -2 are 8 and 9"),
    ("Concatenate", {}, [(8, 3), (3,)], "8×3 (input 1) and 3 (input 2) cannot be joined: they have 2 and 1 axes"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "arguments", "shapes", "message"), MESSAGES)
def test_the_complaint_names_the_inputs_that_disagree(
    kind: str, arguments: dict[str, Any], shapes: list[Shape], message: str
) -> None:
    with pytest.raises(Mismatch) as caught:
        KINDS[kind](**arguments).infer(*map(Tensor, shapes))
    numbers = tuple(int(number) - 1 for number in re.findall(r" \(input (\d+)\)", message))
    plain = re.sub(r" \(input \d+\)", "", message)
    assert (caught.value.message, caught.value.inputs) == (plain, numbers)


SHAPES = st.lists(
    st.lists(st.sampled_from([1, 2, 2, 3, None]), max_size=3).map(tuple), min_size=2, max_size=4
)


def agree(row: Row) -> None:
    mine, keras_says = ours(row), theirs(row)
    both_fail = isinstance(mine, Mismatch) and isinstance(keras_says, Exception)
    assert mine == keras_says if isinstance(mine, Outcome) else both_fail, f"{row}: {keras_says}"


@settings(max_examples=200)
@given(st.sampled_from(ELEMENTWISE), SHAPES)
def test_broadcasting(kind: str, shapes: list[Shape]) -> None:
    try:  # 1 in the place of the unknown fits wherever anything does
        np.broadcast_shapes(*(tuple(size or 1 for size in shape) for shape in shapes))
    except ValueError:
        assert isinstance(ours(row(kind, {}, *shapes)), Mismatch)
    else:
        agree(row(kind, {}, *shapes))


@settings(max_examples=200)
@given(st.data(), st.integers(1, 3), st.integers(2, 4))
def test_concatenation(data: st.DataObject, rank: int, count: int) -> None:
    shape = st.lists(st.sampled_from([1, 2, 2, 2, None]), min_size=rank, max_size=rank).map(tuple)
    axis = data.draw(
        st.sampled_from([axis for axis in range(-rank - 2, rank + 3) if axis not in (0, -rank - 1)])
    )
    agree(
        row(
            "Concatenate",
            {"axis": axis},
            *data.draw(st.lists(shape, min_size=count, max_size=count)),
        )
    )
