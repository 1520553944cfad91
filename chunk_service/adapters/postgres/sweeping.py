"""Statements of sweeps: what rows say about files, deadlines that passed, spools that went away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from chunk_service.adapters.postgres import listing
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.identity import DatabaseIdentity
from chunk_service.adapters.postgres.statements import statement
from chunk_service.adapters.postgres.values import UPLOAD_COLUMNS, upload_of
from chunk_service.domain.uploads import SpoolId, Upload, UploadId
from chunk_service.usecases.sweep_spool import ExpectedFile

EXPECTED_FILES = statement(f"""
    SELECT c.upload_id, c.file_name, c.size_bytes
    FROM chunks c JOIN uploads u ON u.id = c.upload_id
    WHERE c.spool_id = :spool AND c.state = 'spooled' AND c.{listing.CHUNKS}
        AND u.state IN ('open', 'completing')
""")

NAMED_FILES = statement(f"""
    SELECT file_name FROM chunks
    WHERE spool_id = :spool AND state = 'spooled' AND {listing.CHUNKS}
    UNION ALL
    SELECT file_name FROM reservations WHERE spool_id = :spool
""")

LAPSED = statement("""
    SELECT file_name FROM reservations
    WHERE spool_id = :spool AND expires_at < service_now()
""")

REAP = statement("""
    DELETE FROM reservations WHERE spool_id = :spool AND expires_at < service_now()
    RETURNING file_name
""")

FIND_EXPIRED = statement(f"""
    SELECT {UPLOAD_COLUMNS} FROM uploads u
    WHERE u.state = 'open' AND u.pending_key IS NULL AND u.expires_at <= service_now()
        AND u.{listing.UPLOADS}
    ORDER BY u.expires_at LIMIT :limit
""")

PRUNE_KEYS = statement("""
    DELETE FROM idempotency_keys WHERE created_at < service_now() - interval '24 hours'
""")

PRUNE_UPLOADS = statement("""
    DELETE FROM uploads WHERE id IN (
        SELECT id FROM uploads
        WHERE ended_at < service_now() - :max_age AND cleanup_due_at IS NULL
        LIMIT :limit
    )
""")


@dataclass(frozen=True, slots=True)
class SweepingRows:
    database: Database
    identity: DatabaseIdentity

    async def expected_files(self, spool_id: SpoolId) -> Sequence[ExpectedFile]:
        rows = await self.database.rows(EXPECTED_FILES, spool=spool_id)
        return [
            ExpectedFile(UploadId(row["upload_id"]), row["file_name"], row["size_bytes"])
            for row in rows
        ]

    async def named_files(self, spool_id: SpoolId) -> frozenset[str]:
        rows = await self.database.rows(NAMED_FILES, spool=spool_id)
        return frozenset(row["file_name"] for row in rows)

    async def lapsed_reservations(self, spool_id: SpoolId) -> Sequence[str]:
        return [row["file_name"] for row in await self.database.rows(LAPSED, spool=spool_id)]

    async def reap_reservations(self, spool_id: SpoolId) -> Sequence[str]:
        """Delete what has lapsed, committed on return; the names of files that may go now."""
        return [row["file_name"] for row in await self.database.rows(REAP, spool=spool_id)]

    async def may_destroy(self) -> bool:
        return await self.identity.is_familiar()

    async def find_expired(self, limit: int) -> Sequence[Upload]:
        rows = await self.database.rows(FIND_EXPIRED, limit=limit)
        return [upload_of(row) for row in rows]

    async def prune(self, ended_for: timedelta, limit: int) -> int:
        """Forget idempotency keys of yesterday and uploads that ended long ago."""
        await self.database.run(PRUNE_KEYS)
        return await self.database.run(PRUNE_UPLOADS, max_age=ended_for, limit=limit)
