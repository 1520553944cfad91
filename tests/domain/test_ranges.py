"""Ranges, their gaps and their spelling say exactly which numbers are meant."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunk_service.domain.ranges import Range, as_text, gaps, ranges_of

numbers = st.sets(st.integers(0, 60))


def members(ranges: list[Range]) -> list[int]:
    return [number for first, stop in ranges for number in range(first, stop)]


def read_back(texts: list[str]) -> list[Range]:
    bounds = [text.partition("-") for text in texts]
    return [(int(first), int(last or first) + 1) for first, _, last in bounds]


@given(numbers)
def test_ranges_hold_the_numbers_and_nothing_else(held: set[int]) -> None:
    ranges = ranges_of(sorted(held))
    assert members(ranges) == sorted(held)


@given(numbers)
def test_ranges_are_as_few_as_can_be(held: set[int]) -> None:
    ranges = ranges_of(sorted(held))
    for (_, stop), (first, _) in pairwise(ranges):
        assert stop < first


@given(numbers, st.integers(0, 70))
def test_gaps_are_all_that_is_missing_below_the_end(held: set[int], end: int) -> None:
    missing = gaps(ranges_of(sorted(held)), end)
    assert members(missing) == [number for number in range(end) if number not in held]


@given(numbers, st.integers(0, 70))
def test_the_gaps_of_the_gaps_are_what_is_held(held: set[int], end: int) -> None:
    again = gaps(gaps(ranges_of(sorted(held)), end), end)
    assert members(again) == [number for number in sorted(held) if number < end]


@given(numbers)
def test_the_spelling_can_be_read_back(held: set[int]) -> None:
    ranges = ranges_of(sorted(held))
    assert read_back(as_text(ranges)) == ranges


def test_the_spelling_is_inclusive_and_bounded() -> None:
    ranges = [(0, 1), (3, 5), (7, 10)]
    assert as_text(ranges) == ["0", "3-4", "7-9"]
    assert as_text(ranges, limit=2) == ["0", "3-4"]
    assert as_text(ranges, limit=0) == []


@pytest.mark.parametrize(
    ("ranges", "end", "missing"),
    [
        ([], 0, []),
        ([], 3, [(0, 3)]),
        ([(0, 3)], 3, []),
        ([(0, 2)], 3, [(2, 3)]),
        ([(1, 3)], 3, [(0, 1)]),
        ([(5, 6)], 3, [(0, 3)]),
        ([(2, 6)], 3, [(0, 2)]),
        ([(0, 1), (2, 3)], 4, [(1, 2), (3, 4)]),
    ],
)
def test_gaps_at_the_borders(ranges: list[Range], end: int, missing: list[Range]) -> None:
    assert gaps(ranges, end) == missing
