"""Products by an equation."""

import pytest

from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

BATCH = "it would move or mix the batch"


def einsum(equation: str, *inputs: tuple[int | None, ...], **about: object) -> Row:
    return row("ops.einsum", {"subscripts": equation}, *inputs, **about)


ROWS = [
    einsum("bqhd,bkhd->bhqk", (7, 2, 8), (5, 2, 8), macs=7 * 5 * 2 * 8),
    einsum("bij, bjk -> bik", (4, 6), (6, 3), macs=4 * 6 * 3),
    einsum("bij->bji", (4, 6), macs=0),
    einsum("bij->b", (4, None), macs=0),
    einsum("b...d,b...d->b...", (4, 6), (4, 6), macs=4 * 6),
    einsum("...ij,...jk->...ik", (2, 4, 6), (1, 6, 3), macs=2 * 4 * 6 * 3),
    einsum("bi,bj,bk->bijk", (2,), (3,), (4,), macs=24),
    einsum("bi,bij->bj", (None,), (6, 4), macs=6 * 4),
    einsum("bij,bjk->bik", (4, 6), (5, 3), stricter=RUNS_NOT),
    einsum("bij,bjk->bik", (4, 6), (6, 3, 2), fails=True),
    einsum("bij,bjk->bik", (4, 6), fails=True),
    einsum("bij,cjk->bik", (4, 6), (6, 3), stricter=BATCH),
    einsum("bij->ijb", (4, 6), stricter=BATCH),
    einsum("ij,bjk->bik", (6,), (6, 3), stricter=BATCH),
    einsum("bij,bjk", (4, 6), (6, 3), stricter=BATCH),
    einsum("bii->bi", (4, 4), stricter="one letter for two axes of a tensor"),
    einsum("bij->bijk", (4, 4), stricter=RUNS_NOT),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
