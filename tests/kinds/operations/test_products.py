"""Products summed over axes."""

import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

BATCH = "it would multiply examples with one another"
M = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
"""A matrix of 3×2."""

ROWS = [
    row("ops.matmul", {}, (4, 6), (6, 3), macs=4 * 6 * 3),
    row("ops.matmul", {}, (2, None, 6), (1, 6, 3), macs=None),
    row("ops.matmul", {}, (4, None), (6, 3), macs=None),
    row("ops.matmul", {"x2": M}, (4, 3), macs=4 * 3 * 2),
    row("ops.matmul", {"x2": M}, (3,), macs=3 * 2),
    row("ops.matmul", {"x2": [1.0, 2.0, 3.0]}, (4, 3), macs=4 * 3),
    row("ops.matmul", {"x1": M}, (2, 5), macs=3 * 2 * 5),
    row("ops.matmul", {"x2": M}, (5, 4, 3)),
    row("ops.matmul", {}, Tensor((4, 6), "int8"), Tensor((6, 3), "int8")),
    row("ops.matmul", {}, (4, 6), (5, 3), fails=True),
    row("ops.matmul", {"x2": M}, (4, 2), fails=True),
    row("ops.matmul", {"x2": 2}, (4, 2), fails=True),
    row("ops.matmul", {}, (6,), (6, 3), stricter=BATCH),
    row("ops.matmul", {}, (None,), (None,), stricter=BATCH),
    row("ops.matmul", {}, (2, 3, 6), (6, 3), stricter=BATCH),
    row("ops.dot", {"x2": M}, (4, 3), macs=4 * 3 * 2),
    row("ops.dot", {"x2": M}, (None, 3), macs=None),
    row("ops.dot", {"x2": [1, 2, 3]}, (4, 3), macs=4 * 3),
    row("ops.dot", {"x2": [[M[0], M[1]], [M[1], M[2]]]}, (4, 2), macs=4 * 2 * 2 * 2),
    row("ops.dot", {"x2": M}, (4, 2), fails=True),
    row("ops.dot", {}, (4, 6), (6, 3), stricter=BATCH),
    row("ops.dot", {"x1": M}, (2, 6), stricter=BATCH),
    row("ops.tensordot", {"x2": M, "axes": 1}, (4, 3), macs=4 * 3 * 2),
    row("ops.tensordot", {"x2": M}, (5, 3, 2), macs=5 * 3 * 2),
    row("ops.tensordot", {"x2": M, "axes": [[1], [1]]}, (2, None), macs=None),
    row("ops.tensordot", {"x2": M, "axes": [[-1, 1], [0, -1]]}, (2, 3), macs=3 * 2),
    row("ops.tensordot", {"x2": M, "axes": 1}, (4, 2), stricter=RUNS_NOT),
    row("ops.tensordot", {"x2": M, "axes": [[1], [5]]}, (2, 3), fails=True),
    row("ops.tensordot", {"axes": 1}, (4, 6), (6, 3), stricter=BATCH),
    row("ops.dot_product_attention", {}, (7, 2, 8), (5, 2, 8), (5, 2, 8), macs=2 * 7 * 5 * 2 * 8),
    row(
        "ops.dot_product_attention",
        {"is_causal": True, "scale": 0.5},
        (None, 4, 8),
        (None, 2, 8),
        (None, 2, 8),
    ),
    row("ops.dot_product_attention", {}, (7, 2, 8), (5, 2, 8), (5, 2, 8), (2, 7, 5)),
    row(
        "ops.dot_product_attention",
        {},
        (7, 2, 8),
        (5, 2, 8),
        (5, 2, 8),
        (1, 1, 5),
        Tensor((2, 7, 5), "bool"),
    ),
    row("ops.dot_product_attention", {}, (7, 2, 8), (5, 2, 8), fails=True),
    row("ops.dot_product_attention", {}, (7, 2, 8), (5, 2, 6), (5, 2, 6), stricter=RUNS_NOT),
    row("ops.dot_product_attention", {}, (7, 3, 8), (5, 2, 8), (5, 2, 8), stricter=RUNS_NOT),
    row(
        "ops.dot_product_attention",
        {},
        (7, 2, 8),
        (5, 2, 8),
        (5, 2, 8),
        (2, 7, 6),
        stricter=RUNS_NOT,
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
