"""Statements about spools: volumes that are bound to this database, and when each was last seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chunk_service.adapters.postgres import listing
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.identity import IS_FAMILIAR
from chunk_service.adapters.postgres.statements import statement
from chunk_service.domain.uploads import SpoolId, UploadId

KNOWN = statement("SELECT id FROM spools WHERE id = :spool")

ADD = statement("INSERT INTO spools (id, host) VALUES (:spool, :host) ON CONFLICT DO NOTHING")

BEAT = statement("""
    UPDATE spools SET seen_at = service_now(), host = :host, forgotten_at = NULL
    WHERE id = :spool
""")

HAS_LIVE_CHUNKS = statement(f"""
    SELECT EXISTS (
        SELECT FROM chunks c JOIN uploads u ON u.id = c.upload_id
        WHERE c.state = 'spooled' AND c.{listing.CHUNKS} AND u.state IN ('open', 'completing')
    ) AS live
""")

# A database that was restored does not know when it saw them last.
AWAY = statement(f"""
    SELECT id FROM spools
    WHERE forgotten_at IS NULL AND seen_at < service_now() - :max_age AND {IS_FAMILIAR}
""")

FILES_OF = statement(f"""
    SELECT c.upload_id, array_agg(c.file_name) AS file_names
    FROM chunks c JOIN uploads u ON u.id = c.upload_id
    WHERE c.spool_id = :spool AND c.state = 'spooled' AND c.{listing.CHUNKS}
        AND u.state IN ('open', 'completing')
    GROUP BY c.upload_id
""")

FORGET = statement(f"""
    WITH freed AS (
        UPDATE uploads SET spool_id = NULL
        WHERE spool_id = :spool AND state IN ('open', 'completing') AND {listing.UPLOADS}
    ), released AS (
        DELETE FROM reservations WHERE spool_id = :spool
    )
    UPDATE spools SET forgotten_at = service_now() WHERE id = :spool
""")

LIST = statement(f"""
    SELECT s.id, s.host, s.created_at, s.seen_at, s.forgotten_at, s.draining_since,
        service_now() - s.seen_at AS away,
        held.chunks, held.size_bytes
    FROM spools s, LATERAL (
        SELECT count(*) AS chunks, coalesce(sum(size_bytes), 0) AS size_bytes FROM chunks c
        WHERE c.spool_id = s.id AND c.state = 'spooled' AND c.{listing.CHUNKS}
    ) held ORDER BY s.created_at
""")


@dataclass(frozen=True, slots=True)
class KnownSpool:
    id: SpoolId
    host: str
    created_at: datetime
    seen_at: datetime
    away: timedelta
    is_forgotten: bool
    is_draining: bool
    chunks: int
    size_bytes: int


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

    async def away(self, longer_than: timedelta) -> Sequence[SpoolId]:
        rows = await self.database.rows(AWAY, max_age=longer_than)
        return [SpoolId(row["id"]) for row in rows]

    async def files_of(self, spool_id: SpoolId) -> Sequence[tuple[UploadId, Sequence[str]]]:
        rows = await self.database.rows(FILES_OF, spool=spool_id)
        return [(UploadId(row["upload_id"]), row["file_names"]) for row in rows]

    async def forget(self, spool_id: SpoolId) -> None:
        """Nothing is bound to the spool any more, and nothing reserved in it."""
        await self.database.run(FORGET, spool=spool_id)

    async def list(self) -> Sequence[KnownSpool]:
        rows = await self.database.rows(LIST)
        return [
            KnownSpool(
                id=SpoolId(row["id"]),
                host=row["host"],
                created_at=row["created_at"],
                seen_at=row["seen_at"],
                away=row["away"],
                is_forgotten=row["forgotten_at"] is not None,
                is_draining=row["draining_since"] is not None,
                chunks=row["chunks"],
                size_bytes=int(row["size_bytes"]),
            )
            for row in rows
        ]
