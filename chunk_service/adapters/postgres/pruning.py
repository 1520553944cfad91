"""Statements that forget what is over: events of which everybody was told, shares that ended, logs
of the queue.
"""

from dataclasses import dataclass
from datetime import timedelta

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.statements import statement

MOST_AT_ONCE = 1000

PRUNE_EVENTS = statement("""
    WITH old AS (
        SELECT id FROM events
        WHERE created_at < service_now() - :max_age AND NOT EXISTS (
            SELECT FROM deliveries d
            WHERE d.event_id = events.id AND (d.state <> 'delivered'
                OR d.delivered_at >= service_now() - :max_age)
        )
        ORDER BY created_at LIMIT :limit
    ), told AS (
        DELETE FROM deliveries USING old WHERE deliveries.event_id = old.id
    )
    DELETE FROM events USING old WHERE events.id = old.id
""")

PRUNE_SHARES = statement("""
    DELETE FROM shares s USING files f
    WHERE f.id = s.file_id
        AND least(s.revoked_at, s.expires_at, f.deleted_at) < service_now() - :max_age
""")

PRUNE_JOB_LOG = statement("DELETE FROM pgqueuer_log WHERE created < now() - :max_age")
PRUNE_JOB_STATISTICS = statement("""
    DELETE FROM pgqueuer_statistics WHERE created < now() - :max_age
""")


@dataclass(frozen=True, slots=True)
class PruningRows:
    database: Database

    async def prune_events(self, older_than: timedelta) -> int:
        """Remove events, with deliveries and attempts, that nobody is owed any more."""
        pruned = 0
        while count := await self._prune_some(older_than):
            pruned += count
        return pruned

    async def prune_shares(self, ended_before: timedelta) -> int:
        """Remove shares that ended so long ago; one that is used up ends with its time or file."""
        return await self.database.run(PRUNE_SHARES, max_age=ended_before)

    async def prune_job_log(self, older_than: timedelta) -> None:
        await self.database.run(PRUNE_JOB_LOG, max_age=older_than)
        await self.database.run(PRUNE_JOB_STATISTICS, max_age=older_than)

    async def _prune_some(self, older_than: timedelta) -> int:
        return await self.database.run(PRUNE_EVENTS, max_age=older_than, limit=MOST_AT_ONCE)
