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

ACCEPTED = [row for row in ROWS if not row.fails and not row.stricter]
SIZES = (6, 7, 8, 3, 2, 4, 1, 12)
"""What an unknown size may be: one of them must do."""


def of_dtype(row: Row, dtype: str | None) -> Row:
    return replace(row, inputs=tuple(Tensor(x.shape, dtype or x.dtype) for x in row.tensors))


def check_run(row: Row, inferred: Outcome) -> None:
    """Raise unless the layer runs for one of some unknown sizes as inferred."""
    unknown = SIZES if any(None in x.shape for x in row.tensors) else SIZES[:1]
    failures = []
    for size in unknown:
        try:
            shape, dtype = run(row, size)
        except Exception as failure:
            failures.append(failure)
            continue
        assert (len(shape), dtype) == (len(inferred.shape), inferred.dtype)
        assert all(one in (None, real) for one, real in zip(inferred.shape, shape, strict=True))
        return
    if "Could not find device" not in str(failures[0]):  # TensorFlow has no such kernel for a CPU
        raise failures[0]


@pytest.mark.heavy
@pytest.mark.parametrize("dtype", [None, "uint8", "int32", "bool"])
@pytest.mark.parametrize("row", ACCEPTED, ids=str)
def test_what_is_accepted_runs_and_is_trained(row: Row, dtype: str | None) -> None:
    row = of_dtype(row, dtype)
    inferred = ours(row)
    if isinstance(inferred, Outcome):
        check_run(row, inferred)


FEW = [next(row for row in ACCEPTED if row.kind == kind) for kind in {row.kind for row in ACCEPTED}]


@pytest.mark.parametrize("row", sorted(FEW, key=str), ids=str)
def test_one_of_each_kind_runs_and_is_trained(row: Row) -> None:
    for dtype in (None, "uint8"):
        typed = of_dtype(row, dtype)
        inferred = ours(typed)
        if isinstance(inferred, Outcome):
            check_run(typed, inferred)
