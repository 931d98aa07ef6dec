"""How numbers that differ are written: by the rules of the papers that they come from."""

from __future__ import annotations

from typing import Any

import pytest

from archspec.reading.argument_names import in_order
from archspec.reading.columns import Real, hashable, plain
from archspec.reading.formulas import CHANNELS, KnownColumn, choice, of_channels, share
from archspec.reading.frames import ListFrame, written
from archspec.reading.prospects import is_doubled
from archspec.reading.stages import UNREAD, cuts
from archspec.reading.tree import Act


def column(*values: Any) -> tuple[list[Act], dict[Act, Any]]:
    acts = [Act() for _ in values]
    return acts, dict(zip(acts, values, strict=True))


@pytest.mark.parametrize(
    ("values", "base", "text"),
    [
        ((256, 512, 1024), (64, 128, 256), "4 * $f"),  # He et al. 2015, bottlenecks
        ((8, 4, 6), (32, 16, 24), "$f // 4"),  # EfficientNet, squeeze-and-excitation
        ((24, 32, 120), (72, 120, 480), "make_divisible($f / 4)"),  # MobileNetV3, likewise
        ((64, 128), (64, 128), "$f"),
        ((64, 65), (64, 128), None),
    ],
)
def test_channels_follow_from_channels(values: Any, base: Any, text: str | None) -> None:
    acts, these = column(*values)
    known = KnownColumn("$f", CHANNELS, dict(zip(acts, base, strict=True)))
    assert of_channels(these, known) == text


def test_padding_follows_from_strides() -> None:
    acts, padding = column("same", "valid", "same")
    strides = KnownColumn("$strides", "strides", dict(zip(acts, (1, 2, 1), strict=True)))
    assert choice(padding, strides) == "'same' if $strides == 1 else 'valid'"


def test_rates_of_dropped_paths_are_met_to_the_last_bit() -> None:
    """Huang et al. 2016: the rate of block n of N is n / N of the last."""
    acts, rates = column(*(Real(0.2 * n / 23) for n in (1, 2, 5, 22)))
    text, numbers = share(rates) or ("", {})
    assert text == "0.2 * {} / 23"
    assert [numbers[act] for act in acts] == [1, 2, 5, 22]


def test_numbers_that_fall_from_round_to_round_are_one_list_in_each_act() -> None:
    """Nothing else is bound around: a first number that nobody reads would be an argument."""
    (one, other), _ = column(0, 0)
    rounds = {act: tuple(Act() for _ in range(8)) for act in (one, other)}
    above = {inner: act for act, row in rounds.items() for inner in row}
    index = {inner: n for row in rounds.values() for n, inner in enumerate(row)}
    around = ListFrame()
    frame = ListFrame(outer=around, above=above, index=index, rounds=rounds)
    start = {one: 100, other: 200}
    falling = {inner: start[above[inner]] - n for inner, n in index.items()}
    assert written(frame, "units", falling) == "$units"
    assert not around.variables


ROWS = [(64, 1), (64, 1), (128, 2), (128, 1), (128, 1), (256, 2), (256, 1)]


@pytest.mark.parametrize(
    ("rows", "starts"),
    [
        (ROWS, [0, 2, 5]),  # a ResNet's: the stride is in the first block of a stage
        ([(1, 0), (1, 1), (1, 2), (2, 3)], [0, 3]),  # a number that rises
        ([(1, UNREAD), (1, 4), (1, 5)], [0]),
        ([(7,)] * 5, [0]),
        ([(1,), (2,), (1,), (2,)], [0, 2]),
    ],
)
def test_calls_in_a_row_are_cut_into_stages(rows: Any, starts: list[int]) -> None:
    assert cuts(rows) == starts


@pytest.mark.parametrize(
    ("tokens", "doubled"),
    [((1, 2, 1, 2), True), ((1, 1), True), ((1, 2, 1), False), ((1,), False)],
)
def test_a_piece_twice_is_no_block(tokens: tuple[int, ...], doubled: bool) -> None:
    assert is_doubled(tokens) is doubled


@pytest.mark.parametrize("value", [1, 1.0, True, None, "same", [1, [2, 3]], {"L2": {"l2": 1e-4}}])
def test_values_come_back_as_they_were(value: Any) -> None:
    again = plain(hashable(value))
    assert again == value
    assert type(again) is type(value)


def test_numbers_and_truth_values_differ() -> None:
    assert len({hashable(1), hashable(1.0), hashable(True)}) == 3


def test_no_two_arguments_get_one_name() -> None:
    """One is to be called as the other is, which keeps its name for a variable within."""
    ranked = {"filters": (0, "inner_filters"), "filters_2": (-1, "filters")}
    names = in_order(["filters", "filters_2"], ranked, {"inner_filters"})
    assert len(set(names.values())) == 2
