"""Statements by which operators look at events, their deliveries and attempts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chunk_service.adapters.postgres.connected import Row
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.statements import statement
from chunk_service.domain.uploads import UploadId
from chunk_service.usecases.find_events import (
    AttemptRecord,
    DeliveryState,
    DeliverySummary,
    EventDetails,
    EventFilter,
    EventSummary,
)

LIST = statement("""
    SELECT e.id, e.type, e.upload_id, e.created_at FROM events e
    WHERE (:before IS NULL OR e.id < :before)
        AND (:event_type IS NULL OR e.type = :event_type)
        AND (:upload IS NULL OR e.upload_id = :upload)
        AND ((:state IS NULL AND :endpoint IS NULL) OR e.id IN (
            SELECT d.event_id FROM deliveries d
            WHERE (:state IS NULL OR d.state = :state)
                AND (:endpoint IS NULL OR d.endpoint = :endpoint)
        ))
    ORDER BY e.id DESC LIMIT :limit
""")

DELIVERIES = statement("""
    SELECT d.event_id, d.endpoint, d.state, d.attempts, d.delivered_at,
        CASE WHEN d.state = 'pending' THEN d.next_attempt_at END AS next_attempt_at,
        last.status, last.error
    FROM deliveries d LEFT JOIN LATERAL (
        SELECT a.status, a.error FROM delivery_attempts a
        WHERE a.delivery_id = d.id AND a.duration_ms IS NOT NULL
        ORDER BY a.number DESC LIMIT 1
    ) last ON true
    WHERE d.event_id = ANY (:events)
    ORDER BY d.event_id, d.endpoint
""")

READ = statement("SELECT id, type, upload_id, created_at, payload FROM events WHERE id = :event")

ATTEMPTS = statement("""
    SELECT d.endpoint, a.* FROM delivery_attempts a JOIN deliveries d ON d.id = a.delivery_id
    WHERE d.event_id = :event ORDER BY d.endpoint, a.number
""")


@dataclass(frozen=True, slots=True)
class EventRows:
    database: Database

    async def list(self, wanted: EventFilter) -> Sequence[EventSummary]:
        rows = await self.database.rows(
            LIST,
            before=wanted.before,
            event_type=wanted.event_type,
            upload=wanted.upload_id,
            state=wanted.state,
            endpoint=wanted.endpoint,
            limit=wanted.limit,
        )
        deliveries = await self._deliveries([row["id"] for row in rows])
        return [_summary(row, deliveries) for row in rows]

    async def read(self, event_id: str) -> EventDetails | None:
        row = await self.database.row(READ, event=event_id)
        if row is None:
            return None
        attempts = defaultdict[str, list[AttemptRecord]](list)
        for each in await self.database.rows(ATTEMPTS, event=event_id):
            attempts[each["endpoint"]].append(_attempt(each))
        summary = _summary(row, await self._deliveries([event_id]))
        return EventDetails(summary, payload=row["payload"], attempts=attempts)

    async def _deliveries(
        self, event_ids: Sequence[str]
    ) -> Mapping[str, Sequence[DeliverySummary]]:
        found = defaultdict[str, list[DeliverySummary]](list)
        for row in await self.database.rows(DELIVERIES, events=event_ids):
            found[row["event_id"]].append(_delivery(row))
        return found


def _summary(row: Row, deliveries: Mapping[str, Sequence[DeliverySummary]]) -> EventSummary:
    return EventSummary(
        id=row["id"],
        type=row["type"],
        upload_id=None if row["upload_id"] is None else UploadId(row["upload_id"]),
        created_at=row["created_at"],
        deliveries=tuple(deliveries.get(row["id"], ())),
    )


def _delivery(row: Row) -> DeliverySummary:
    return DeliverySummary(
        endpoint=row["endpoint"],
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        next_attempt_at=row["next_attempt_at"],
        delivered_at=row["delivered_at"],
        last_status=row["status"],
        last_error=row["error"],
    )


def _attempt(row: Row) -> AttemptRecord:
    return AttemptRecord(
        number=row["number"],
        started_at=row["started_at"],
        duration_ms=row["duration_ms"],
        status=row["status"],
        error=row["error"],
        excerpt=row["excerpt"],
    )
