"""A bucket lets a burst through, then the rate, whoever asks however."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunk_service.domain.rates import Rate, take

RATES = st.builds(
    Rate, st.floats(min_value=0.1, max_value=10_000), st.integers(min_value=1, max_value=1000)
)
PAUSES = st.lists(st.floats(min_value=0, max_value=10), min_size=1, max_size=200)


def _taken_at(rate: Rate, moments: list[float]) -> list[float]:
    full_at, taken_at = moments[0], []
    for now in moments:
        taken = take(rate, full_at, now)
        full_at = taken.full_at
        if not taken.wait_seconds:
            taken_at.append(now)
    return taken_at


def _moments(pauses: list[float]) -> list[float]:
    moments = [1000.0]
    for pause in pauses:
        moments.append(moments[-1] + pause)
    return moments


@given(RATES, PAUSES)
def test_no_span_of_time_sees_more_than_a_burst_and_the_rate(
    rate: Rate, pauses: list[float]
) -> None:
    taken_at = _taken_at(rate, _moments(pauses))
    for first in range(len(taken_at)):
        span = taken_at[-1] - taken_at[first]
        assert len(taken_at) - first <= rate.burst + span * rate.per_second + 1e-3


@given(RATES)
def test_a_rested_bucket_gives_a_whole_burst_and_no_more(rate: Rate) -> None:
    assert len(_taken_at(rate, [1000.0] * (rate.burst + 5))) == rate.burst


@given(RATES, PAUSES)
def test_who_waits_as_long_as_told_is_let_in(rate: Rate, pauses: list[float]) -> None:
    full_at = 0.0
    for now in _moments(pauses):
        taken = take(rate, full_at, now)
        if taken.wait_seconds:
            again = take(rate, taken.full_at, now + taken.wait_seconds)
            assert again.wait_seconds == 0
        full_at = taken.full_at


@given(RATES, PAUSES)
def test_who_asks_no_faster_than_the_rate_never_waits(rate: Rate, pauses: list[float]) -> None:
    slow = [1 / rate.per_second + pause for pause in pauses]
    assert len(_taken_at(rate, _moments(slow))) == len(slow) + 1


@given(RATES, PAUSES)
def test_a_refusal_costs_nothing(rate: Rate, pauses: list[float]) -> None:
    full_at = 0.0
    for now in _moments(pauses):
        taken = take(rate, full_at, now)
        assert not taken.wait_seconds or taken.full_at == full_at
        full_at = taken.full_at


@pytest.mark.parametrize("per_second", [1, 3, 7, 1000])
def test_in_the_long_run_it_is_the_rate(per_second: int) -> None:
    moments = [1000 + number / (2 * per_second) for number in range(20 * per_second)]
    taken_at = _taken_at(Rate(per_second, 1), moments)
    assert all(after - before >= 0.999 / per_second for before, after in pairwise(taken_at))
    assert len(taken_at) == pytest.approx(10 * per_second, rel=0.02)
