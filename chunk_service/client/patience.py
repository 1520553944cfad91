"""What an answer asks of a client, and how long to wait: docs/api.md's table as pure functions.

Whoever waits brings the clock and the dice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus

from chunk_service.domain.retries import JITTER, backoff_seconds

_PASSING = frozenset({408, 429, 500, 502, 503, 504, 507})


class Step(StrEnum):
    DONE = "done"
    AGAIN = "again"
    RENEW = "another token"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Patience:
    """`give_up_after_seconds` counts from the first failure of one call."""

    give_up_after_seconds: float = 600
    timeout_seconds: float = 60
    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 30

    def pause_seconds(
        self, failures: int, *, asked_seconds: float | None, dice: Callable[[], float]
    ) -> float:
        """At least what the service asked for; of its own accord later and later."""
        if asked_seconds is not None:
            return max(asked_seconds, self.first_pause_seconds) * (1 + JITTER * dice())
        return backoff_seconds(
            failures, first=self.first_pause_seconds, most=self.longest_pause_seconds, dice=dice
        )


def step_after(status: int) -> Step:
    if status < HTTPStatus.BAD_REQUEST:
        return Step.DONE
    if status == HTTPStatus.UNAUTHORIZED:
        return Step.RENEW
    return Step.AGAIN if status in _PASSING else Step.STOP


def asked_seconds(retry_after: str | None, *, now: datetime) -> float | None:
    """Of a Retry-After field, seconds or a date; None where there is none that can be read."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
