"""Statements of deliveries: take one that is due, note what came of it, find what is due."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.jobs import WakeUp, enqueue_deliveries
from chunk_service.adapters.postgres.statements import statement
from chunk_service.usecases.deliver_event import Delivery, Outcome

MOST_WOKEN = 500

TAKE = statement("""
    UPDATE deliveries d SET attempts = attempts + 1, lease_until = service_now() + :lease
    FROM events e
    WHERE d.id = :delivery AND e.id = d.event_id AND d.state = 'pending'
        AND d.next_attempt_at <= service_now()
        AND (d.lease_until IS NULL OR d.lease_until < service_now())
    RETURNING d.id, d.event_id, e.type, e.payload, d.endpoint, d.attempts
""")

_ATTEMPT = """
    attempt AS (
        INSERT INTO delivery_attempts
            (delivery_id, number, started_at, duration_ms, status, error, excerpt)
        SELECT id, :number, service_now() - make_interval(secs => :duration_ms / 1000.0),
            :duration_ms, :status, :error, :excerpt
        FROM d
        ON CONFLICT DO NOTHING
    )
"""

NOTE_DELIVERED = statement(f"""
    WITH d AS (
        UPDATE deliveries SET state = 'delivered', delivered_at = service_now(),
            lease_until = NULL
        WHERE id = :delivery AND state = 'pending'
        RETURNING id
    ), {_ATTEMPT}
    SELECT id FROM d
""")

NOTE_FAILED = statement(f"""
    WITH d AS (
        UPDATE deliveries SET lease_until = NULL,
            state = CASE WHEN :delay IS NULL THEN 'dead' ELSE 'pending' END,
            next_attempt_at = service_now() + coalesce(:delay, interval '0')
        WHERE id = :delivery AND state = 'pending' AND attempts = :number
        RETURNING id
    ), {_ATTEMPT}
    SELECT id FROM d
""")

FIND_DUE = statement("""
    SELECT id, attempts FROM deliveries
    WHERE state = 'pending' AND next_attempt_at <= service_now()
        AND (lease_until IS NULL OR lease_until < service_now())
    ORDER BY next_attempt_at LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class DeliveringRows:
    database: Database

    async def take(self, delivery_id: UUID, lease: timedelta) -> Delivery | None:
        row = await self.database.row(TAKE, delivery=delivery_id, lease=lease)
        if row is None:
            return None
        return Delivery(
            id=row["id"],
            event_id=row["event_id"],
            event_type=row["type"],
            payload=row["payload"],
            endpoint=row["endpoint"],
            attempts=row["attempts"],
        )

    async def note_delivered(self, delivery: Delivery, outcome: Outcome) -> None:
        await self.database.rows(NOTE_DELIVERED, **_attempt(delivery, outcome))

    async def note_failed(
        self, delivery: Delivery, outcome: Outcome, next_after: timedelta | None
    ) -> None:
        """Plan the next attempt and its wake-up; None makes the delivery a dead letter."""
        async with self.database.transaction() as connection:
            values = {**_attempt(delivery, outcome), "delay": next_after}
            result = await connection.execute(NOTE_FAILED, values)
            if result.first() is not None and next_after is not None:
                wake_up = WakeUp(delivery.id, attempt=delivery.attempts + 1, after=next_after)
                await enqueue_deliveries(connection, [wake_up])

    async def wake_due(self) -> None:
        """Enqueue what is due and has no wake-up: its job was lost, or ran in vain."""
        async with self.database.transaction() as connection:
            result = await connection.execute(FIND_DUE, {"limit": MOST_WOKEN})
            wake_ups = [WakeUp(row["id"], attempt=row["attempts"] + 1) for row in result.mappings()]
            await enqueue_deliveries(connection, wake_ups)


def _attempt(delivery: Delivery, outcome: Outcome) -> dict[str, object]:
    return {
        "delivery": delivery.id,
        "number": delivery.attempts,
        "duration_ms": outcome.duration_ms,
        "status": outcome.status,
        "error": outcome.error,
        "excerpt": outcome.excerpt,
    }
