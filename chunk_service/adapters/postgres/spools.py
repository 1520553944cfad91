"""Statements about spools: volumes that are bound to this database, and when each was last seen."""

from dataclasses import dataclass

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.statements import statement
from chunk_service.domain.uploads import SpoolId

KNOWN = statement("SELECT forgotten_at IS NOT NULL AS forgotten FROM spools WHERE id = :spool")

ADD = statement("INSERT INTO spools (id, host) VALUES (:spool, :host) ON CONFLICT DO NOTHING")

BEAT = statement("UPDATE spools SET seen_at = service_now(), host = :host WHERE id = :spool")

HAS_LIVE_CHUNKS = statement("""
    SELECT EXISTS (
        SELECT FROM chunks c JOIN uploads u ON u.id = c.upload_id
        WHERE c.state = 'spooled' AND u.state IN ('open', 'completing')
    ) AS live
""")


@dataclass(frozen=True, slots=True)
class SpoolRows:
    database: Database
    host: str

    async def is_known(self, spool_id: SpoolId) -> bool:
        return await self.database.row(KNOWN, spool=spool_id) is not None

    async def add(self, spool_id: SpoolId) -> None:
        await self.database.run(ADD, spool=spool_id, host=self.host)

    async def beat(self, spool_id: SpoolId) -> None:
        await self.database.run(BEAT, spool=spool_id, host=self.host)

    async def has_live_chunks(self) -> bool:
        """Whether some spool holds bytes that nothing else has."""
        row = await self.database.row(HAS_LIVE_CHUNKS)
        return row is not None and bool(row["live"])
