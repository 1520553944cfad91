"""Statements by which operators have events told again, each in one transaction with its jobs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chunk_service.adapters.postgres.connected import Connected, Row
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.jobs import WakeUp, enqueue_deliveries
from chunk_service.adapters.postgres.statements import statement
from chunk_service.usecases.replay_events import Told

TOLD = statement("""
    SELECT e.type, array(SELECT d.endpoint FROM deliveries d WHERE d.event_id = e.id) AS endpoints
    FROM events e WHERE e.id = :event
""")

_ANEW = """
    state = 'pending', failures = 0, next_attempt_at = service_now(), delivered_at = NULL
"""

REPLAY = statement(f"""
    INSERT INTO deliveries (event_id, endpoint)
    SELECT e.id, told FROM events e, unnest(:endpoints) AS told WHERE e.id = :event
    ON CONFLICT (event_id, endpoint) DO UPDATE SET {_ANEW}
        WHERE deliveries.lease_until IS NULL OR deliveries.lease_until < service_now()
            OR deliveries.state <> 'pending'
    RETURNING id, endpoint, attempts
""")

REPLAY_DEAD = statement(f"""
    UPDATE deliveries SET {_ANEW}
    WHERE state = 'dead' AND (:endpoint IS NULL OR endpoint = :endpoint)
    RETURNING id, endpoint, attempts
""")


@dataclass(frozen=True, slots=True)
class ReplayingRows:
    database: Database

    async def told(self, event_id: str) -> Told | None:
        row = await self.database.row(TOLD, event=event_id)
        return None if row is None else Told(row["type"], frozenset(row["endpoints"]))

    async def replay(self, event_id: str, endpoints: Sequence[str]) -> Sequence[str]:
        """The endpoints that are told again; one that is being told now is not among them."""
        async with self.database.transaction() as connection:
            rows = await connection.rows(REPLAY, event=event_id, endpoints=list(endpoints))
            await hasten(connection, rows)
        return sorted(row["endpoint"] for row in rows)

    async def replay_dead(self, endpoint: str | None) -> int:
        async with self.database.transaction() as connection:
            rows = await connection.rows(REPLAY_DEAD, endpoint=endpoint)
            await hasten(connection, rows)
        return len(rows)


async def hasten(connection: Connected, deliveries: Iterable[Row]) -> None:
    """Wake-ups for now, whatever had been planned for these deliveries before."""
    await enqueue_deliveries(
        connection,
        [
            WakeUp(row["id"], row["endpoint"], attempt=row["attempts"] + 1, hastened=True)
            for row in deliveries
        ],
    )
