"""Waits grow, stay within their bounds, and end; a receiver can only lengthen them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunk_service.domain.retries import (
    JITTER,
    LONGEST_ASKED,
    WEBHOOK_DELAYS,
    backoff_seconds,
    next_delivery,
)

dice = st.floats(0, 1, exclude_max=True)
ATTEMPTS = len(WEBHOOK_DELAYS) + 1


@given(st.integers(0, 10_000), dice)
def test_a_backoff_stays_between_half_of_the_first_and_the_most(
    failures: int, rolled: float
) -> None:
    seconds = backoff_seconds(failures, first=0.5, most=60, dice=lambda: rolled)
    assert 0.25 <= seconds <= 60


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 1), (1, 2), (2, 4), (6, 60), (40, 60), (10**9, 60)]
)
def test_a_backoff_doubles_up_to_the_most(failures: int, seconds: float) -> None:
    highest = backoff_seconds(failures, first=1, most=60, dice=lambda: 1.0)
    lowest = backoff_seconds(failures, first=1, most=60, dice=lambda: 0.0)
    assert (lowest, highest) == (seconds / 2, seconds)


@given(st.integers(1, ATTEMPTS - 1), dice)
def test_a_delivery_waits_its_turn_and_some_jitter(attempts_made: int, rolled: float) -> None:
    planned = WEBHOOK_DELAYS[attempts_made - 1]
    wait = next_delivery(attempts_made, asked=None, dice=lambda: rolled)
    assert wait is not None
    assert planned <= wait <= planned * (1 + JITTER)


@pytest.mark.parametrize("failures", range(1, ATTEMPTS))
def test_the_jitter_is_a_fifth(failures: int) -> None:
    planned = WEBHOOK_DELAYS[failures - 1]
    assert next_delivery(failures, asked=None, dice=lambda: 0.0) == planned
    assert next_delivery(failures, asked=None, dice=lambda: 1.0) == planned * 1.2


def test_the_schedule_lasts_about_three_days_and_then_ends() -> None:
    assert [delay.total_seconds() for delay in WEBHOOK_DELAYS[:4]] == [5, 300, 1800, 7200]
    assert timedelta(days=3) < sum(WEBHOOK_DELAYS, timedelta()) < timedelta(days=3.5)
    assert next_delivery(ATTEMPTS - 1, asked=None, dice=lambda: 0) == WEBHOOK_DELAYS[-1]
    for attempts_made in (ATTEMPTS, ATTEMPTS + 1, 1_000):
        assert next_delivery(attempts_made, asked=timedelta(1), dice=lambda: 0) is None


@given(st.integers(1, ATTEMPTS - 1), st.timedeltas(timedelta(-1), timedelta(days=400)))
def test_a_receiver_can_only_lengthen_the_wait_up_to_a_day(
    attempts_made: int, asked: timedelta
) -> None:
    planned = next_delivery(attempts_made, asked=None, dice=lambda: 0)
    wait = next_delivery(attempts_made, asked=asked, dice=lambda: 0)
    assert wait is not None
    assert planned is not None
    assert max(planned, min(asked, LONGEST_ASKED)) == wait
