"""The stretches in which two sequences agree: a law, and `difflib` as the oracle of short ones."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archspec.reports import alignment
from archspec.reports.alignment import stretches

KEYS = st.lists(st.sampled_from("abcdefgh"), max_size=40)


def parts(first: list[str], second: list[str]) -> list[tuple[bool, list[str], list[str]]]:
    found = stretches(first, second)
    return [(one.equal, first[one.start : one.end], second[one.other : one.to]) for one in found]


@given(KEYS, KEYS, st.sampled_from([1, 3, 200]))
def test_stretches_are_the_two_sequences_and_agree_where_they_say_so(
    first: list[str], second: list[str], exact: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "EXACT", exact)  # so that short ones are cut too
        found = parts(first, second)
    assert [key for _, keys, _ in found for key in keys] == first
    assert [key for _, _, keys in found for key in keys] == second
    for equal, mine, theirs in found:
        assert mine == theirs if equal else mine != theirs
    assert all(one[0] != other[0] for one, other in pairwise(found))


@given(KEYS)
def test_equal_sequences_are_one_stretch(keys: list[str]) -> None:
    assert parts(keys, keys) == ([(True, keys, keys)] if keys else [])


@pytest.mark.parametrize(("first", "second"), [("abcd", "abxd"), ("abc", "xabc"), ("ab", "ba")])
def test_short_ones_are_compared_as_difflib_does(first: str, second: str) -> None:
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    common = sum(block.size for block in matcher.get_matching_blocks())
    assert sum(len(mine) for equal, mine, _ in parts([*first], [*second]) if equal) == common


def test_a_long_chain_of_equal_layers_is_aligned_in_pieces() -> None:
    """With `difflib` alone, whose time is the square, this takes minutes."""
    chain = ["dense"] * 7_000
    changed = ["other" if number % 7 == 0 else key for number, key in enumerate(chain)]
    found = parts(chain, changed)
    unchanged = 7_000 - 1_000
    assert sum(len(mine) for equal, mine, _ in found if equal) > 0.95 * unchanged


def test_one_element_that_moved_does_not_part_the_others() -> None:
    """What occurs once on both sides divides them along the longest series in one order."""
    chain = [f"layer {number}" for number in range(3 * alignment.EXACT)]
    found = parts(["moved", *chain], [*chain, "moved"])
    assert found == [(False, ["moved"], []), (True, chain, chain), (False, [], ["moved"])]


def test_sequences_that_divide_one_element_at_a_time_are_divided_a_bounded_number_of_times() -> (
    None
):
    """Behind each element that occurs once, the next one does: a recursion as deep as they are
    long.
    """
    keys = [str(number) for number in range(3_000)]
    other = [key for pair in pairwise(keys) for key in reversed(pair)]
    found = parts(keys, other)
    assert [key for _, mine, _ in found for key in mine] == keys
    assert [key for _, _, theirs in found for key in theirs] == other
