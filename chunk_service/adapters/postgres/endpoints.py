"""Statements about the receivers of events: what waits for each, and which are disabled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.replaying import hasten
from chunk_service.adapters.postgres.statements import statement
from chunk_service.usecases.tend_endpoints import EndpointStatus

COUNTS = statement("""
    SELECT endpoint, count(*) FILTER (WHERE state = 'pending') AS pending,
        count(*) FILTER (WHERE state = 'dead') AS dead
    FROM deliveries WHERE state IN ('pending', 'dead') GROUP BY endpoint
""")

DISABLED = statement("SELECT endpoint, address, disabled_at FROM disabled_endpoints")

ENABLE = statement("DELETE FROM disabled_endpoints WHERE endpoint = :endpoint")

DUE_NOW = statement("""
    UPDATE deliveries SET next_attempt_at = service_now()
    WHERE endpoint = :endpoint AND state = 'pending'
        AND (lease_until IS NULL OR lease_until < service_now())
    RETURNING id, endpoint, attempts
""")


@dataclass(frozen=True, slots=True)
class EndpointRows:
    """`addresses`: what identifies each endpoint's address now, by the endpoint's name."""

    database: Database
    addresses: Mapping[str, bytes | None]

    async def list(self) -> Sequence[EndpointStatus]:
        counts = {row["endpoint"]: row for row in await self.database.rows(COUNTS)}
        disabled = await self._disabled()
        return [
            EndpointStatus(
                name=name,
                is_configured=name in self.addresses,
                disabled_at=disabled.get(name),
                pending=counts[name]["pending"] if name in counts else 0,
                dead=counts[name]["dead"] if name in counts else 0,
            )
            for name in sorted({*self.addresses, *counts, *disabled})
        ]

    async def enable(self, endpoint: str) -> int | None:
        """What waits goes out now; None where the endpoint was not disabled."""
        async with self.database.transaction() as connection:
            if not await connection.run(ENABLE, endpoint=endpoint):
                return None
            due = await connection.rows(DUE_NOW, endpoint=endpoint)
            await hasten(connection, due)
        return len(due)

    async def _disabled(self) -> Mapping[str, datetime]:
        """Since when; an endpoint that has got another address is in use again."""
        return {
            row["endpoint"]: row["disabled_at"]
            for row in await self.database.rows(DISABLED)
            if self.addresses.get(row["endpoint"], row["address"]) == row["address"]
        }
