"""How often somebody may ask: a bucket of tokens that fills at a steady rate.

Kept as one number, the moment at which the bucket will be full again, so that nothing has to be
counted up while nobody asks, and a full bucket needs no memory at all. Pure: the time is handed in.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` requests at once, and `per_second` in the long run."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Taken:
    """`wait_seconds`: how long until there is a token; 0 where one was taken."""

    full_at: float
    wait_seconds: float


def take(rate: Rate, full_at: float, now: float) -> Taken:
    """One token out of a bucket that would be full at `full_at`, in seconds of any clock."""
    after = max(full_at, now) + 1 / rate.per_second
    wait_seconds = after - now - rate.burst / rate.per_second
    # Less is the error of adding up fractions.
    if wait_seconds > 1e-6:
        return Taken(full_at, wait_seconds)
    return Taken(after, 0.0)
