"""Statements of closing: begin, one closer at a time, the mark that a call is outstanding."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from chunk_service.adapters.postgres.connected import Row
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.listed_parts import ALL_SENT, LISTED, parts_of
from chunk_service.adapters.postgres.signals import NOTIFY_COMPLETING
from chunk_service.adapters.postgres.statements import Statement, statement
from chunk_service.adapters.postgres.values import OWN_UPLOAD, UPLOAD_COLUMNS, digest_of, upload_of
from chunk_service.domain.completion import Completion
from chunk_service.domain.files import file_id_text
from chunk_service.domain.uploads import SpoolId, Upload, UploadId
from chunk_service.usecases.closing import Closer, PartRow, Taken, Unread
from chunk_service.usecases.relaying import SourceChunk

_CHUNKS = """
    SELECT jsonb_agg(jsonb_build_object('index', c.index, 'offset', c.offset_bytes,
        'size', c.size_bytes, 'file_name', c.file_name, 'slices', c.slices) ORDER BY c.index)
    FROM chunks c WHERE c.upload_id = u.id
"""


def _beginning(condition: str) -> Statement:
    """One that is a single PutObject from files of this spool is put next, by whoever begins, and
    one whose parts are all in the store is completed: so the mark is set along with the lease, and
    nobody else needs to be told.
    """
    return statement(f"""
        WITH u AS (
            UPDATE uploads u SET state = 'completing', total_chunks = :total_chunks,
                total_size = received_bytes, completed_at = service_now(),
                close_holder = :holder, close_until = service_now() + :lease,
                closing = ({ALL_SENT}) OR (received_bytes <= part_size AND NOT EXISTS (
                    SELECT FROM chunks c WHERE c.upload_id = u.id AND c.spool_id <> :spool))
            WHERE id = :upload AND state = 'open'
                AND chunk_count = :total_chunks AND highest_index = :total_chunks - 1
                AND (chunk_size IS NOT NULL OR prefix_chunks = :total_chunks)
                AND {condition}
            RETURNING *
        )
        SELECT {UPLOAD_COLUMNS},
            CASE WHEN u.closing AND u.total_size <= u.part_size THEN ({_CHUNKS}) END AS chunks,
            CASE WHEN u.closing AND u.total_size > u.part_size THEN ({LISTED}) END AS parts,
            CASE WHEN NOT u.closing THEN {NOTIFY_COMPLETING} END
        FROM u
    """)


BEGIN_COMPLETING = _beginning("received_bytes = :size")

# The same judgement as `is_whole`, and nothing declared that has to be computed.
BEGIN_UNREAD = _beginning(f"""
    {OWN_UPLOAD} AND u.way = :way AND u.checksum IS NULL
    AND u.main_service_file_id #>> '{{}}' IS NOT DISTINCT FROM :main_service_file_id
    AND (u.total_chunks IS NULL OR u.total_chunks = :total_chunks)
    AND (u.total_size IS NULL OR u.total_size = u.received_bytes)
    AND (:size IS NULL OR u.received_bytes = :size)
""")

# An earlier call may be outstanding where the mark was set before: that is looked into first.
TAKE = statement(f"""
    WITH found AS (
        SELECT id, closing FROM uploads
        WHERE id = :upload AND state = 'completing'
            AND (close_until IS NULL OR close_until < service_now())
        FOR NO KEY UPDATE
    ), u AS (
        UPDATE uploads u SET close_holder = :holder, close_until = service_now() + :lease,
            closing = u.closing OR (u.way IN ('chunks', 'whole') AND {ALL_SENT})
        FROM found WHERE u.id = found.id
        RETURNING u.*, found.closing AS was_closing
    )
    SELECT {UPLOAD_COLUMNS},
        CASE WHEN u.closing AND NOT u.was_closing THEN ({LISTED}) END AS parts
    FROM u
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
    SELECT index, offset_bytes AS offset, size_bytes AS size, file_name, slices,
        spool_id = :spool OR file_name = '' AS is_here
    FROM chunks WHERE upload_id = :upload ORDER BY index
""")

SENT_PARTS = statement(f"""
    SELECT ({LISTED}) AS parts FROM uploads u WHERE u.id = :upload AND {ALL_SENT}
""")

FIND_COMPLETING = statement("""
    SELECT id FROM uploads
    WHERE state = 'completing' AND (close_until IS NULL OR close_until < service_now())
    LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class ClosingRows:
    database: Database

    async def begin_completing(
        self, upload: Upload | Unread, wanted: Completion, closer: Closer
    ) -> Taken | None:
        """open -> completing, if what was judged is still so; None where it is not.

        An unread one if it is whole beyond question; None where it is to be looked at.
        """
        since = time.monotonic()
        common: dict[str, object] = {
            "upload": upload.id,
            "total_chunks": wanted.total_chunks,
            "holder": closer.holder,
            "lease": timedelta(seconds=closer.lease_seconds),
            "spool": closer.spool_id,
        }
        if isinstance(upload, Unread):
            row = await self.database.row(
                BEGIN_UNREAD,
                owner=upload.principal.owner,
                file_id=upload.principal.file_id,
                way=upload.way,
                main_service_file_id=file_id_text(wanted.main_service_file_id),
                size=wanted.total_size,
                **common,
            )
        else:
            row = await self.database.row(BEGIN_COMPLETING, size=upload.received_bytes, **common)
        if row is None:
            return None
        began = upload_of(row)
        if not began.closing:
            return Taken(began, since)
        if row["parts"] is not None:
            return Taken(began, since, parts=parts_of(row["parts"]))
        return Taken(began, since, chunks=[_source_of(each) for each in row["chunks"] or ()])

    async def take(self, upload_id: UploadId, holder: UUID, lease_seconds: float) -> Taken | None:
        since = time.monotonic()
        row = await self.database.row(
            TAKE, upload=upload_id, holder=holder, lease=timedelta(seconds=lease_seconds)
        )
        if row is None:
            return None
        parts = None if row["parts"] is None else parts_of(row["parts"])
        return Taken(upload_of(row), since, parts=parts)

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
        return [_source_of(row) for row in rows]

    async def sent_parts(self, upload_id: UploadId) -> Sequence[PartRow] | None:
        """All parts in order; None where some are still to come."""
        row = await self.database.row(SENT_PARTS, upload=upload_id)
        return None if row is None else parts_of(row["parts"])

    async def find_completing(self, limit: int) -> Sequence[UploadId]:
        rows = await self.database.rows(FIND_COMPLETING, limit=limit)
        return [UploadId(row["id"]) for row in rows]


def _source_of(row: Row | Mapping[str, Any]) -> SourceChunk:
    return SourceChunk(
        index=row["index"],
        offset=row["offset"],
        size_bytes=row["size"],
        file_name=row["file_name"],
        slices=tuple(digest_of(each) for each in row["slices"]),
    )
