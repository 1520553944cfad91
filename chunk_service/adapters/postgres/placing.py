"""Statements that give chunks of a sequence their offset once all before them are here."""

from dataclasses import dataclass

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.statements import statement
from chunk_service.adapters.postgres.values import (
    CHUNK_COLUMNS,
    UPLOAD_COLUMNS,
    chunk_of,
    slices_json,
    upload_of,
)
from chunk_service.domain.plan import windows
from chunk_service.domain.uploads import ChunkDigest, SpoolId, UploadId
from chunk_service.usecases.place_chunks import Unplaced

FIND_NEXT = statement(f"""
    SELECT {UPLOAD_COLUMNS}, {CHUNK_COLUMNS}
    FROM uploads u JOIN chunks c ON c.upload_id = u.id AND c.index = u.prefix_chunks
    WHERE u.id = :upload AND u.state = 'open' AND u.chunk_size IS NULL
        AND c.state = 'spooled' AND c.offset_bytes IS NULL AND c.spool_id = :spool
""")

PLACE = statement("""
    WITH u AS (
        SELECT id FROM uploads
        WHERE id = :upload AND state = 'open'
            AND prefix_chunks = :index AND prefix_bytes = :offset
        FOR NO KEY UPDATE
    ), placed AS (
        UPDATE chunks c SET offset_bytes = :offset, slices = CAST(:slices AS jsonb),
            unsent_parts = cardinality(:part_numbers)
        FROM u WHERE c.upload_id = u.id AND c.index = :index
            AND c.offset_bytes IS NULL AND c.state = 'spooled'
        RETURNING c.upload_id
    ), covered AS (
        INSERT INTO parts AS p (upload_id, number, covered_bytes, spool_id)
        SELECT placed.upload_id, w.number, w.size_bytes, :spool
        FROM placed, unnest(:part_numbers, :part_bytes) AS w (number, size_bytes)
        ON CONFLICT (upload_id, number) DO UPDATE
            SET covered_bytes = p.covered_bytes + excluded.covered_bytes
            WHERE p.etag IS NULL
    )
    UPDATE uploads SET prefix_chunks = prefix_chunks + 1, prefix_bytes = prefix_bytes + :size,
        extent_bytes = greatest(extent_bytes, :offset + :size)
    FROM placed WHERE uploads.id = placed.upload_id
""")


@dataclass(frozen=True, slots=True)
class PlacingRows:
    database: Database

    async def next_unplaced(self, upload_id: UploadId, spool_id: SpoolId) -> Unplaced | None:
        row = await self.database.row(FIND_NEXT, upload=upload_id, spool=spool_id)
        return None if row is None else Unplaced(upload=upload_of(row), chunk=chunk_of(row))

    async def place(self, unplaced: Unplaced, digest: ChunkDigest) -> bool:
        """Fix the chunk's offset at the end of the prefix; False where another was first."""
        offset, upload = unplaced.offset, unplaced.upload
        cut = list(windows(offset, digest.size_bytes, upload.part_size))
        count = await self.database.run(
            PLACE,
            upload=upload.id,
            index=unplaced.chunk.index,
            offset=offset,
            size=digest.size_bytes,
            slices=slices_json(digest.slices),
            spool=unplaced.chunk.spool_id,
            part_numbers=[window.part_number for window in cut],
            part_bytes=[window.size_bytes for window in cut],
        )
        return count == 1
