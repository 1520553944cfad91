"""One attempt to deliver one event to one endpoint, from its row; the row says what comes next.

The queue's job is a wake-up that carries an id. An attempt is leased, so that one delivery is never
in two workers' hands; a worker that dies over it lets the lease lapse, and the receiver may get the
same bytes under the same id once more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import structlog

from chunk_service.domain.retries import next_delivery

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Delivery:
    """`attempts` counts this one."""

    id: UUID
    event_id: str
    event_type: str
    payload: bytes
    endpoint: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the receiver answered; `error` where it did not. `excerpt` is the bounded beginning."""

    status: int | None
    error: str | None
    excerpt: str | None
    duration_ms: int
    retry_after: timedelta | None

    @property
    def is_delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Rows(Protocol):
    async def take(self, delivery_id: UUID, lease: timedelta) -> Delivery | None: ...
    async def note_delivered(self, delivery: Delivery, outcome: Outcome) -> None: ...
    async def note_failed(
        self, delivery: Delivery, outcome: Outcome, next_after: timedelta | None
    ) -> None: ...


class Webhook(Protocol):
    async def post(self, delivery: Delivery) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class DeliverEvent:
    rows: Rows
    webhook: Webhook
    dice: Callable[[], float]

    async def __call__(self, delivery_id: UUID) -> None:
        delivery = await self.rows.take(delivery_id, LEASE)
        if delivery is None:
            return
        outcome = await self.webhook.post(delivery)
        if outcome.is_delivered:
            await self.rows.note_delivered(delivery, outcome)
        else:
            next_after = next_delivery(delivery.attempts, asked=outcome.retry_after, dice=self.dice)
            await self.rows.note_failed(delivery, outcome, next_after)
        log.info(
            "delivery",
            event_id=delivery.event_id,
            event_type=delivery.event_type,
            endpoint=delivery.endpoint,
            attempt=delivery.attempts,
            status=outcome.status,
            reason=outcome.error,
            duration_ms=outcome.duration_ms,
        )
