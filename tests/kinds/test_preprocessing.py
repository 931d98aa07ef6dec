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


BIGGER = "in inference Keras hands on the whole image, of another size than it states"

ROWS = [
    *crops("CenterCrop"),
    row("RandomCrop", {"height": 12, "width": 10}, IMAGE, macs=0),
    row("RandomCrop", {"height": 12, "width": 10, "seed": 1}, (12, 10, None)),
    row("RandomCrop", {"height": 6, "width": 5}, IMAGE, stricter=BIGGER),
    row("RandomCrop", {"height": 6, "width": 5}, (None, None, 3), stricter=BIGGER),
    row("RandomCrop", {"height": 12, "width": 10}, Tensor(IMAGE, "uint8"), stricter="integers stay integers in inference alone"),
    row("RandomCrop", {"height": 12}, IMAGE, fails=True),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
