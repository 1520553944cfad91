"""Statements of one delivery: take it where it is due, note what came of the attempt."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.jobs import WakeUp, enqueue_deliveries
from chunk_service.adapters.postgres.statements import statement
from chunk_service.usecases.deliver_event import Delivery, Outcome

TAKE = statement("""
    WITH d AS (
        UPDATE deliveries SET attempts = attempts + 1, lease_until = service_now() + :lease
        WHERE id = :delivery AND state = 'pending' AND next_attempt_at <= service_now()
            AND (lease_until IS NULL OR lease_until < service_now())
            AND NOT EXISTS (
                SELECT FROM disabled_endpoints off
                WHERE off.endpoint = deliveries.endpoint AND off.address = :address
            )
        RETURNING *
    ), attempt AS (
        INSERT INTO delivery_attempts (delivery_id, number, started_at)
        SELECT id, attempts, service_now() FROM d
    )
    SELECT d.id, d.event_id, e.type, e.payload, d.endpoint, d.target, d.attempts, d.failures,
        e.upload_id
    FROM d JOIN events e ON e.id = d.event_id
""")

LEASED_FOR = statement("""
    SELECT lease_until - service_now() AS remaining FROM deliveries
    WHERE id = :delivery AND state = 'pending' AND lease_until > service_now()
""")

_NOTE_ATTEMPT = """
    attempt AS (
        UPDATE delivery_attempts SET duration_ms = :duration_ms, status = :status, error = :error,
            excerpt = :excerpt
        WHERE delivery_id = :delivery AND number = :number
    )
"""

NOTE_DELIVERED = statement(f"""
    WITH {_NOTE_ATTEMPT}
    UPDATE deliveries SET state = 'delivered', delivered_at = service_now(), lease_until = NULL
    WHERE id = :delivery
""")

NOTE_FAILED = statement(f"""
    WITH {_NOTE_ATTEMPT}
    UPDATE deliveries SET lease_until = NULL, failures = failures + 1,
        state = CASE WHEN :delay IS NULL THEN 'dead' ELSE 'pending' END,
        next_attempt_at = service_now() + coalesce(:delay, interval '0')
    WHERE id = :delivery AND state = 'pending' AND attempts = :number
    RETURNING clock_timestamp() - now() AS lag
""")

DISABLE = statement("""
    INSERT INTO disabled_endpoints (endpoint, address) VALUES (:endpoint, :address)
    ON CONFLICT (endpoint) DO UPDATE SET address = excluded.address, disabled_at = service_now()
""")


@dataclass(frozen=True, slots=True)
class DeliveringRows:
    database: Database

    async def take(
        self, delivery_id: UUID, lease: timedelta, address: bytes | None = None
    ) -> Delivery | None:
        row = await self.database.row(TAKE, delivery=delivery_id, lease=lease, address=address)
        if row is None:
            return None
        return Delivery(
            id=row["id"],
            event_id=row["event_id"],
            event_type=row["type"],
            payload=row["payload"],
            endpoint=row["endpoint"],
            target=row["target"],
            attempts=row["attempts"],
            failures=row["failures"],
            upload_id=row["upload_id"],
        )

    async def leased_for(self, delivery_id: UUID) -> timedelta | None:
        """How long another worker may still have it in hand; None where nobody has."""
        row = await self.database.row(LEASED_FOR, delivery=delivery_id)
        return None if row is None else row["remaining"]

    async def note_delivered(self, delivery: Delivery, outcome: Outcome) -> None:
        await self.database.run(NOTE_DELIVERED, **_attempt(delivery, outcome))

    async def note_failed(
        self, delivery: Delivery, outcome: Outcome, next_after: timedelta | None
    ) -> None:
        """Plan the next attempt and its wake-up; None makes the delivery a dead letter."""
        async with self.database.transaction() as connection:
            values = {**_attempt(delivery, outcome), "delay": next_after}
            noted = await connection.row(NOTE_FAILED, **values)
            if noted is not None and next_after is not None:
                # The queue counts from the transaction's beginning, which was earlier: a wake-up
                # that comes before the delivery is due would be in vain.
                after = next_after + noted["lag"]
                wake_up = WakeUp(delivery.id, delivery.endpoint, delivery.attempts + 1, after=after)
                await enqueue_deliveries(connection, [wake_up])

    async def disable(self, endpoint: str, address: bytes) -> None:
        """Send nothing to this address of the endpoint until it is enabled again."""
        await self.database.run(DISABLE, endpoint=endpoint, address=address)


def _attempt(delivery: Delivery, outcome: Outcome) -> dict[str, object]:
    return {
        "delivery": delivery.id,
        "number": delivery.attempts,
        "duration_ms": outcome.duration_ms,
        "status": outcome.status,
        "error": outcome.error,
        "excerpt": outcome.excerpt,
    }
