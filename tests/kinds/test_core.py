import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import Row, check_row, row

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
    row("Dense", {"units": 0}, (64,), fails=True),
    row("Dense", {"units": 10, "bias_initializer": "identity"}, (64,), fails=True),
    row("Dense", {"units": 10, "kernel_initializer": {"VarianceScaling": {"scale": 0}}}, (64,), fails=True),
    row("Dense", {"units": 10, "kernel_regularizer": {"L2": {"l1": 0.1}}}, (64,), fails=True),
    row("Dense", {}, (64,), fails=True),
    # Embedding
    row("Embedding", {"input_dim": 100, "output_dim": 16}, TOKENS, macs=0),
    row("Embedding", {"input_dim": 100, "output_dim": 16, "mask_zero": True, "embeddings_initializer": "normal"}, Tensor((3, 4), "int64")),
    row("Embedding", {"input_dim": 100, "output_dim": 16, "embeddings_regularizer": "l2", "embeddings_constraint": {"UnitNorm": {"axis": 1}}}, (12,)),
    row("Embedding", {"input_dim": 100, "output_dim": 16, "dtype": "mixed_float16"}, Tensor((), "uint8")),
    row("Embedding", {"input_dim": 100, "output_dim": 16}, Tensor((None,), "int32"), macs=0),
    row("Embedding", {"input_dim": 0, "output_dim": 16}, TOKENS, fails=True),
    row("Embedding", {"input_dim": 100, "output_dim": 0}, TOKENS, fails=True),
    row("Embedding", {"input_dim": 100}, TOKENS, fails=True),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
