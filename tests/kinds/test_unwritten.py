"""What Keras hands on beside the values of tensors, masks and stated dtypes: for every kind as Keras
itself does, and a spec whose layers fail on it is refused.
"""

from __future__ import annotations

import json
from typing import Any

import keras
import pytest
from keras.src.backend.common.masking import get_keras_mask, set_keras_mask

import archspec
from archspec.backends.keras.model import apply, make_layer
from archspec.layers import KINDS, Layer, Mismatch
from archspec.tensor import Tensor
from tests.kinds.oracle import Row
from tests.kinds.rows import ROWS

OTHERS = {
    "StringLookup",  # inverted, of texts
    "SpectralNormalization",  # its inner layer's, which Keras leaves on the tensor at run
}
FIRST = {
    row.kind: row
    for row in reversed(ROWS)
    if not (row.fails or row.stricter or row.roles or row.kind.startswith("ops."))
    and row.kind not in OTHERS
    and all(tensor.shape for tensor in row.tensors)
}
"""A row of each kind that takes tensors of an axis or more."""


def called(layer: Layer, tensors: list[Tensor], masked: bool) -> Any:
    """What Keras gives for symbolic tensors, with masks of their positions."""
    inputs = [keras.Input(tensor.shape, dtype=tensor.dtype) for tensor in tensors]
    for tensor in inputs if masked else ():
        set_keras_mask(tensor, keras.Input(tensor.shape[1:-1], dtype="bool"))
    return apply(make_layer(layer), layer, inputs)[0]


def made(row: Row) -> Layer:
    return KINDS[row.kind](**row.arguments)


@pytest.mark.parametrize("row", FIRST.values(), ids=FIRST)
def test_a_mask_is_handed_on_as_in_keras(row: Row) -> None:
    layer, tensors = made(row), list(row.tensors)
    layer.infer(*tensors)
    try:
        axes = layer.mask_axes(tensors, [len(tensor.shape) - 1 for tensor in tensors])
    except Mismatch:
        return  # what Keras does then, the cases below say
    assert (axes is not None) == (get_keras_mask(called(layer, tensors, masked=True)) is not None)
    assert layer.mask_axes(tensors, [None] * len(tensors)) is None or layer.makes_mask


@pytest.mark.parametrize("row", FIRST.values(), ids=FIRST)
def test_integers_are_stated_as_floating_where_keras_does_so(row: Row) -> None:
    layer = made(row)
    tensors = [Tensor(tensor.shape, "int32") for tensor in row.tensors]
    try:
        inferred = layer.infer(*tensors).output.dtype
    except Mismatch:
        return  # it takes no integers
    stated = called(layer, tensors, masked=False).dtype
    expected = "dtype" not in row.arguments and layer.states_floats
    assert (stated != inferred) == (expected and inferred == "int32")


EMBEDDING = {"name": "e", "Embedding": {"input_dim": 5, "output_dim": 4, "mask_zero": True}}
OF_POSITIONS = "takes the mask that comes with its input, one of positions, for one of scores"
SEVERAL_AXES = "takes a mask of one axis of positions"
CASES: list[tuple[list[int], list[Any], str]] = [
    ([3], ["Softmax"], OF_POSITIONS),
    ([3, 6], ["Softmax"], OF_POSITIONS),
    ([], ["Softmax"], OF_POSITIONS),
    ([3], [{"LSTM": {"units": 2, "return_sequences": True}}, "Softmax"], OF_POSITIONS),
    ([3], [{"TimeDistributed": {"layer": "Softmax"}}], OF_POSITIONS),
    ([3], [{"StochasticDepth": {"rate": 0.1}}, "Softmax"], OF_POSITIONS),
    ([3], [{"SpectralNormalization": {"layer": {"Dense": {"units": 3}}}}, "Softmax"], OF_POSITIONS),
    ([3], ["RotaryEmbedding", "Softmax"], OF_POSITIONS),
    ([3, 6], [{"MultiHeadAttention": {"num_heads": 2, "key_dim": 2}}], SEVERAL_AXES),
    ([3, 6], [{"from": ["e", "e"], "DotProductAttention": {}}], SEVERAL_AXES),
    ([3], [{"Activation": {"activation": "softmax"}}], ""),
    ([3], [{"LSTM": {"units": 2}}, "Softmax"], ""),
    ([3], ["Flatten", "Softmax"], ""),
    ([3], [{"from": ["e", "e"], "Dot": {"axes": [1, 1]}}, "Softmax"], ""),
    ([3], [{"Slice": {"axis": -1, "stop": 2}}, "Softmax"], ""),
    ([3], [{"MultiHeadAttention": {"num_heads": 2, "key_dim": 2}}], ""),
    ([3], [{"from": {"inputs": "e", "mask": "m"}, "Softmax": {}}], ""),
]
"""The shape of tokens, the layers behind their masked embedding, and why they are refused; with no
reason they run. Each of those that are refused fails in Keras when it is called.
"""


def spec(tokens: list[int], layers: list[Any]) -> dict[str, Any]:
    inputs = {"tokens": {"shape": tokens, "dtype": "int32"}}
    if "'m'" in str(layers):
        inputs["m"] = {"shape": [*tokens, 4], "dtype": "bool"}
    return {"archspec": 1, "name": "net", "inputs": inputs, "layers": [EMBEDDING, *layers]}


@pytest.mark.parametrize(("tokens", "layers", "reason"), CASES)
def test_a_layer_that_fails_on_a_mask_is_refused(
    tokens: list[int], layers: list[Any], reason: str
) -> None:
    document = spec(tokens, layers)
    if reason:
        with pytest.raises(archspec.SpecError, match=reason) as caught:
            archspec.compile(document)
        (problem,) = caught.value.diagnostics
        assert problem.notes == ("the mask is that of `e`, with `mask_zero: true`",)
        return
    model = archspec.build(document)
    model({one.name: keras.ops.ones((2, *one.shape[1:]), one.dtype) for one in model.inputs})


SLICE = {"Slice": {"axis": -1, "stop": 2}}


@pytest.mark.parametrize("dtype", ["bool", "int32"])
@pytest.mark.parametrize(
    ("layers", "accepted"),
    [
        ([SLICE], True),
        ([{"Cropping2D": {"cropping": 1}}], True),
        ([{"Cropping2D": {"cropping": 1}}, SLICE], False),
        (["ZeroPadding2D", {"Permute": {"dims": [2, 1, 3]}}, SLICE], False),
        (["ZeroPadding2D", {"ops.cast": {"dtype": "DTYPE"}}, SLICE], True),
        (["ZeroPadding2D", {"ops.cast": {"dtype": "float32"}}, SLICE], True),
        (["ZeroPadding2D", {"ops.not_equal": {"x2": 0}}, SLICE], True),
        (["ZeroPadding2D", {"ops.argmax": {"axis": 1}}, SLICE], True),
        (["ZeroPadding2D", "ops.ones_like", SLICE], False),
    ],
)
def test_a_slice_keeps_the_dtype_of_integers(layers: list[Any], accepted: bool, dtype: str) -> None:
    layers = json.loads(json.dumps(layers).replace("DTYPE", dtype))
    shape = {"shape": [4, 4, 3], "dtype": dtype}
    document = {"archspec": 1, "name": "net", "input": shape, "layers": layers}
    if not accepted:
        with pytest.raises(archspec.SpecError, match=f"floating numbers of the {dtype} numbers"):
            archspec.compile(document)
        return
    inferred = archspec.compile(document)
    output = archspec.build(document)(keras.ops.ones((2, 4, 4, 3), dtype))
    assert keras.backend.standardize_dtype(output.dtype) == inferred.nodes[-1].output.dtype
