"""Statements of clean-up: which ended uploads still owe it, and what lies in this spool."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from chunk_service.adapters.postgres import listing
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.statements import statement
from chunk_service.adapters.postgres.values import UPLOAD_COLUMNS, upload_of
from chunk_service.domain.uploads import SpoolId, UploadId
from chunk_service.usecases.clean_up import Owed

_ENDED = "u.state IN ('stored', 'failed', 'aborted', 'expired')"

OWED = statement(f"""
    SELECT {UPLOAD_COLUMNS}, u.cleanup_passes FROM uploads u
    WHERE u.id = :upload AND u.cleanup_due_at <= service_now()
""")

SPOOLED_FILES = statement(f"""
    SELECT c.file_name FROM chunks c JOIN uploads u ON u.id = c.upload_id
    WHERE c.upload_id = :upload AND c.spool_id = :spool AND c.state = 'spooled' AND {_ENDED}
""")

DROP_FILES = statement(f"""
    UPDATE chunks c SET state = 'relayed' FROM uploads u
    WHERE u.id = c.upload_id AND c.upload_id = :upload AND c.spool_id = :spool
        AND c.state = 'spooled' AND {_ENDED}
""")

# By `expires_at` no presigned request can bring a pending object back any more.
# Whoever claimed a window and died over it gives nothing back.
NOTE_PASS = statement("""
    WITH freed AS (
        UPDATE parts SET lease_holder = NULL, lease_until = NULL
        WHERE upload_id = :upload AND lease_holder IS NOT NULL
    )
    UPDATE uploads SET cleanup_passes = cleanup_passes + 1,
        cleanup_due_at = :delay + CASE WHEN pending_key IS NULL THEN service_now()
            ELSE greatest(service_now(), expires_at) END
    WHERE id = :upload AND cleanup_passes = :pass_number
""")

TIDY = statement("""
    SELECT u.id, array(
        SELECT c.file_name FROM chunks c
        WHERE c.upload_id = u.id AND c.spool_id = :spool AND c.state = 'spooled'
    ) AS file_names
    FROM uploads u
    WHERE u.id = ANY (:uploads) AND u.state = 'stored' AND u.cleanup_passes = 0
        AND u.pending_key IS NULL AND u.cleanup_due_at <= service_now()
""")

# Of an object of one part only that was ever sent: no late request can leave anything behind it.
NOTE_TIDIED = statement("""
    WITH dropped AS (
        UPDATE chunks SET state = 'relayed'
        WHERE upload_id = ANY (:uploads) AND spool_id = :spool AND state = 'spooled'
    ), freed AS (
        UPDATE parts SET lease_holder = NULL, lease_until = NULL
        WHERE upload_id = ANY (:uploads) AND lease_holder IS NOT NULL
    )
    UPDATE uploads SET cleanup_passes = 1,
        cleanup_due_at = CASE WHEN way NOT IN ('chunks', 'whole') OR mpu_id IS NOT NULL
            OR total_size > part_size THEN service_now() + :delay END
    WHERE id = ANY (:uploads) AND state = 'stored' AND cleanup_passes = 0
""")

PUT_OFF = statement("""
    UPDATE uploads SET cleanup_due_at = service_now() + :delay
    WHERE id = :upload AND cleanup_due_at IS NOT NULL
""")

FIND_OWED = statement(f"""
    SELECT id FROM uploads WHERE cleanup_due_at <= service_now() AND {listing.UPLOADS}
    UNION
    SELECT c.upload_id FROM chunks c JOIN uploads u ON u.id = c.upload_id
    WHERE c.spool_id = :spool AND c.state = 'spooled' AND c.{listing.CHUNKS} AND {_ENDED}
    LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class CleaningRows:
    database: Database

    async def owed(self, upload_id: UploadId) -> Owed | None:
        row = await self.database.row(OWED, upload=upload_id)
        if row is None:
            return None
        return Owed(upload=upload_of(row), passes_done=row["cleanup_passes"])

    async def spooled_files(self, upload_id: UploadId, spool_id: SpoolId) -> Sequence[str]:
        rows = await self.database.rows(SPOOLED_FILES, upload=upload_id, spool=spool_id)
        return [row["file_name"] for row in rows]

    async def drop_files(self, upload_id: UploadId, spool_id: SpoolId) -> None:
        await self.database.run(DROP_FILES, upload=upload_id, spool=spool_id)

    async def note_pass(self, owed: Owed, next_after: timedelta | None) -> None:
        """Count the pass; None where no further one is owed."""
        await self.database.run(
            NOTE_PASS, upload=owed.upload.id, pass_number=owed.passes_done, delay=next_after
        )

    async def tidy(
        self, upload_ids: Sequence[UploadId], spool_id: SpoolId
    ) -> Mapping[UploadId, Sequence[str]]:
        """Those whose first pass is due and touches no more than these files of this spool."""
        rows = await self.database.rows(TIDY, uploads=list(upload_ids), spool=spool_id)
        return {UploadId(row["id"]): row["file_names"] for row in rows}

    async def note_tidied(
        self, upload_ids: Sequence[UploadId], spool_id: SpoolId, next_after: timedelta
    ) -> None:
        """Their files are gone, the pass is done; another one is owed where more was ever sent than
        the object.
        """
        await self.database.run(
            NOTE_TIDIED, uploads=list(upload_ids), spool=spool_id, delay=next_after
        )

    async def put_off(self, upload_id: UploadId, delay: timedelta) -> None:
        await self.database.run(PUT_OFF, upload=upload_id, delay=delay)

    async def find_owed(self, spool_id: SpoolId, limit: int) -> Sequence[UploadId]:
        rows = await self.database.rows(FIND_OWED, spool=spool_id, limit=limit)
        return [UploadId(row["id"]) for row in rows]
