import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import Row, check_row, row

IMAGE = (12, 10, 3)


def crops(kind: str) -> list[Row]:
    size = {"height": 6, "width": 5}
    return [
        row(kind, size, IMAGE, macs=0),
        row(kind, size, (None, None, 3)),
        row(kind, {"height": 0, "width": 5}, IMAGE, stricter="there is no image without pixels"),
        row(kind, {"height": 6}, IMAGE, fails=True),
        row(kind, size, Tensor(IMAGE, "uint8")),
    ]


ROWS = [*crops("CenterCrop")]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
