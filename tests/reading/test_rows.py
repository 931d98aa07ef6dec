"""Data of the same form in one: what differs is said by the number of the row."""

from __future__ import annotations

from typing import Any

import pytest

from archspec.reading.rows import Unlike, in_one

ALIKE: dict[str, tuple[list[Any], Any]] = {
    "nothing differs": (["ReLU", "ReLU"], "ReLU"),
    "names that count": (
        [{"from": f"stage{n}", "ReLU": {}} for n in (2, 3, 4)],
        {"from": "stage$(i + 2)", "ReLU": {}},
    ),
    "names that count from 0": (
        [{"from": [f"x{n}", f"x{n}_y"], "Add": {}} for n in (0, 1, 2)],
        {"from": ["x$i", "x$(i)_y"], "Add": {}},
    ),
    "names that count down": (
        [{"from": ["prev", f"cell{n}.out"], "Add": {}} for n in (4, 3, 2)],
        {"from": ["prev", "cell$(4 - i).out"], "Add": {}},
    ),
    "parts of the channels, the first from 0": (
        [
            {"Slice": {"axis": -1, "stop": "$width"}},
            {"Slice": {"axis": -1, "start": "$width", "stop": "2 * $width"}},
            {"Slice": {"axis": -1, "start": "2 * $width", "stop": "3 * $width"}},
        ],
        {"Slice": {"axis": -1, "start": "$i * $width", "stop": "($i + 1) * $width"}},
    ),
    "parts of all channels": (
        [
            {"Slice": {"start": "$in.channels // 4", "stop": "$in.channels // 2"}},
            {"Slice": {"start": "$in.channels // 2", "stop": "3 * $in.channels // 4"}},
            {"Slice": {"start": "3 * $in.channels // 4", "stop": "$in.channels"}},
        ],
        {
            "Slice": {
                "start": "($i + 1) * $in.channels // 4",
                "stop": "($i + 2) * $in.channels // 4",
            }
        },
    ),
}


@pytest.mark.parametrize("case", ALIKE)
def test_what_is_alike_is_said_once(case: str) -> None:
    rows, together = ALIKE[case]
    columns: dict[str, list[Any]] = {}
    assert in_one(rows, "", columns) == together
    assert columns == {}


def test_other_numbers_are_bound_to_a_list_and_defaults_are_filled_in() -> None:
    rows: list[Any] = [{"MaxPooling2D": {"pool_size": 8}}, {"MaxPooling2D": {}}]
    columns: dict[str, list[Any]] = {}
    assert in_one(rows, "", columns) == {"MaxPooling2D": {"pool_size": "$pool_size"}}
    assert columns == {"pool_size": [8, 2]}


@pytest.mark.parametrize(
    "rows",
    [
        [{"from": "a1", "ReLU": {}}, {"from": "b2", "ReLU": {}}],
        [{"from": "a1", "ReLU": {}}, {"from": "a3", "ReLU": {}}],
        [{"from": "a1_1", "ReLU": {}}, {"from": "a2_2", "ReLU": {}}],
        [{"from": "a01", "ReLU": {}}, {"from": "a02", "ReLU": {}}],
        [{"name": "a1", "ReLU": {}}, {"name": "a2", "ReLU": {}}],
        [{"Dense": {"units": "$a"}}, {"Dense": {"units": "2 * $b"}}],
        [{"Dense": {"units": 8}}, {"Dense": {}}],
        [{"Dense": {"units": 8}}, {"ReLU": {}}],
        ["ReLU", {"ReLU": {"max_value": 6}}],
        [{"block": {"size": 2}}, {"block": {}}],
    ],
)
def test_other_data_are_unlike(rows: list[Any]) -> None:
    with pytest.raises(Unlike):
        in_one(rows, "", {})
