"""What becomes of a delivery, by what its receiver answered."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from chunk_service.domain.retries import LONGEST_ASKED, WEBHOOK_DELAYS
from chunk_service.usecases.deliver_event import DeliverEvent, Delivery, Outcome

ADDRESS = b"address"


def an_outcome(status: int | None, retry_after: timedelta | None = None) -> Outcome:
    error = "ReadTimeout" if status is None else None
    return Outcome(status, error, excerpt=None, duration_ms=1, retry_after=retry_after)


@dataclass
class Rows:
    failures: int = 0
    leased: timedelta | None = None
    take_seconds: float = 0
    upload_id: UUID | None = None
    noted: list[str] = field(default_factory=list)
    waits: list[timedelta | None] = field(default_factory=list)
    disabled: list[tuple[str, bytes]] = field(default_factory=list)

    async def take(
        self, delivery_id: UUID, lease: timedelta, address: bytes | None
    ) -> Delivery | None:
        await asyncio.sleep(self.take_seconds)
        if self.leased is not None:
            return None
        return Delivery(
            id=delivery_id,
            event_id="msg_1",
            event_type="upload.completed",
            payload=b"{}",
            endpoint="main",
            target=None,
            attempts=self.failures + 1,
            failures=self.failures,
            upload_id=self.upload_id,
        )

    async def leased_for(self, delivery_id: UUID) -> timedelta | None:
        return self.leased

    async def note_delivered(self, delivery: Delivery, outcome: Outcome) -> None:
        self.noted.append("delivered")

    async def note_failed(
        self, delivery: Delivery, outcome: Outcome, next_after: timedelta | None
    ) -> None:
        self.noted.append("failed")
        self.waits.append(next_after)

    async def disable(self, endpoint: str, address: bytes) -> None:
        self.disabled.append((endpoint, address))


@dataclass
class Sender:
    outcome: Outcome
    posts: int = 0
    post_seconds: float = 0

    async def post(self, delivery: Delivery) -> Outcome:
        await asyncio.sleep(self.post_seconds)
        self.posts += 1
        return self.outcome


async def attempt(
    rows: Rows, outcome: Outcome, address: bytes | None = ADDRESS
) -> timedelta | None:
    deliver = DeliverEvent(rows, Sender(outcome), lambda: 0.0, address=address)
    return await deliver(uuid4())


def alarms(logs: Sequence[EventDict]) -> list[str]:
    return [line["event"] for line in logs if line["log_level"] == "error"]


@pytest.mark.parametrize("status", [200, 201, 204, 299])
async def test_only_2xx_is_success(status: int) -> None:
    rows = Rows()
    await attempt(rows, an_outcome(status))
    assert rows.noted == ["delivered"]


@pytest.mark.parametrize("status", [None, 100, 199, 300, 302, 400, 404, 429, 500, 503])
async def test_everything_else_is_tried_again(status: int | None) -> None:
    rows = Rows()
    await attempt(rows, an_outcome(status))
    assert (rows.noted, rows.waits) == (["failed"], [WEBHOOK_DELAYS[0]])
    assert rows.disabled == []


@pytest.mark.parametrize("failures", range(len(WEBHOOK_DELAYS)))
async def test_every_failure_lengthens_the_wait(failures: int) -> None:
    rows = Rows(failures)
    await attempt(rows, an_outcome(500))
    assert rows.waits == [WEBHOOK_DELAYS[failures]]


async def test_the_tenth_failure_is_the_last() -> None:
    rows = Rows(failures=9)
    with capture_logs() as logs:
        await attempt(rows, an_outcome(503, retry_after=timedelta(hours=1)))
    assert rows.waits == [None]
    assert alarms(logs) == ["dead letter"]


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        (timedelta(minutes=2), timedelta(minutes=2)),
        (timedelta(seconds=1), WEBHOOK_DELAYS[0]),
        (timedelta(days=-1), WEBHOOK_DELAYS[0]),
        (timedelta(days=400), LONGEST_ASKED),
    ],
)
async def test_a_receiver_may_lengthen_the_wait_within_bounds(
    asked: timedelta, wait: timedelta
) -> None:
    rows = Rows()
    await attempt(rows, an_outcome(429, retry_after=asked))
    assert rows.waits == [wait]


async def test_410_disables_the_endpoint_and_gives_nothing_up() -> None:
    rows = Rows()
    with capture_logs() as logs:
        await attempt(rows, an_outcome(410))
    assert rows.disabled == [("main", ADDRESS)]
    assert rows.waits == [WEBHOOK_DELAYS[0]]
    assert alarms(logs) == ["endpoint disabled"]


async def test_410_from_a_callers_own_target_gives_that_delivery_up() -> None:
    rows = Rows()
    await attempt(rows, an_outcome(410), address=None)
    assert rows.disabled == []
    assert rows.waits == [None]


async def test_what_another_worker_has_in_hand_is_not_sent() -> None:
    rows = Rows(leased=timedelta(seconds=7))
    sender = Sender(an_outcome(204))
    wait = await DeliverEvent(rows, sender, lambda: 0.0)(uuid4())
    assert (wait, sender.posts, rows.noted) == (timedelta(seconds=7), 0, [])


@pytest.mark.parametrize(("take_seconds", "post_seconds"), [(0.2, 0), (0.05, 0.05)])
async def test_an_attempt_ends_with_its_lease_counted_from_before_it_was_asked_for(
    take_seconds: float, post_seconds: float
) -> None:
    """A slow database must not leave one delivery in two workers' hands."""
    rows = Rows(take_seconds=take_seconds)
    sender = Sender(an_outcome(204), post_seconds=post_seconds)
    lease = timedelta(seconds=0.08)
    assert await DeliverEvent(rows, sender, lambda: 0.0, lease=lease)(uuid4()) is None
    assert (sender.posts, rows.noted) == (0, [])


async def test_an_attempt_that_overran_its_lease_is_told_of_by_what_it_was_about() -> None:
    upload_id = uuid4()
    sender = Sender(an_outcome(204), post_seconds=5)
    deliver = DeliverEvent(
        Rows(upload_id=upload_id), sender, lambda: 0.0, lease=timedelta(seconds=0.05)
    )
    with capture_logs() as logs:
        await deliver(uuid4())
    (line,) = logs
    assert (line["event_id"], line["upload_id"]) == ("msg_1", str(upload_id))


async def test_what_will_never_be_taken_is_a_dead_letter_at_once() -> None:
    rows = Rows()
    with capture_logs() as logs:
        await attempt(rows, replace(an_outcome(550), is_final=True))
    assert rows.waits == [None]
    assert alarms(logs) == ["dead letter"]
