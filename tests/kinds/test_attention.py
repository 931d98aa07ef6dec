import pytest

from archspec.layers import KINDS
from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

KIND = "MultiHeadAttention"
SMALL = {"num_heads": 2, "key_dim": 4}
NONSENSE = "Keras would attend over examples, heads or channels"

GROUPS = "GroupQueryAttention"
HEADS = {"head_dim": 8, "num_query_heads": 4, "num_key_value_heads": 2}


def one_head(kind: str) -> list[Row]:
    return [
        row(kind, {}, (5, 8), (7, 8), macs=5 * 7 * (8 + 8)),
        row(kind, {"dropout": 0.5}, (5, 8), (7, 6), (7, 8)),
        row(kind, {}, (None, 8), (7, 8), macs=None),
        row(kind, {}, (5, 8), (7, 6), stricter=RUNS_NOT),
        row(kind, {}, (5, 8), (7, 8), call={"use_causal_mask": True}, macs=5 * 7 * (8 + 8)),
        row(kind, {}, (5, 8), (7, 6), (7, 8), call={"return_attention_scores": True, "training": True}),
        row(kind, {}, (None, 8), (7, 8), call={"return_attention_scores": True}),
        row(kind, {}, (5, 8), (7, 8), (7,), roles=("query", "value", "value_mask")),
        row(kind, {}, (5, 8), (7, 8), Tensor((5,), "bool"), roles=("query", "value", "query_mask")),
        row(kind, {}, (5, 8), (7, 8), (7,), (5,), roles=("query", "value", "value_mask", "query_mask"), call={"use_causal_mask": True}),
        row(kind, {}, (5, 8), (7, 8), (5,), roles=("query", "value", "value_mask"), stricter=RUNS_NOT),
        row(kind, {}, (5, 8), (7, 8), (7,), roles=("query", "value", "query_mask"), stricter=RUNS_NOT),
        row(kind, {"dropout": 2}, (5, 8), (7, 8), stricter="a share is at most 1, whenever Keras may notice"),
    ]  # fmt: skip


ROWS = [
    # ViT-B/16: four projections of 197 tokens, and 197² pairs twice
    row(KIND, {"num_heads": 12, "key_dim": 64}, (197, 768), macs=4 * 197 * 768 * 768 + 2 * 197 * 197 * 768),
    row(KIND, SMALL, (5, 8), (5, 8), macs=4 * 5 * 8 * 8 + 2 * 5 * 5 * 8),
    row(KIND, SMALL, (5, 8), (7, 6), macs=5 * 8 * 8 + 2 * 7 * 6 * 8 + 5 * 8 * 8 + 5 * 7 * 16),
    row(KIND, SMALL, (5, 8), (7, 6), (7, 3), macs=5 * 8 * 8 + 7 * 6 * 8 + 7 * 3 * 8 + 5 * 8 * 8 + 5 * 7 * 16),
    row(KIND, SMALL | {"value_dim": 3}, (5, 8), (7, 6), macs=5 * 8 * 8 + 7 * 6 * 8 + 7 * 6 * 6 + 5 * 6 * 8 + 5 * 7 * (8 + 6)),
    row(KIND, SMALL | {"output_shape": 9}, (5, 8)),
    row(KIND, SMALL | {"output_shape": [3, 2]}, (5, 8), macs=3 * 5 * 8 * 8 + 5 * 8 * 6 + 5 * 5 * 16),
    row(KIND, SMALL | {"use_bias": False, "dropout": 0.1, "seed": 3}, (5, 8)),
    row(KIND, SMALL | {"dropout": 1, "kernel_initializer": "orthogonal", "bias_initializer": "ones"}, (5, 8)),
    row(KIND, SMALL | {"use_bias": False, "bias_initializer": "orthogonal"}, (5, 8)),
    row(KIND, SMALL | {"kernel_regularizer": {"L2": {"l2": 0.1}}, "dtype": "mixed_float16", "trainable": False}, (5, 8)),
    row(KIND, SMALL, Tensor((5, 8), "int32")),
    row(KIND, SMALL, (3, 4, 8), (5, 6, 7), macs=12 * 8 * 8 + 2 * 30 * 7 * 8 + 12 * 8 * 8 + 12 * 30 * 16),
    row(KIND, SMALL | {"attention_axes": 2}, (3, 4, 8), (3, 6, 7), macs=12 * 8 * 8 + 2 * 18 * 7 * 8 + 12 * 8 * 8 + 3 * 4 * 6 * 16),
    row(KIND, SMALL | {"attention_axes": [-3]}, (3, 4, 8), (5, 4, 7)),
    row(KIND, SMALL | {"attention_axes": [2, 1]}, (3, 4, 8)),
    row(KIND, SMALL, (None, 8), macs=None),
    row(KIND, SMALL, (5, 8), (None, 6), macs=None),
    row(KIND, SMALL | {"attention_axes": 2}, (None, 4, 8), (3, 6, 7), macs=None),
    row(KIND, SMALL, (5, None), fails=True),
    row(KIND, SMALL, (5, None), (5, 8), fails=True),
    row(KIND, SMALL, (5, 8), (5, None), fails=True),
    row(KIND, SMALL, (5, 8), (5, 8), (5, None), fails=True),
    row(KIND, SMALL | {"output_shape": 3}, (5, None), fails=True),
    row(KIND, SMALL, (5, 8), (7, 6), (6, 3), fails=True),
    row(KIND, SMALL, (5, 8), (None, 6), (7, 3), fails=True),
    row(KIND, SMALL, (3, 4, 8), (3, 4, 8), (4, 8), fails=True),
    row(KIND, SMALL, (), fails=True),
    row(KIND, SMALL | {"num_heads": 0}, (5, 8), fails=True),
    row(KIND, SMALL | {"dropout": 1.5}, (5, 8), fails=True),
    row(KIND, SMALL | {"kernel_initializer": None}, (5, 8), fails=True),
    row(KIND, SMALL | {"kernel_initializer": "identity"}, (5, 8), fails=True),
    row(KIND, SMALL | {"bias_initializer": "orthogonal"}, (5, 8), fails=True),
    row(KIND, SMALL | {"attention_axes": 7}, (3, 4, 8), fails=True),
    row(KIND, {"num_heads": 2}, (5, 8), fails=True),
    row(KIND, SMALL, (8,), stricter=RUNS_NOT),
    row(KIND, SMALL, (3, 4, 8), (4, 8), stricter=RUNS_NOT),
    row(KIND, SMALL, (4, 8), (3, 4, 8), stricter=RUNS_NOT),
    row(KIND, SMALL | {"attention_axes": 2}, (3, 4, 8), (5, 4, 7), stricter=RUNS_NOT),
    row(KIND, SMALL | {"attention_axes": [1, 1]}, (3, 4, 8), stricter=RUNS_NOT),
    row(KIND, SMALL | {"attention_axes": []}, (3, 4, 8), stricter=RUNS_NOT),
    row(KIND, SMALL, (2, 2, 2, 8)),
    row(KIND, SMALL, (2, 2, 2, 2, 8), stricter=RUNS_NOT),
    row(KIND, SMALL | {"attention_axes": 1}, (3, 4, 8)),
    row(KIND, SMALL | {"attention_axes": 1}, (3, 4, 2, 8), stricter=RUNS_NOT),
    row(KIND, SMALL | {"attention_axes": 0}, (3, 4, 8), stricter=NONSENSE),
    row(KIND, SMALL | {"attention_axes": -1}, (3, 4, 8), stricter=NONSENSE),
    row(KIND, SMALL | {"attention_axes": -9}, (3, 4, 8), stricter=NONSENSE),
    row(KIND, SMALL | {"output_shape": []}, (5, 8), stricter="an empty shape is no size, though Keras takes it for none given"),
    row(KIND, SMALL, (5, 8), call={"use_causal_mask": True}, macs=4 * 5 * 8 * 8 + 2 * 5 * 5 * 8),
    row(KIND, SMALL, (5, 8), (7, 6), call={"use_causal_mask": True, "return_attention_scores": True}),
    row(KIND, SMALL, (5, 8), call={"return_attention_scores": True, "training": False}),
    row(KIND, SMALL, (None, 8), call={"return_attention_scores": True}),
    row(KIND, SMALL, (3, 4, 8), (5, 6, 8), call={"return_attention_scores": True}),
    row(KIND, SMALL | {"attention_axes": 2}, (3, 4, 8), (3, 6, 7), call={"return_attention_scores": True}),
    *(one for shape in [(5, 7), (1, 7), (5, 1), (2, 5, 7), (1, 5, 7), (None, 7)] for one in [
        row(KIND, SMALL, (5, 8), (7, 6), Tensor(shape, "bool"), roles=("query", "value", "attention_mask")),
        row(GROUPS, HEADS | {"num_query_heads": 2}, (5, 16), (7, 16), shape, roles=("query", "value", "attention_mask")),
    ]),
    *(one for shape in [(7,), (3, 5, 7), (1, 2, 5, 7), (4, 7), (7, 5)] for one in [
        row(KIND, SMALL, (5, 8), (7, 6), shape, roles=("query", "value", "attention_mask"), stricter=RUNS_NOT),
        row(GROUPS, HEADS | {"num_query_heads": 2}, (5, 16), (7, 16), shape, roles=("query", "value", "attention_mask"), stricter=RUNS_NOT),
    ]),
    row(KIND, SMALL, (3, 5, 8), (3, 5, 3, 5), roles=("query", "attention_mask")),
    row(KIND, SMALL, (3, 5, 8), (2, 3, 5, 3, 5), roles=("query", "attention_mask")),
    row(KIND, SMALL | {"attention_axes": 2}, (3, 5, 8), (3, 5, 5), roles=("query", "attention_mask")),
    row(KIND, SMALL | {"attention_axes": 2}, (3, 5, 8), (5, 5), roles=("query", "attention_mask")),
    row(KIND, SMALL, (5, 8), (7, 6), (7,), (7,), roles=("query", "value", "value_mask", "key_mask")),
    row(KIND, SMALL, (5, 8), (7, 6), (5,), roles=("query", "value", "value_mask"), stricter=RUNS_NOT),
    row(KIND, SMALL, (3, 5, 8), (3, 5), roles=("query", "value_mask"), stricter=RUNS_NOT),
    row(KIND, SMALL, (3, 5, 8), call={"use_causal_mask": True}, stricter=RUNS_NOT),
    row(KIND, SMALL | {"attention_axes": 2}, (3, 5, 8), call={"use_causal_mask": True}, stricter=RUNS_NOT),
    row(KIND, SMALL | {"attention_axes": 1}, (3, 5, 8), call={"use_causal_mask": True}),
    row(GROUPS, HEADS, (5, 16), (7, 16), call={"return_attention_scores": True, "use_causal_mask": True}),
    row(GROUPS, HEADS, (5, 16), (7, 16), (5,), (7,), (7,), roles=("query", "value", "query_mask", "value_mask", "key_mask")),
    row(GROUPS, HEADS, (5, 16), (7, 16), (7,), roles=("query", "value", "query_mask"), stricter=RUNS_NOT),
    *(one for kind in ("Attention", "AdditiveAttention") for one in one_head(kind)),
    row("Attention", {"score_mode": "concat", "use_scale": True}, (5, 8), (7, 8)),
    row("AdditiveAttention", {"use_scale": False}, (5, 8), (7, 8)),
    row(GROUPS, HEADS, (5, 16), macs=5 * 16 * (4 + 2 + 2 + 4) * 8 + 5 * 5 * 2 * 4 * 8),
    row(GROUPS, HEADS, (5, 16), (7, 16)),
    row(GROUPS, HEADS, (5, 16), (7, 12), fails=True),
    row(GROUPS, HEADS | {"use_bias": False, "dropout": 0.1}, (None, 16), (7, 16), (7, 10)),
    row(GROUPS, HEADS | {"trainable": False}, (5, 16)),
    row(GROUPS, HEADS | {"num_key_value_heads": 3}, (5, 16), fails=True),
    row(GROUPS, HEADS, (5, None), fails=True),
    row("DotProductAttention", {}, (5, 4, 8), (7, 4, 8), macs=2 * 5 * 4 * 8 * 7),
    row("DotProductAttention", {}, (5, 4, 8), (7, 2, 8), (7, 2, 8), (4, 5, 7), Tensor((5, 7), "bool"), roles=("query", "value", "key", "bias", "mask"), call={"use_causal_mask": True}),
    row("DotProductAttention", {}, (5, 4, 8), (7, 2, 8), Tensor((4, 5, 6), "bool"), roles=("query", "value", "mask"), stricter=RUNS_NOT),
    row("DotProductAttention", {"scale": 0.5}, (5, 4, 8), (7, 2, 8), (7, 2, 8)),
    row("DotProductAttention", {"dtype": "mixed_float16"}, (5, 4, 8), (None, 1, 8), macs=None),
    row("DotProductAttention", {}, (5, 4, 8), (7, 3, 8), stricter=RUNS_NOT),
    row("DotProductAttention", {}, (5, 4, 8), (7, 4, 6), stricter=RUNS_NOT),
    row("DotProductAttention", {}, (5, 4, 8), (7, 4, 8), (6, 4, 8), stricter=RUNS_NOT),
    row("DotProductAttention", {"scale": 0}, (5, 4, 8), (7, 4, 8), fails=True),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)


def test_vit_b_16_takes_the_published_multiply_adds() -> None:
    tokens = (197, 768)

    def macs(kind: str, arguments: dict[str, int], *shape: int) -> int:
        return KINDS[kind](**arguments).infer(Tensor(shape))[2] or 0

    patches = macs("Conv2D", {"filters": 768, "kernel_size": 16, "strides": 16}, 224, 224, 3)
    perceptron = macs("Dense", {"units": 3072}, *tokens) + macs("Dense", {"units": 768}, 197, 3072)
    blocks = 12 * (macs(KIND, {"num_heads": 12, "key_dim": 64}, *tokens) + perceptron)
    # torchvision, ViT_B_16_Weights.IMAGENET1K_V1.meta["_ops"]: 17.564e9
    assert round((patches + blocks + macs("Dense", {"units": 1000}, 768)) / 1e9, 3) == 17.564
