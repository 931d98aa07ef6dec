"""Where archspec refuses what Keras builds because it would not run, it does not run, or cannot be
trained for a step.
"""

import pytest

from tests.kinds.oracle import RUNS_NOT, Row
from tests.kinds.rows import ROWS
from tests.kinds.running import run

REFUSED = [row for row in ROWS if row.stricter == RUNS_NOT]


@pytest.mark.parametrize("row", REFUSED, ids=str)
def test_it_does_not_run(row: Row) -> None:
    with pytest.raises(Exception):  # noqa: B017 - whatever TensorFlow says
        run(row)
