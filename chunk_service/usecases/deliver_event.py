"""One attempt to deliver one event to one endpoint, from its row; the row says what comes next.

The queue's job is a wake-up that carries an id. An attempt is leased, so that one delivery is never
in two workers' hands, and on record before it is made; a worker that dies over it lets the lease
lapse, and the receiver may get the same bytes under the same id once more.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import structlog

from chunk_service.domain.retries import next_delivery

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
GONE = 410


@dataclass(frozen=True, slots=True)
class Delivery:
    """`attempts` counts this one; `failures` those before it that came to an end.

    `target` is where it goes when the endpoint has no address of its own.
    """

    id: UUID
    event_id: str
    event_type: str
    payload: bytes
    endpoint: str
    target: str | None
    attempts: int
    failures: int
    upload_id: UUID | None = None

    def named(self) -> dict[str, str]:
        """How lines of the log name it: by its upload too, where it has one."""
        about = {} if self.upload_id is None else {"upload_id": str(self.upload_id)}
        return {"event_id": self.event_id, "endpoint": self.endpoint, **about}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the receiver answered; `error` where it did not. `excerpt` is the bounded beginning.

    `is_final`: it will never take this one, so there is no next attempt.
    """

    status: int | None
    error: str | None
    excerpt: str | None
    duration_ms: int
    retry_after: timedelta | None
    is_final: bool = False

    @property
    def is_delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Rows(Protocol):
    async def take(
        self, delivery_id: UUID, lease: timedelta, address: bytes | None
    ) -> Delivery | None: ...
    async def leased_for(self, delivery_id: UUID) -> timedelta | None: ...
    async def note_delivered(self, delivery: Delivery, outcome: Outcome) -> None: ...
    async def note_failed(
        self, delivery: Delivery, outcome: Outcome, next_after: timedelta | None
    ) -> None: ...
    async def disable(self, endpoint: str, address: bytes) -> None: ...


class Sender(Protocol):
    async def post(self, delivery: Delivery) -> Outcome:
        """One attempt; whatever goes wrong is an outcome, not an exception."""
        ...


@dataclass(frozen=True, slots=True)
class DeliverEvent:
    """`address` identifies where the endpoint lies now; None where each delivery says it."""

    rows: Rows
    sender: Sender
    dice: Callable[[], float]
    lease: timedelta = LEASE
    address: bytes | None = None

    async def __call__(self, delivery_id: UUID) -> timedelta | None:
        """How long to wait for another worker that has it in hand; None where all is said."""
        delivery: Delivery | None = None
        try:
            # Counted from before the lease was asked for: what overruns it is another worker's.
            async with asyncio.timeout(self.lease.total_seconds()):
                delivery = await self.rows.take(delivery_id, self.lease, self.address)
                if delivery is None:
                    return await self.rows.leased_for(delivery_id)
                outcome = await self.sender.post(delivery)
        except TimeoutError:
            named = {} if delivery is None else delivery.named()
            log.warning("delivery left to another worker", delivery_id=str(delivery_id), **named)
            return None
        if outcome.is_delivered:
            await self.rows.note_delivered(delivery, outcome)
        else:
            await self._note_failed(delivery, outcome)
        _tell(delivery, outcome)
        return None

    async def _note_failed(self, delivery: Delivery, outcome: Outcome) -> None:
        next_after = next_delivery(delivery.failures + 1, asked=outcome.retry_after, dice=self.dice)
        if outcome.status == GONE:
            next_after = await self._after_gone(delivery, next_after)
        if outcome.is_final:
            next_after = None
        if next_after is None:
            log.error("dead letter", **delivery.named())
        await self.rows.note_failed(delivery, outcome, next_after)

    async def _after_gone(
        self, delivery: Delivery, next_after: timedelta | None
    ) -> timedelta | None:
        """Disable the endpoint; where there is none but this target, nothing comes after."""
        if self.address is None:
            return None
        await self.rows.disable(delivery.endpoint, self.address)
        log.error("endpoint disabled", **delivery.named())
        return next_after


def _tell(delivery: Delivery, outcome: Outcome) -> None:
    log.info(
        "delivery",
        **delivery.named(),
        event_type=delivery.event_type,
        attempt=delivery.attempts,
        status=outcome.status,
        reason=outcome.error,
        duration_ms=outcome.duration_ms,
    )
