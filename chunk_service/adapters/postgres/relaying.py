"""The statements of the relay: claim a covered window, renew, give back, note ETags.

What may be sent is derived from coverage and totals, never stored, so no order of commits can lose
it. The lock on the upload's row taken FOR SHARE makes an ETag wait for a change of the multipart
upload, and a change for the ETag: no ETag is ever committed for another multipart upload. A chunk
that was taken back while that lock was waited for is missing to the statement until it updates the
row, so its state is asked there and not in the WHERE.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from chunk_service.adapters.postgres import listing
from chunk_service.adapters.postgres.connected import Row
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.statements import statement
from chunk_service.adapters.postgres.values import (
    UPLOAD_COLUMNS,
    checksum_text,
    digest_json,
    digest_of,
    upload_of,
)
from chunk_service.domain.objects import MultipartId
from chunk_service.domain.uploads import SpoolId, UploadId
from chunk_service.usecases.relaying import Claim, PartsNoted, SentWindow, SourceChunk

MOST_ATTEMPTS = 5

COVERED = """
    p.etag IS NULL AND p.spool_id = :spool
    AND (u.state = 'completing' OR (u.state = 'open' AND u.relay_mode = 'eager'))
    AND greatest(u.extent_bytes, coalesce(u.total_size, 0)) > u.part_size
    AND p.covered_bytes = least(u.part_size,
        coalesce(u.total_size, p.number * u.part_size) - (p.number - 1) * u.part_size)
"""

SENDABLE = f"{COVERED} AND (p.lease_until IS NULL OR p.lease_until < service_now())"

CLAIM = statement(f"""
    WITH free AS (
        SELECT p.upload_id, p.number FROM parts p JOIN uploads u ON u.id = p.upload_id
        WHERE p.upload_id = :upload AND p.attempts < {MOST_ATTEMPTS} AND {SENDABLE}
        ORDER BY p.number LIMIT 1 FOR UPDATE OF p SKIP LOCKED
    ), claimed AS (
        UPDATE parts p SET lease_holder = :holder, lease_until = service_now() + :lease,
            attempts = p.attempts + 1
        FROM free WHERE p.upload_id = free.upload_id AND p.number = free.number
        RETURNING p.upload_id, p.number, p.attempts, p.covered_bytes
    )
    SELECT {UPLOAD_COLUMNS}, claimed.number, claimed.attempts, claimed.covered_bytes, (
        SELECT jsonb_agg(jsonb_build_object('index', c.index, 'offset', c.offset_bytes,
            'size', c.size_bytes, 'file_name', c.file_name, 'slices', c.slices)
            ORDER BY c.offset_bytes)
        FROM chunks c
        WHERE c.upload_id = u.id AND c.state = 'spooled'
            AND c.offset_bytes < (claimed.number - 1) * u.part_size + claimed.covered_bytes
            AND c.offset_bytes > (claimed.number - 1) * u.part_size - u.longest_chunk_bytes
            AND c.offset_bytes + c.size_bytes > (claimed.number - 1) * u.part_size
    ) AS sources, EXISTS (
        SELECT FROM parts p
        WHERE p.upload_id = u.id AND p.number <> claimed.number
            AND p.attempts < {MOST_ATTEMPTS} AND {SENDABLE}
    ) AS has_more
    FROM claimed JOIN uploads u ON u.id = claimed.upload_id
""")

RENEW = statement("""
    UPDATE parts SET lease_until = service_now() + :lease
    WHERE upload_id = :upload AND number = :number AND lease_holder = :holder AND etag IS NULL
""")

GIVE_BACK = statement("""
    UPDATE parts SET lease_holder = NULL, lease_until = NULL, attempts = greatest(attempts - 1, 0)
    WHERE upload_id = :upload AND lease_holder = :holder AND etag IS NULL
""")

SET_MULTIPART = statement("""
    UPDATE uploads SET mpu_id = :mpu_id
    WHERE id = :upload AND mpu_id IS NULL AND state IN ('open', 'completing')
""")

READ_MULTIPART = statement("SELECT mpu_id FROM uploads WHERE id = :upload")

NOTE_ETAGS = statement("""
    WITH u AS (
        SELECT id FROM uploads
        WHERE id = :upload AND mpu_id = :mpu_id AND state IN ('open', 'completing')
        FOR SHARE
    ), noted AS (
        UPDATE parts p SET etag = sent.etag, mpu_id = :mpu_id, size_bytes = sent.size_bytes,
            checksum = sent.checksum, crcs = CAST(sent.crcs AS jsonb),
            lease_holder = NULL, lease_until = NULL
        FROM u, unnest(:part_numbers, :etags, :part_bytes, :checksums, :part_crcs)
            AS sent (number, etag, size_bytes, checksum, crcs)
        WHERE p.upload_id = u.id AND p.number = sent.number AND p.etag IS NULL
        RETURNING p.upload_id, p.number
    ), touched AS (
        SELECT noted.upload_id, of.index, count(*) AS parts
        FROM noted JOIN unnest(:numbers, :indices) AS of (number, index) USING (number)
        GROUP BY noted.upload_id, of.index
    ), eased AS (
        UPDATE chunks c SET
            unsent_parts = c.unsent_parts
                - CASE WHEN c.state = 'spooled' THEN touched.parts ELSE 0 END,
            state = CASE WHEN c.state = 'spooled' AND c.unsent_parts = touched.parts
                THEN 'relayed' ELSE c.state END
        FROM touched WHERE c.upload_id = touched.upload_id AND c.index = touched.index
        RETURNING c.file_name, c.state
    )
    SELECT array(SELECT file_name FROM eased WHERE state = 'relayed') AS done_files FROM u
""")

FIND_WORK = statement(f"""
    SELECT u.id FROM parts p JOIN uploads u ON u.id = p.upload_id
    WHERE p.attempts < {MOST_ATTEMPTS} AND {SENDABLE} AND p.{listing.PARTS}
    UNION
    SELECT u.id FROM uploads u JOIN chunks c ON c.upload_id = u.id
    WHERE u.state = 'open' AND u.chunk_size IS NULL AND c.index = u.prefix_chunks
        AND c.state = 'spooled' AND c.offset_bytes IS NULL AND c.spool_id = :spool
        AND c.{listing.CHUNKS}
    LIMIT :limit
""")

FIND_SET_ASIDE = statement(f"""
    SELECT p.upload_id, p.number FROM parts p JOIN uploads u ON u.id = p.upload_id
    WHERE p.attempts >= {MOST_ATTEMPTS} AND {SENDABLE} AND p.{listing.PARTS}
    LIMIT :limit
""")


class RelayingRows:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(
        self, upload_id: UploadId, spool_id: SpoolId, holder: UUID, lease_seconds: float
    ) -> Claim | None:
        row = await self._database.row(
            CLAIM,
            upload=upload_id,
            spool=spool_id,
            holder=holder,
            lease=timedelta(seconds=lease_seconds),
        )
        return None if row is None else _claim_of(row, holder)

    async def renew(self, claim: Claim, lease_seconds: float) -> bool:
        count = await self._database.run(
            RENEW,
            upload=claim.upload.id,
            number=claim.number,
            holder=claim.holder,
            lease=timedelta(seconds=lease_seconds),
        )
        return count == 1

    async def give_back(self, upload_id: UploadId, holder: UUID) -> None:
        """Free what this holder claimed, if it did."""
        await self._database.run(GIVE_BACK, upload=upload_id, holder=holder)

    async def set_multipart(self, upload_id: UploadId, multipart: MultipartId) -> bool:
        count = await self._database.run(SET_MULTIPART, upload=upload_id, mpu_id=multipart)
        return count == 1

    async def multipart(self, upload_id: UploadId) -> MultipartId | None:
        row = await self._database.row(READ_MULTIPART, upload=upload_id)
        return None if row is None or row["mpu_id"] is None else MultipartId(row["mpu_id"])

    async def note_etags(
        self,
        upload_id: UploadId,
        multipart: MultipartId,
        sent: Sequence[tuple[Claim, SentWindow]],
    ) -> PartsNoted | None:
        """Commit these parts; None where the multipart upload is no longer the row's."""
        windows = [window for _, window in sent]
        touched = [(claim.number, chunk.index) for claim, _ in sent for chunk in claim.chunks]
        row = await self._database.row(
            NOTE_ETAGS,
            upload=upload_id,
            mpu_id=multipart,
            part_numbers=[claim.number for claim, _ in sent],
            etags=[window.etag for window in windows],
            part_bytes=[window.digest.size_bytes for window in windows],
            checksums=[checksum_text(window.checksum) for window in windows],
            part_crcs=[json.dumps(digest_json(window.digest)) for window in windows],
            numbers=[number for number, _ in touched],
            indices=[index for _, index in touched],
        )
        return None if row is None else PartsNoted(done_files=tuple(row["done_files"]))

    async def find_work(self, spool_id: SpoolId, limit: int) -> Sequence[UploadId]:
        rows = await self._database.rows(FIND_WORK, spool=spool_id, limit=limit)
        return [UploadId(row["id"]) for row in rows]

    async def find_set_aside(self, spool_id: SpoolId, limit: int) -> Sequence[tuple[UploadId, int]]:
        rows = await self._database.rows(FIND_SET_ASIDE, spool=spool_id, limit=limit)
        return [(UploadId(row["upload_id"]), row["number"]) for row in rows]


def _claim_of(row: Row, holder: UUID) -> Claim:
    sources = row["sources"] if row["sources"] else []
    return Claim(
        holder=holder,
        upload=upload_of(row),
        number=row["number"],
        attempts=row["attempts"],
        has_more=row["has_more"],
        size_bytes=row["covered_bytes"],
        chunks=tuple(
            SourceChunk(
                index=source["index"],
                offset=source["offset"],
                size_bytes=source["size"],
                file_name=source["file_name"],
                slices=tuple(digest_of(each) for each in source["slices"]),
            )
            for source in sources
        ),
    )
