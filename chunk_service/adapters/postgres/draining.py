"""Statements of spools that take no new uploads: begun, undone, and what is left to finish.

`TAKES_NEW` is asked within the statements that would bind an upload to a spool, so that after
draining began no upload is begun there, whatever a process knew before.
"""

from dataclasses import dataclass

from chunk_service.adapters.postgres import listing
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.statements import statement
from chunk_service.domain.uploads import SpoolId
from chunk_service.usecases.drain_spool import Left

TAKES_NEW = """
    NOT EXISTS (SELECT FROM spools WHERE id = :spool AND draining_since IS NOT NULL)
"""

DRAIN = statement("""
    UPDATE spools SET draining_since = coalesce(draining_since, service_now()) WHERE id = :spool
""")

UNDO = statement("UPDATE spools SET draining_since = NULL WHERE id = :spool")

IS_DRAINING = statement(f"SELECT NOT {TAKES_NEW} AS is_draining")

LEFT = statement(f"""
    WITH here AS (
        SELECT c.upload_id, c.size_bytes FROM chunks c JOIN uploads u ON u.id = c.upload_id
        WHERE c.spool_id = :spool AND c.state = 'spooled' AND c.{listing.CHUNKS}
            AND u.state IN ('open', 'completing')
    )
    SELECT (SELECT count(*) FROM here) AS chunks,
        (SELECT coalesce(sum(size_bytes), 0) FROM here) AS size_bytes,
        (SELECT count(*) FROM reservations r
            WHERE r.spool_id = :spool AND r.attempt IS DISTINCT FROM r.upload_id
                AND r.expires_at > service_now()) AS attempts,
        (SELECT count(*) FROM uploads u
            WHERE u.state IN ('open', 'completing') AND u.{listing.UPLOADS}
            AND (u.spool_id = :spool OR u.id IN (SELECT upload_id FROM here))) AS uploads
""")


@dataclass(frozen=True, slots=True)
class DrainingRows:
    database: Database

    async def drain(self, spool_id: SpoolId) -> bool:
        """Whether there is such a spool."""
        return await self.database.run(DRAIN, spool=spool_id) == 1

    async def undo(self, spool_id: SpoolId) -> bool:
        return await self.database.run(UNDO, spool=spool_id) == 1

    async def is_draining(self, spool_id: SpoolId) -> bool:
        row = await self.database.row(IS_DRAINING, spool=spool_id)
        return row is not None and bool(row["is_draining"])

    async def left(self, spool_id: SpoolId) -> Left:
        row = await self.database.row(LEFT, spool=spool_id)
        assert row is not None
        return Left(
            uploads=row["uploads"],
            chunks=row["chunks"],
            size_bytes=int(row["size_bytes"]),
            attempts=row["attempts"],
        )
