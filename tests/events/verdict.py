"""What must be true after a storm, and its figures.

A duplicate is an event that the receiver takes once more. It is explained where an attempt before
it has no acknowledgement on record: its worker was killed, or its answer was lost on the way.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from standardwebhooks import Webhook

from tests.doubles.http import Answer
from tests.doubles.receiver import Fault, Received
from tests.events.records import Attempt, Event

_CLOCK_TOLERANCE = timedelta(milliseconds=50)


@dataclass(frozen=True, slots=True)
class Evidence:
    events: Mapping[str, Event]
    attempts: Mapping[str, Sequence[Attempt]]
    requests: Mapping[str, Sequence[Received]]
    lease: timedelta
    secret: str


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Of which the sender's worker was killed, or the receiver's answer was lost."""

    by_kill: int
    by_lost_answer: int


def evidence(
    events: Sequence[Event],
    attempts: Sequence[Attempt],
    requests: Sequence[Received],
    *,
    lease: timedelta,
    secret: str,
) -> Evidence:
    tried, asked = defaultdict[str, list[Attempt]](list), defaultdict[str, list[Received]](list)
    for attempt in attempts:
        tried[attempt.event_id].append(attempt)
    for request in requests:
        asked[request.id].append(request)
    return Evidence({each.id: each for each in events}, tried, asked, lease, secret)


def check(found: Evidence) -> None:
    """AssertionError for the first promise that does not hold."""
    assert set(found.requests) <= set(found.events), "told of what did not happen"
    for event in found.events.values():
        _check_told(event, found.requests.get(event.id, ()))
        _check_genuine(event, found)
        _check_attempts(found.attempts[event.id], found.requests[event.id], found.lease)


def _check_told(event: Event, requests: Sequence[Received]) -> None:
    assert event.state == "delivered", f"{event.id} is {event.state}"
    assert any(each.is_taken for each in requests), f"{event.id} was never taken"


def _check_genuine(event: Event, found: Evidence) -> None:
    signer = Webhook(found.secret)
    for each in found.requests[event.id]:
        assert each.body == event.payload, f"{event.id} came in other words"
        at = datetime.fromtimestamp(int(each.headers["webhook-timestamp"]), UTC)
        signature = signer.sign(event.id, at, event.payload.decode())
        assert each.headers["webhook-signature"] == signature, f"{event.id} is not genuine"


def _check_attempts(
    attempts: Sequence[Attempt], requests: Sequence[Received], lease: timedelta
) -> None:
    event_id = attempts[0].event_id
    assert [each.number for each in attempts] == list(range(1, len(attempts) + 1))
    assert len(requests) <= len(attempts), f"{event_id} was sent without a record"
    assert all(not each.is_acknowledged for each in attempts[:-1]), f"{event_id} was sent on"
    for earlier, later in pairwise(attempts):
        lasted = lease if earlier.is_lost else timedelta(milliseconds=earlier.duration_ms or 0)
        begun = later.started_at - earlier.started_at
        assert begun >= lasted - _CLOCK_TOLERANCE, f"{event_id} was in two hands"


def duplicates(found: Evidence) -> Duplicates:
    """AssertionError where one is not explained."""
    by_kill = by_lost_answer = 0
    for event_id, requests in found.requests.items():
        taken = [each for each in requests if each.is_taken]
        lost_answers = sum(each.reply is Fault.LOST for each in taken[:-1])
        killed = len(taken) - 1 - lost_answers
        unknown = sum(each.is_lost or each.error is not None for each in found.attempts[event_id])
        assert killed + lost_answers <= unknown, f"{event_id} came twice without a reason"
        by_kill += max(killed, 0)
        by_lost_answer += lost_answers
    return Duplicates(by_kill, by_lost_answer)


def recoveries(found: Evidence) -> list[float]:
    """Seconds from an attempt whose worker was killed to the next one, in ascending order."""
    return sorted(
        (later.started_at - earlier.started_at).total_seconds()
        for attempts in found.attempts.values()
        for earlier, later in pairwise(attempts)
        if earlier.is_lost
    )


def replies(requests: Sequence[Received]) -> dict[str, int]:
    """How often the receiver did what."""
    names = (
        str(each.reply.status) if isinstance(each.reply, Answer) else each.reply.value
        for each in requests
    )
    return dict(sorted(Counter(names).items()))
