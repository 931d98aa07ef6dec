"""Functions that take parts of a tensor."""

import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

BATCH = "it would mix examples"
TRUNCATED = "Keras cuts off what is behind the point"
EMPTY = "nothing is left"

ROWS = [
    row("ops.get_item", {"key": [":", "::2"]}, (4, 6), macs=0),
    row("ops.get_item", {"key": [0]}, (4, 6)),
    row("ops.get_item", {"key": ["1:-1", -1]}, (None, 6)),
    row("ops.get_item", {"key": ["::-1"]}, (4, 6)),
    row("ops.get_item", {"key": ["...", "2:"]}, (4, 6, 8)),
    row("ops.get_item", {"key": [None, "...", None]}, (4, 6)),
    row("ops.get_item", {"key": [":2", None, "1:100:3"]}, (4, 6)),
    row("ops.get_item", {"key": [[0, 3], [None, -1, 2]]}, (4, 6)),
    row("ops.get_item", {"key": [[0, 3, 0]]}, (4, 6), fails=True),
    row("ops.get_item", {"key": [4]}, (4, 6), fails=True),
    row("ops.get_item", {"key": [":", ":", ":"]}, (4, 6), fails=True),
    row("ops.get_item", {"key": ["...", "..."]}, (4, 6), fails=True),
    row("ops.get_item", {"key": ["::0"]}, (4, 6), fails=True),
    row("ops.get_item", {"key": ["a:b"]}, (4, 6), fails=True),
    row("ops.get_item", {"key": ["3:3"]}, (4, 6), stricter=EMPTY),
    row("ops.slice", {"start_indices": [1, 0], "shape": [2, 6]}, (4, 6), macs=0),
    row("ops.slice", {"start_indices": [0], "shape": [2]}, Tensor((4,), "int32")),
    row(
        "ops.slice",
        {"start_indices": [3], "shape": [2]},
        (4,),
        stricter="it reaches beyond the end",
    ),
    row(
        "ops.slice",
        {"start_indices": [0], "shape": [2]},
        (None,),
        stricter="it may reach beyond the end",
    ),
    row(
        "ops.slice",
        {"start_indices": [0], "shape": [2]},
        (4, 6),
        stricter="it speaks of one axis of two",
    ),
    row("ops.slice", {"start_indices": [0], "shape": [2, 2]}, (4, 6), fails=True),
    row("ops.take", {"indices": [0, 2], "axis": -1}, (4, 6), macs=0),
    row("ops.take", {"indices": 1, "axis": 1}, (4, 6)),
    row("ops.take", {"indices": [[0, 1], [-1, 0]], "axis": 2}, (None, 6)),
    row("ops.take", {"indices": [0, 2], "axis": 1}, (None, 6)),
    row("ops.take", {"indices": [6], "axis": -1}, (4, 6), stricter="there is no such position"),
    row("ops.take", {"indices": [0]}, (4, 6), stricter=BATCH),
    row("ops.take", {"indices": [0], "axis": 0}, (4, 6), stricter=BATCH),
    row("ops.take", {"indices": [0.5], "axis": 1}, (4, 6), stricter=RUNS_NOT),
    row("ops.take_along_axis", {"axis": -1}, (4, 6), Tensor((4, 2), "int32"), macs=0),
    row("ops.take_along_axis", {"axis": 1}, (4, 6), Tensor((2, 6), "int32")),
    row("ops.take_along_axis", {"axis": -1}, (None, 6), Tensor((None, 1), "int32")),
    row("ops.take_along_axis", {"axis": -1}, (4, 6), (4, 2), stricter=TRUNCATED),
    row("ops.take_along_axis", {"axis": -1}, (4, 6), Tensor((2,), "int32"), fails=True),
    row("ops.take_along_axis", {}, (4, 6), Tensor((4, 6), "int32"), fails=True),
    row("ops.take_along_axis", {"axis": 0}, (4, 6), Tensor((4, 6), "int32"), stricter=BATCH),
    row("ops.glu", {}, (4, 6), macs=0),
    row("ops.glu", {"axis": 1}, (4, None)),
    row("ops.glu", {}, (4, 5), fails=True),
    row("ops.glu", {}, (4, None)),
    row("ops.glu", {"axis": 0}, (4, 6), stricter=BATCH),
    row("ops.split", {"indices_or_sections": 3, "axis": -1}, (4, 6), macs=0),
    row("ops.split", {"indices_or_sections": 2, "axis": 1}, (None, 6)),
    row("ops.split", {"indices_or_sections": [1, 4], "axis": 2}, (4, 6)),
    row("ops.split", {"indices_or_sections": 4, "axis": -1}, (4, 6), fails=True),
    row("ops.split", {"indices_or_sections": [6], "axis": -1}, (4, 6), stricter=EMPTY),
    row("ops.split", {"indices_or_sections": [4, 1], "axis": -1}, (4, 6), fails=True),
    row("ops.split", {"indices_or_sections": 2}, (4, 6), stricter=BATCH),
    row("ops.unstack", {"axis": 1}, (4, 6), macs=0),
    row("ops.unstack", {"axis": -1, "num": 6}, (None, 6)),
    row("ops.unstack", {"axis": 1}, (None, 6), fails=True),
    row("ops.unstack", {"axis": 1, "num": 3}, (4, 6), stricter=RUNS_NOT),
    row("ops.unstack", {}, (4, 6), fails=True),
    row("ops.top_k", {"k": 2}, (4, 6), macs=0),
    row("ops.top_k", {"k": 2, "sorted": False}, (4, None)),
    row("ops.top_k", {"k": 7}, (4, 6), stricter=RUNS_NOT),
    row("ops.top_k", {"k": 1}, (), stricter=BATCH),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
