"""What the database says of a run: every event, its delivery and its attempts; and its waits.

The schedule waits for days. A run skips the waits, as if that time had passed for the deliveries
that wait; leases and attempts under way keep the real clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

_SKIP_WAITS = """
    UPDATE deliveries SET next_attempt_at = service_now()
    WHERE state = 'pending' AND next_attempt_at > service_now() AND lease_until IS NULL;
    UPDATE pgqueuer SET execute_after = now() WHERE status = 'queued' AND execute_after > now();
"""
_STATES = "SELECT state, count(*) AS count FROM deliveries GROUP BY state"
_EVENTS = """
    SELECT e.id, e.payload, d.state, d.attempts
    FROM events e JOIN deliveries d ON d.event_id = e.id
"""
_ATTEMPTS = """
    SELECT d.event_id, a.number, a.started_at, a.duration_ms, a.status, a.error
    FROM delivery_attempts a JOIN deliveries d ON d.id = a.delivery_id
    ORDER BY d.event_id, a.number
"""


@dataclass(frozen=True, slots=True)
class Event:
    id: str
    payload: bytes
    state: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Attempt:
    event_id: str
    number: int
    started_at: datetime
    duration_ms: int | None
    status: int | None
    error: str | None

    @property
    def is_lost(self) -> bool:
        """Its worker was killed over it."""
        return self.duration_ms is None

    @property
    def is_acknowledged(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Records:
    url: str

    async def skip_waits(self) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(_SKIP_WAITS)
        finally:
            await connection.close()

    async def states(self) -> dict[str, int]:
        return {row["state"]: row["count"] for row in await self._fetch(_STATES)}

    async def events(self) -> Sequence[Event]:
        return [Event(**dict(row)) for row in await self._fetch(_EVENTS)]

    async def attempts(self) -> Sequence[Attempt]:
        return [Attempt(**dict(row)) for row in await self._fetch(_ATTEMPTS)]

    async def _fetch(self, query: str) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.url)
        try:
            return list(await connection.fetch(query))
        finally:
            await connection.close()
