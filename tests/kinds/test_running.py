"""What archspec accepts is not only built but runs and is trained, on floating numbers and on
integers, and gives the shape and the dtype that were inferred.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import Outcome, Row, ours
from tests.kinds.rows import ROWS
from tests.kinds.running import run
from tests.marks import ALL_ROWS

ACCEPTED = [row for row in ROWS if not row.fails and not row.stricter]
FIRST = {row.kind: row for row in reversed(ACCEPTED)}
"""A row of each kind, which is run by default; the others are heavy."""
OTHER_DTYPES: tuple[str, ...] = ("uint8", "int32", "bool")
SIZES = (6, 7, 8, 3, 2, 4, 1, 12, 400)
"""What an unknown size may be: one of them must do."""


def of_dtype(row: Row, dtype: str) -> Row:
    return replace(row, inputs=tuple(Tensor(x.shape, dtype) for x in row.tensors))


def typed(row: Row, number: int) -> list[Row]:
    """A row as it is, and on inputs of other dtypes: on all of them where it is the first of its
    kind; of the others every third, with ``ARCHSPEC_LONG`` every one, on one of them, in turn.
    """
    every = 1 if ALL_ROWS else 3
    if row is FIRST[row.kind]:
        dtypes = OTHER_DTYPES
    else:
        dtypes = () if number % every else (OTHER_DTYPES[number // every % 3],)
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


@pytest.mark.parametrize(
    ("number", "row"),
    [
        pytest.param(
            number, row, marks=() if row is FIRST[row.kind] else pytest.mark.heavy, id=str(row)
        )
        for number, row in enumerate(ACCEPTED)
    ],
)
def test_what_is_accepted_runs_and_is_trained(number: int, row: Row) -> None:
    for one in typed(row, number):
        inferred = ours(one)
        if isinstance(inferred, Outcome):
            check_run(one, inferred)
