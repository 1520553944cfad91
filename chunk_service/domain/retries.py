"""When to try again: pure schedules; whoever waits brings the clock and the dice."""

from collections.abc import Callable
from datetime import timedelta

WEBHOOK_DELAYS: tuple[timedelta, ...] = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Between the attempts of a delivery, about three days in all."""

JITTER = 0.2
LONGEST_ASKED = timedelta(hours=24)


def backoff_seconds(
    failures: int, *, first: float, most: float, dice: Callable[[], float]
) -> float:
    """Doubling from `first` up to `most`; `dice` in [0, 1) spreads it over its upper half."""
    ceiling = min(most, first * 2 ** min(failures, 32))
    return float(ceiling * (0.5 + dice() / 2))


def next_delivery(
    failures: int, *, asked: timedelta | None, dice: Callable[[], float]
) -> timedelta | None:
    """How long until the next attempt after so many failures; None where that was the last.

    `asked` is the receiver's Retry-After: it can only lengthen the wait, up to a day.
    """
    if failures > len(WEBHOOK_DELAYS):
        return None
    planned = WEBHOOK_DELAYS[failures - 1] * (1 + JITTER * dice())
    return max(planned, min(asked or planned, LONGEST_ASKED))
