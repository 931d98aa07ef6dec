import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archspec.tensor import Tensor
from tests.kinds.oracle import Mismatch, Outcome, Row, check_row, ours, row, theirs

RUNS_NOT = "TensorFlow refuses to run it, though Keras builds it"
EMPTY = "an empty part"
BATCH = "an axis that is the batch's would cut it"

ROWS = [
    row("Flatten", {}, (7, 7, 512), macs=0),
    row("Flatten", {}, (5,)),
    row("Flatten", {}, ()),
    row("Flatten", {}, (None, 3)),
    row("Flatten", {"dtype": "float16"}, Tensor((2, 3), "int32")),
    row("Flatten", {"dtype": "float16"}, (2, 3)),
    row("Flatten", {"data_format": "channels_last"}, (2, 3), stricter="tensors are channels-last"),
    row("Reshape", {"target_shape": [49, 512]}, (7, 7, 512), macs=0),
    row("Reshape", {"target_shape": [-1, 512]}, (7, 7, 512)),
    row("Reshape", {"target_shape": [7, -1, 2]}, Tensor((7, 8), "int32")),
    row("Reshape", {"target_shape": [1]}, ()),
    row("Reshape", {"target_shape": []}, (1, 1)),
    row("Reshape", {"target_shape": [-1, 3]}, (None, 3)),
    row("Reshape", {"target_shape": [4, 3]}, (None, 3)),
    row("Reshape", {"target_shape": [6]}, (None, 3)),
    row("Reshape", {"target_shape": [4]}, (None, 3), stricter=RUNS_NOT),
    row("Reshape", {"target_shape": [50, 512]}, (7, 7, 512), fails=True),
    row("Reshape", {"target_shape": [3, -1]}, (7, 7), fails=True),
    row("Reshape", {"target_shape": [-1, -1]}, (7, 7), fails=True),
    row("Reshape", {"target_shape": [-2, 7]}, (7, 7), fails=True),
    row("Reshape", {"target_shape": [98, -1]}, (7, 7), fails=True),
    row("Reshape", {}, (7, 7), fails=True),
    row("Reshape", {"target_shape": [0, -1]}, (7, 7), fails=True),
    row("Reshape", {"target_shape": [0, 3]}, (None, 3), stricter=RUNS_NOT),
    row(
        "Reshape",
        {"target_shape": [None, 7]},
        (7, 7),
        stricter="-1 says it, and keeps the size known",
    ),
    row("Permute", {"dims": [2, 1]}, (7, 64), macs=0),
    row("Permute", {"dims": [3, 1, 2]}, Tensor((7, None, 64), "int32")),
    row("Permute", {"dims": [1]}, (7,)),
    row("Permute", {"dims": [2, 1]}, (7, 7, 64), fails=True),
    row("Permute", {"dims": [0, 1]}, (7, 64), fails=True),
    row("Permute", {"dims": [1, 1]}, (7, 64), fails=True),
    row("Permute", {"dims": [1, 3]}, (7, 64), fails=True),
    row("Permute", {"dims": []}, (), stricter="it swaps nothing"),
    row("RepeatVector", {"n": 3}, (64,), macs=0),
    row("RepeatVector", {"n": 3}, (None,)),
    row("RepeatVector", {"n": 3}, Tensor((64,), "int32")),
    row("RepeatVector", {"n": 0}, (64,), fails=True),
    row("RepeatVector", {"n": 3}, (4, 64), fails=True),
    row("RepeatVector", {"n": 3}, (), fails=True),
    row("Slice", {"axis": -1, "stop": 16}, (7, 7, 64), macs=0),
    row("Slice", {"axis": 1, "start": 2}, (7, 8)),
    row("Slice", {"axis": 2, "start": -3, "stop": -1}, Tensor((7, 8), "int32")),
    row("Slice", {"axis": -2, "start": 1, "stop": -1, "dtype": "float16"}, (7, 8)),
    row("Slice", {"axis": -2, "start": -7, "stop": 7}, (7, 8)),
    row("Slice", {"axis": 1, "stop": 2, "dtype": "float16"}, (None, 8)),
    row("Slice", {"axis": 1, "stop": 2, "dtype": "float16"}, Tensor((7, 8), "int32")),
    row("Slice", {"axis": 1, "stop": 2}, Tensor((7, 8), "float16")),
    row("Slice", {"axis": 1, "stop": 1}, (None, 8)),
    row("Slice", {"axis": 1, "start": -1}, (None, 8)),
    row("Slice", {"axis": 1, "start": -3, "stop": -1}, (None, 8)),
    row("Slice", {"axis": 1, "start": 1}, (None, 8)),
    row("Slice", {"axis": 1, "start": 1, "stop": -1}, (None, 8)),
    row("Slice", {"axis": 1, "start": -2, "stop": 4}, (None, 8)),
    row("Slice", {"axis": -1, "stop": 2}, (None, 8)),
    row("Slice", {"axis": 1, "start": 7}, (7, 8), fails=True),
    row("Slice", {"axis": 1, "start": -8}, (7, 8), fails=True),
    row("Slice", {"axis": 1, "stop": 8}, (7, 8), fails=True),
    row("Slice", {"axis": 1, "stop": -7}, (7, 8), fails=True),
    row("Slice", {"axis": 1, "start": 3, "stop": -4}, (7, 8), fails=True),
    row("Slice", {"axis": 1, "stop": 0}, (None, 8), fails=True),
    row("Slice", {"axis": 1, "start": 3, "stop": 3}, (None, 8), fails=True),
    row("Slice", {"axis": 1, "start": -1, "stop": -2}, (None, 8), fails=True),
    row("Slice", {"axis": 0, "stop": 1}, (7, 8), fails=True),
    row("Slice", {"axis": 3, "stop": 1}, (7, 8), fails=True),
    row("Slice", {"axis": -3, "stop": 1}, (7, 8), fails=True),
    row("Slice", {"axis": -1, "stop": 1}, (), fails=True),
    row("Parameter", {"shape": [1, 768]}, (197, 768), macs=0),
    row(
        "Parameter", {"shape": [96], "initializer": {"Constant": {"value": 1e-6}}}, (None, None, 96)
    ),
    row(
        "Parameter", {"shape": [], "initializer": "ones", "trainable": False}, Tensor((5,), "int32")
    ),
    row(
        "Parameter", {"shape": [4, 4], "initializer": "orthogonal", "dtype": "mixed_float16"}, (5,)
    ),
    row("Parameter", {"shape": [4], "initializer": "orthogonal"}, (5,), fails=True),
    row("Constant", {"value": [[0.5, 1.0], [2, 3]]}, (4, 6), macs=0),
    row("Constant", {"value": [1, 2, 3]}, (None, 4)),
    row("Constant", {"value": [True, False]}, ()),
    row("Constant", {"value": 2.5, "dtype": "float16"}, Tensor((5,), "int32")),
    row("Constant", {"value": [[1, 2], [3]]}, (5,), fails=True),
    row("Constant", {"value": []}, (5,), stricter="a tensor has at least one number"),
    row("Constant", {"value": ["a"]}, (5,), stricter="a text is no number"),
    row("Parameter", {"shape": [None, 4]}, (5,), fails=True),
    row("Parameter", {}, (5,), fails=True),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)


SIZES = st.lists(st.sampled_from([1, 2, 3, 4, 6, None]), max_size=4)


@settings(max_examples=150)
@given(SIZES, st.lists(st.sampled_from([-1, 1, 2, 3, 4, 6, 12]), max_size=3))
def test_reshape(shape: list[int | None], target: list[int]) -> None:
    reshape = row("Reshape", {"target_shape": target}, tuple(shape))
    mine, keras_says = ours(reshape), theirs(reshape)
    known = math.prod(size for size in shape if size is not None)
    if None in shape and -1 not in target and math.prod(target) % known:
        assert isinstance(mine, Mismatch), "no number of elements fits"
    elif isinstance(mine, Outcome):
        assert mine == keras_says
    else:
        assert isinstance(keras_says, Exception)


@settings(max_examples=100)
@given(st.integers(1, 5), st.integers(-6, 6), st.one_of(st.none(), st.integers(-6, 6)))
def test_slice_is_pythons_but_for_what_is_empty_or_beyond(
    size: int, start: int, stop: int | None
) -> None:
    beyond = any(not -size <= end <= size for end in (start, stop) if end is not None)
    expected = len(range(size)[start:stop])
    mine = ours(row("Slice", {"axis": 1, "start": start, "stop": stop}, (size,)))
    assert (
        isinstance(mine, Mismatch)
        if beyond or not expected
        else isinstance(mine, Outcome) and mine.shape == (expected,)
    )
