"""What archspec accepts is not only built but runs and is trained, on floating numbers and on
integers, and gives the shape and the dtype that were inferred.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import Outcome, Row, ours
from tests.kinds.rows import ROWS
from tests.kinds.running import run
from tests.marks import ALL_ROWS, LONG

ACCEPTED = [row for row in ROWS if not row.fails and not row.stricter]
FIRST = {row.kind: row for row in reversed(ACCEPTED)}
"""A row of each kind, which is run on all dtypes."""
THIRD = 3
"""One in so many of the other rows is run by default: that Keras infers the same shapes, dtypes and
weights is asked of every row by the test of its family.
"""
OTHER_DTYPES: tuple[str, ...] = ("uint8", "int32", "bool")
SIZES = (6, 7, 8, 3, 2, 4, 1, 12, 400)
"""What an unknown size may be: one of them must do."""


def of_dtype(row: Row, dtype: str) -> Row:
    return replace(row, inputs=tuple(Tensor(x.shape, dtype) for x in row.tensors))


def typed(row: Row, number: int) -> list[Row]:
    """A row as it is, and on inputs of other dtypes: on all of them where it is the first of its
    kind; with ``ARCHSPEC_LONG`` the others on one of them, in turn.
    """
    if row is FIRST[row.kind]:
        dtypes = OTHER_DTYPES
    else:
        dtypes = (OTHER_DTYPES[number % 3],) if ALL_ROWS else ()
    others = [of_dtype(row, dtype) for dtype in dtypes]
    return [row, *(other for other in others if other.tensors != row.tensors)]


def check_run(row: Row, inferred: Outcome) -> None:
    """Raise unless the layer runs for one of some unknown sizes as inferred."""
    unknown = SIZES if any(None in x.shape for x in row.tensors) else SIZES[:1]
    failures = []
    for size in unknown:
        try:
            shapes, dtype = run(row, size)
        except Exception as failure:
            failures.append(failure)
            continue
        assert dtype == inferred.dtype, row
        for shape, expected in zip(shapes, (inferred.shape, *inferred.further), strict=True):
            assert len(shape) == len(expected), row
            assert all(one in (None, real) for one, real in zip(expected, shape, strict=True)), row
        return
    if "Could not find device" not in str(failures[0]):  # TensorFlow has no such kernel for a CPU
        raise AssertionError(f"{row} does not run") from failures[0]


def mark(number: int, row: Row) -> Any:
    if row is FIRST[row.kind]:
        return ()
    return LONG if number % THIRD else pytest.mark.heavy


@pytest.mark.parametrize(
    ("number", "row"),
    [
        pytest.param(number, row, marks=mark(number, row), id=str(row))
        for number, row in enumerate(ACCEPTED)
    ],
)
def test_what_is_accepted_runs_and_is_trained(number: int, row: Row) -> None:
    for one in typed(row, number):
        inferred = ours(one)
        if isinstance(inferred, Outcome):
            check_run(one, inferred)
