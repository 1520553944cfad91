"""Statements of closing: begin, one closer at a time, the mark that a call is outstanding."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.signals import NOTIFY_COMPLETING
from chunk_service.adapters.postgres.statements import statement
from chunk_service.adapters.postgres.values import UPLOAD_COLUMNS, digest_of, upload_of
from chunk_service.domain.completion import Completion
from chunk_service.domain.uploads import SpoolId, Upload, UploadId
from chunk_service.usecases.relaying import SourceChunk

BEGIN_COMPLETING = statement(f"""
    WITH u AS (
        UPDATE uploads SET state = 'completing', total_chunks = :total_chunks,
            total_size = received_bytes, completed_at = service_now()
        WHERE id = :upload AND state = 'open'
            AND chunk_count = :total_chunks AND highest_index = :total_chunks - 1
            AND received_bytes = :size
            AND (chunk_size IS NOT NULL OR prefix_chunks = :total_chunks)
        RETURNING *
    )
    SELECT {UPLOAD_COLUMNS}, {NOTIFY_COMPLETING} FROM u
""")

TAKE = statement(f"""
    WITH u AS (
        UPDATE uploads SET close_holder = :holder, close_until = service_now() + :lease
        WHERE id = :upload AND state = 'completing'
            AND (close_until IS NULL OR close_until < service_now())
        RETURNING *
    )
    SELECT {UPLOAD_COLUMNS} FROM u
""")

LET_GO = statement("""
    UPDATE uploads SET close_holder = NULL, close_until = NULL
    WHERE id = :upload AND close_holder = :holder
""")

SET_CLOSING = statement("""
    UPDATE uploads SET closing = true
    WHERE id = :upload AND state = 'completing' AND close_holder = :holder
""")

CLEAR_CLOSING = statement("""
    UPDATE uploads SET closing = false
    WHERE id = :upload AND state = 'completing' AND close_holder = :holder
""")

REPLACE_ETAG = statement("""
    UPDATE parts SET etag = :etag
    WHERE upload_id = :upload AND mpu_id = :mpu_id AND number = :number
""")

SOURCES = statement("""
    SELECT index, offset_bytes, size_bytes, file_name, slices, spool_id = :spool AS is_here
    FROM chunks WHERE upload_id = :upload ORDER BY index
""")

FIND_COMPLETING = statement("""
    SELECT id FROM uploads
    WHERE state = 'completing' AND (close_until IS NULL OR close_until < service_now())
    LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class ClosingRows:
    database: Database

    async def begin_completing(self, upload: Upload, wanted: Completion) -> Upload | None:
        """open -> completing, if what was judged is still so; None where it is not."""
        row = await self.database.row(
            BEGIN_COMPLETING,
            upload=upload.id,
            total_chunks=wanted.total_chunks,
            size=upload.received_bytes,
        )
        return None if row is None else upload_of(row)

    async def take(self, upload_id: UploadId, holder: UUID, lease_seconds: float) -> Upload | None:
        row = await self.database.row(
            TAKE, upload=upload_id, holder=holder, lease=timedelta(seconds=lease_seconds)
        )
        return None if row is None else upload_of(row)

    async def let_go(self, upload_id: UploadId, holder: UUID) -> None:
        await self.database.run(LET_GO, upload=upload_id, holder=holder)

    async def set_closing(self, upload_id: UploadId, holder: UUID) -> bool:
        """Note that a call is about to go out whose outcome must be proved."""
        return await self.database.run(SET_CLOSING, upload=upload_id, holder=holder) == 1

    async def clear_closing(self, upload_id: UploadId, holder: UUID) -> bool:
        """Note the proof that no call is outstanding."""
        return await self.database.run(CLEAR_CLOSING, upload=upload_id, holder=holder) == 1

    async def replace_etag(self, upload: Upload, number: int, etag: str) -> None:
        await self.database.run(
            REPLACE_ETAG, upload=upload.id, mpu_id=upload.multipart, number=number, etag=etag
        )

    async def sources(self, upload_id: UploadId, spool_id: SpoolId) -> Sequence[SourceChunk] | None:
        """All chunks in order, to be read as one run; None where another spool has some."""
        rows = await self.database.rows(SOURCES, upload=upload_id, spool=spool_id)
        if not all(row["is_here"] for row in rows):
            return None
        return [
            SourceChunk(
                index=row["index"],
                offset=row["offset_bytes"],
                size_bytes=row["size_bytes"],
                file_name=row["file_name"],
                slices=tuple(digest_of(each) for each in row["slices"]),
            )
            for row in rows
        ]

    async def find_completing(self, limit: int) -> Sequence[UploadId]:
        rows = await self.database.rows(FIND_COMPLETING, limit=limit)
        return [UploadId(row["id"]) for row in rows]
