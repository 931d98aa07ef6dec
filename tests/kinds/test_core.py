import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

SWAPPED = "Keras 3.15 swaps the axes that `...` stands for in the shape that it states"
TOKENS = Tensor((12,), "int32")

ROWS = [
    # Dense
    row("Dense", {"units": 10}, (64,), macs=640),
    row("Dense", {"units": 10, "use_bias": False, "activation": "softmax"}, (7, 7, 64), macs=49 * 640),
    row("Dense", {"units": 10}, (None, 64), macs=None),
    row("Dense", {"units": 10}, Tensor((64,), "int32")),
    row("Dense", {"units": 10, "dtype": "mixed_bfloat16"}, (64,)),
    row("Dense", {"units": 10, "dtype": "float64", "trainable": False}, (64,)),
    row("Dense", {"units": 10, "kernel_initializer": "identity"}, (64,)),
    row("Dense", {"units": 10, "kernel_initializer": None, "bias_initializer": {"Constant": {"value": 3}}}, (64,)),
    row("Dense", {"units": 10, "bias_regularizer": {"L1L2": {"l1": 0.1}}, "kernel_constraint": "NonNeg"}, (64,)),
    row("Dense", {"units": 10}, (7, None), fails=True),
    row("Dense", {"units": 10}, (), fails=True),
    row("Dense", {"units": 10, "activation": "softmax"}, (2, 2, 2, 8)),
    row("Dense", {"units": 10, "kernel_regularizer": "orthogonal_regularizer", "activity_regularizer": "OrthogonalRegularizer"}, (8,)),
    row("Dense", {"units": 10, "kernel_constraint": {"MaxNorm": {"axis": [0, -1]}}, "bias_constraint": {"UnitNorm": {"axis": -1}}}, (8,)),
    row("Dense", {"units": 10, "activation": "softmax"}, (2, 2, 2, 2, 8), stricter=RUNS_NOT),
    row("Dense", {"units": 10, "bias_regularizer": "orthogonal_regularizer"}, (8,), stricter=RUNS_NOT),
    row("Dense", {"units": 10, "activity_regularizer": "orthogonal_regularizer"}, (7, 8), stricter=RUNS_NOT),
    row("Dense", {"units": 10, "kernel_constraint": {"MaxNorm": {"axis": 2}}}, (8,), stricter=RUNS_NOT),
    row("Dense", {"units": 10, "bias_constraint": {"UnitNorm": {"axis": 1}}}, (8,), stricter=RUNS_NOT),
    row("Dense", {"units": 10, "kernel_constraint": {"UnitNorm": {"axis": [0, -2]}}}, (8,), stricter=RUNS_NOT),
    row("Dense", {"units": 0}, (64,), fails=True),
    row("Dense", {"units": 10, "bias_initializer": "identity"}, (64,), fails=True),
    row("Dense", {"units": 10, "kernel_initializer": {"VarianceScaling": {"scale": 0}}}, (64,), fails=True),
    row("Dense", {"units": 10, "kernel_regularizer": {"L2": {"l1": 0.1}}}, (64,), fails=True),
    row("Dense", {}, (64,), fails=True),
    # EinsumDense
    row("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [None, 64], "bias_axes": "d"}, (32, 128), macs=32 * 128 * 64),
    row("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [32, 64]}, (32, 128), macs=32 * 128 * 64),
    row("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 64, "bias_axes": "y"}, (32, 128), macs=32 * 128 * 64),
    row("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 64, "activation": "relu"}, (128,)),
    row("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [None, 64]}, (None, 128), macs=None),
    row("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 64}, (7, 7, 128)),
    row("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 64}, (None, 7, 128), stricter=SWAPPED),
    row("EinsumDense", {"equation": "ab...,bc->ac...", "output_shape": [5], "bias_axes": "c"}, (128, 3, 4), macs=128 * 5 * 12),
    row("EinsumDense", {"equation": "abc,cde->abde", "output_shape": [None, 4, 2], "bias_axes": "de"}, (5, 16)),
    row("EinsumDense", {"equation": "abde,dec->abc", "output_shape": [5, 16], "bias_axes": "c"}, (5, 4, 2)),
    row("EinsumDense", {"equation": "abc,cd->adb", "output_shape": [64, 32], "bias_axes": "d"}, (32, 128)),
    row("EinsumDense", {"equation": "ab,bc->ac", "output_shape": 3, "kernel_initializer": "he_normal", "kernel_constraint": "NonNeg"}, (8,)),
    row("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [5, 64]}, (32, 128), fails=True),
    row("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [5, 64]}, (None, 128), fails=True),
    row("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [None, 64]}, (32, None), fails=True),
    row("EinsumDense", {"equation": "abc,cd->abz", "output_shape": [None, 64]}, (32, 128), fails=True),
    row("EinsumDense", {"equation": "abc,cdz->abd", "output_shape": [None, 64]}, (32, 128), fails=True),
    row("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [None, 64], "bias_axes": "c"}, (32, 128), fails=True),
    row("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [None, None]}, (32, 128), fails=True),
    row("EinsumDense", {"equation": "abc->abd", "output_shape": [None, 64]}, (32, 128), fails=True),
    row("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [64]}, (32, 128), fails=True),
    row("EinsumDense", {"equation": "abc,ad->abd", "output_shape": [32, 64]}, (32, 128), fails=True),
    row("EinsumDense", {"equation": "abcd,de->abce", "output_shape": [None, 64]}, (32, 128), fails=True),
    # Identity, Masking
    row("Identity", {}, (7, 8), macs=0),
    row("Identity", {}, (None,)),
    row("Identity", {}, Tensor((7,), "uint8")),
    row("Identity", {"mode": 1}, (7,), fails=True),
    row("Masking", {}, (7, 8), macs=0),
    row("Masking", {"mask_value": -1.0}, (None, 8)),
    row("Masking", {}, Tensor((7, 8), "int32")),
    row("Masking", {"mask_value": "pad"}, (7, 8), stricter="a text is no number, whenever Keras may notice"),
    # Embedding
    row("Embedding", {"input_dim": 100, "output_dim": 16}, TOKENS, macs=0),
    row("Embedding", {"input_dim": 100, "output_dim": 16, "mask_zero": True, "embeddings_initializer": "normal"}, Tensor((3, 4), "int64")),
    row("Embedding", {"input_dim": 100, "output_dim": 16, "embeddings_regularizer": "l2", "embeddings_constraint": {"UnitNorm": {"axis": 1}}}, (12,)),
    row("Embedding", {"input_dim": 100, "output_dim": 16, "dtype": "mixed_float16"}, Tensor((), "uint8")),
    row("Embedding", {"input_dim": 100, "output_dim": 16}, Tensor((None,), "int32"), macs=0),
    row("Embedding", {"input_dim": 0, "output_dim": 16}, TOKENS, fails=True),
    # ReversibleEmbedding
    row("ReversibleEmbedding", {"input_dim": 100, "output_dim": 16}, TOKENS, macs=0),
    row("ReversibleEmbedding", {"input_dim": 100, "output_dim": 16, "mask_zero": True}, Tensor((None,), "int32")),
    row("ReversibleEmbedding", {"input_dim": 100, "output_dim": 16}, (12, 16), call={"reverse": True}, macs=12 * 16 * 100),
    row("ReversibleEmbedding", {"input_dim": 100, "output_dim": 16}, (None, 16), call={"reverse": True}, macs=None),
    row("ReversibleEmbedding", {"input_dim": 100, "output_dim": 16}, (16,), call={"reverse": True}, macs=16 * 100),
    row("ReversibleEmbedding", {"input_dim": 100, "output_dim": 16, "tie_weights": False}, (12, 16), call={"reverse": True}),
    row("ReversibleEmbedding", {"input_dim": 100, "output_dim": 16, "logit_soft_cap": 3}, (12, 16), call={"reverse": True}),
    row("ReversibleEmbedding", {"input_dim": 100, "output_dim": 16}, (12, 8), call={"reverse": True}, stricter=RUNS_NOT),
    row("ReversibleEmbedding", {"input_dim": 100, "output_dim": 0}, TOKENS, fails=True),
    row("Embedding", {"input_dim": 100, "output_dim": 0}, TOKENS, fails=True),
    row("Embedding", {"input_dim": 100}, TOKENS, fails=True),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
