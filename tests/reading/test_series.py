"""Lists of numbers as their rules, by which every number is met to the last bit."""

from __future__ import annotations

from typing import Any

import pytest

from archspec.frontend.expressions.expression import Value, parse
from archspec.reading.literals import literal
from archspec.reading.series import series

RULES = {
    "[10000 ** (-2 * $k / 512) for $k in range(256)]": [
        10000 ** (-2 * k / 512) for k in range(256)
    ],
    "[1 / 500000 ** (2 * $k / 128) for $k in range(64)]": [
        1 / 500000 ** (2 * k / 128) for k in range(64)
    ],
    "[0.1 * $k / 23 for $k in range(24)]": [0.1 * k / 23 for k in range(24)],
    "$([0.5] * 300)": [0.5] * 300,
    "$([1.0] * 16)": [1.0] * 16,
    "$([1] * 16)": [1] * 16,
    "$(range(16))": list(range(16)),
    "$(range(12, -12, -2))": list(range(12, -12, -2)),
}


class NoNames:
    """What an expression sees that mentions no variables of others."""

    def lookup(self, name: str) -> Value:
        raise KeyError(name)

    def spend(self, steps: int) -> None: ...


@pytest.mark.parametrize("text", RULES)
def test_a_list_is_written_by_its_rule(text: str) -> None:
    """Sinusoidal positions, rotary ones of Llama 3, and rates of dropped residuals among them."""
    assert series(RULES[text]) == text
    value: Any = parse(text).evaluate(NoNames())
    assert [*map(repr, value)] == [*map(repr, RULES[text])]


@pytest.mark.parametrize(
    "values",
    [
        [1.0, 2.0, 4.0],
        [1.0, *[0.1] * 20],
        [1, 2.0, *range(3, 20)],
        [10000 ** (-2 * k / 512) for k in range(255)] + [1e-4],
        [1.0, -1.0] * 8,
        [0.0] * 5,
        [0.0, -0.0] * 8,
        [float("nan")] * 20,
        [float("inf")] * 3 + [1.0] * 20,
        [1.0, 5e-324, *[1e-300] * 20],
    ],
)
def test_other_lists_are_lists(values: list[Any]) -> None:
    assert series(values) is None


@pytest.mark.parametrize("width", [512, 768, 2048])
def test_a_root_is_written_as_one(width: int) -> None:
    assert literal(width**0.5) == f"$({width} ** 0.5)"
    assert literal(width**-0.5) == f"$({width} ** -0.5)"


@pytest.mark.parametrize("value", [22.627416997969525, 0.7071, 3.14159265358979, 16.0])
def test_another_float_is_no_root(value: float) -> None:
    assert literal(value) == value
