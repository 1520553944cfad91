"""The table of docs/api.md, as the client judges it; no wait is shorter than was told."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chunk_service.api.problems import STATUSES
from chunk_service.client.patience import Patience, Step, asked_seconds, step_after
from chunk_service.domain.errors import RateLimited, RequestTimeout, Unauthorized, Unavailable

NOW = datetime(2026, 11, 21, 8, 0, 0, tzinfo=UTC)
PASSING = (Unavailable, RateLimited, RequestTimeout)


def test_what_the_service_says_of_itself_is_understood() -> None:
    for error, status in STATUSES.items():
        step = step_after(status)
        if issubclass(error, PASSING):
            assert step is Step.AGAIN, error
        elif error is Unauthorized:
            assert step is Step.RENEW
        else:
            assert step is Step.STOP, error


@pytest.mark.parametrize("status", [500, 502, 504])
def test_nothing_is_known_of_what_was_done(status: int) -> None:
    assert step_after(status) is Step.AGAIN


@pytest.mark.parametrize("status", [200, 202, 206, 307])
def test_a_success_is_done(status: int) -> None:
    assert step_after(status) is Step.DONE


@pytest.mark.parametrize(
    ("field", "seconds"),
    [
        (None, None),
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("Sat, 21 Nov 2026 08:00:30 GMT", 30),
        ("Sat, 21 Nov 2026 07:00:00 GMT", 0),
        ("soon", None),
        ("-1", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_spellings(field: str | None, seconds: float | None) -> None:
    assert asked_seconds(field, now=NOW) == seconds


@given(
    failures=some.integers(0, 10_000),
    asked=some.none() | some.floats(0, 10_000),
    die=some.floats(0, 1, exclude_max=True),
)
def test_a_pause_is_as_long_as_asked_and_never_none(
    failures: int, asked: float | None, die: float
) -> None:
    patience = Patience()
    seconds = patience.pause_seconds(failures, asked_seconds=asked, dice=lambda: die)
    assert seconds >= (asked or 0)
    assert seconds >= patience.first_pause_seconds / 2
    assert seconds <= max(1.2 * (asked or 0), patience.longest_pause_seconds)
