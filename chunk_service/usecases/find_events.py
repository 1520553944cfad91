"""Events as operators see them: what was told, to whom, how often, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from chunk_service.domain.errors import NotFound
from chunk_service.domain.uploads import UploadId


class DeliveryState(StrEnum):
    """`dead` was tried as often as is planned, and waits for an operator."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Newest first; `before` is the last id of the page before."""

    limit: int
    before: str | None = None
    state: DeliveryState | None = None
    endpoint: str | None = None
    event_type: str | None = None
    upload_id: UploadId | None = None


@dataclass(frozen=True, slots=True)
class DeliverySummary:
    """`last_status` and `last_error` are those of the newest attempt that came to an end."""

    endpoint: str
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    last_status: int | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class EventSummary:
    id: str
    type: str
    upload_id: UploadId | None
    created_at: datetime
    deliveries: Sequence[DeliverySummary]


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """Without a duration: still being made, or its worker died over it."""

    number: int
    started_at: datetime
    duration_ms: int | None
    status: int | None
    error: str | None
    excerpt: str | None


@dataclass(frozen=True, slots=True)
class EventDetails:
    """`attempts` by endpoint, oldest first."""

    summary: EventSummary
    payload: bytes
    attempts: Mapping[str, Sequence[AttemptRecord]]


class Rows(Protocol):
    async def list(self, wanted: EventFilter) -> Sequence[EventSummary]: ...
    async def read(self, event_id: str) -> EventDetails | None: ...


@dataclass(frozen=True, slots=True)
class FindEvents:
    rows: Rows

    async def __call__(self, wanted: EventFilter) -> Sequence[EventSummary]:
        return await self.rows.list(wanted)

    async def read(self, event_id: str) -> EventDetails:
        found = await self.rows.read(event_id)
        if found is None:
            raise NotFound("There is no such event.")
        return found
