"""Statements of the round that finds deliveries whose wake-up was lost, or that nobody serves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.jobs import WakeUp, enqueue_deliveries
from chunk_service.adapters.postgres.statements import statement

log = structlog.get_logger(__name__)

MOST_WOKEN = 5000

FIND_DUE = statement("""
    SELECT id, endpoint, attempts FROM deliveries
    WHERE endpoint = :endpoint AND state = 'pending' AND next_attempt_at <= service_now()
        AND (lease_until IS NULL OR lease_until < service_now())
        AND NOT EXISTS (
            SELECT FROM disabled_endpoints off
            WHERE off.endpoint = :endpoint AND off.address = :address
        )
    ORDER BY next_attempt_at, id LIMIT :limit
""")

FIND_UNSERVED = statement("""
    SELECT endpoint, count(*) AS deliveries FROM deliveries
    WHERE state = 'pending' AND endpoint <> ALL (:endpoints)
    GROUP BY endpoint ORDER BY endpoint
""")


@dataclass(frozen=True, slots=True)
class WakingRows:
    """`addresses`: what identifies each endpoint's address now, by the endpoint's name."""

    database: Database
    addresses: Mapping[str, bytes | None]

    async def wake_due(self) -> int:
        """Enqueue what is due and has no wake-up: its job was lost, or ran in vain."""
        return sum([await self._wake(*each) for each in self.addresses.items()])

    async def _wake(self, endpoint: str, address: bytes | None) -> int:
        values = {"endpoint": endpoint, "address": address, "limit": MOST_WOKEN}
        async with self.database.transaction() as connection:
            due = await connection.rows(FIND_DUE, **values)
            wake_ups = [WakeUp(row["id"], endpoint, attempt=row["attempts"] + 1) for row in due]
            await enqueue_deliveries(connection, wake_ups)
        return len(wake_ups)

    async def tell_unserved(self) -> Sequence[str]:
        """Say which deliveries wait for endpoints that are not configured here."""
        rows = await self.database.rows(FIND_UNSERVED, endpoints=list(self.addresses))
        for row in rows:
            log.warning(
                "deliveries wait for an endpoint that is not configured",
                endpoint=row["endpoint"],
                deliveries=row["deliveries"],
            )
        return [row["endpoint"] for row in rows]
