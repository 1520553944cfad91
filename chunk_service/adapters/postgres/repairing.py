"""Statements for what was lost: chunks whose bytes are gone, parts that the store has dropped.

Both are transactions that lock the upload's row first, not single statements: what they recompute
must be seen as it is after the lock, and a statement sees other rows as they were when it began.
"""

from collections.abc import Sequence

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.statements import statement
from chunk_service.domain.objects import MultipartId
from chunk_service.domain.uploads import UploadId

LOCK_UNCLOSED = statement("""
    SELECT id FROM uploads
    WHERE id = :upload AND state IN ('open', 'completing') AND NOT closing
    FOR NO KEY UPDATE
""")

MARK_MISSING = statement("""
    WITH u AS (
        SELECT id, part_size FROM uploads WHERE id = :upload
    ), lost AS (
        UPDATE chunks c SET state = 'missing' FROM u
        WHERE c.upload_id = u.id AND c.file_name = ANY(:file_names) AND c.state = 'spooled'
        RETURNING c.upload_id, c.index, c.offset_bytes, c.size_bytes, u.part_size
    ), holes AS (
        SELECT p.number, sum(
            least(lost.offset_bytes + lost.size_bytes, p.number * lost.part_size)
            - greatest(lost.offset_bytes, (p.number - 1) * lost.part_size)) AS size_bytes
        FROM lost JOIN parts p ON p.upload_id = lost.upload_id
            AND lost.offset_bytes < p.number * lost.part_size
            AND lost.offset_bytes + lost.size_bytes > (p.number - 1) * lost.part_size
        GROUP BY p.number
    ), uncovered AS (
        UPDATE parts p SET covered_bytes = p.covered_bytes - holes.size_bytes, attempts = 0
        FROM holes WHERE p.upload_id = :upload AND p.number = holes.number AND p.etag IS NULL
    ), counted AS (
        UPDATE uploads SET state = 'open', chunk_count = chunk_count - gone.chunks,
            received_bytes = received_bytes - gone.size_bytes,
            expires_at = greatest(expires_at, service_now() + ttl),
            expiry_limit = greatest(expiry_limit, service_now() + ttl)
        FROM (SELECT count(*) AS chunks, sum(size_bytes) AS size_bytes FROM lost) gone
        WHERE uploads.id = :upload AND gone.chunks > 0
    ), rebooked AS (
        UPDATE reservations SET size_bytes = reservations.size_bytes
            + coalesce((SELECT sum(size_bytes) FROM lost), 0)
        WHERE attempt = :upload
    )
    SELECT index FROM lost ORDER BY index
""")

LOCK = statement("""
    SELECT id FROM uploads
    WHERE id = :upload AND mpu_id = :mpu_id AND state IN ('open', 'completing') AND NOT closing
    FOR UPDATE
""")

VOID_PARTS = statement("""
    UPDATE parts SET etag = NULL, mpu_id = NULL, size_bytes = NULL, checksum = NULL, crcs = NULL,
        lease_holder = NULL, lease_until = NULL, attempts = 0
    WHERE upload_id = :upload AND etag IS NOT NULL
        AND (:numbers IS NULL OR number = ANY(:numbers))
""")

LOSE_RELAYED = statement("""
    UPDATE chunks c SET state = 'missing' FROM uploads u
    WHERE u.id = :upload AND c.upload_id = u.id AND c.state = 'relayed' AND c.size_bytes > 0
        AND EXISTS (SELECT FROM parts p WHERE p.upload_id = u.id AND p.etag IS NULL
            AND c.offset_bytes < p.number * u.part_size
            AND c.offset_bytes + c.size_bytes > (p.number - 1) * u.part_size)
""")

RECOUNT_PARTS = statement("""
    UPDATE parts p SET covered_bytes = coalesce((
        SELECT sum(least(c.offset_bytes + c.size_bytes, p.number * u.part_size)
            - greatest(c.offset_bytes, (p.number - 1) * u.part_size))
        FROM chunks c WHERE c.upload_id = u.id AND c.state = 'spooled'
            AND c.offset_bytes < p.number * u.part_size
            AND c.offset_bytes + c.size_bytes > (p.number - 1) * u.part_size), 0)
    FROM uploads u WHERE u.id = :upload AND p.upload_id = u.id AND p.etag IS NULL
""")

RECOUNT_CHUNKS = statement("""
    UPDATE chunks c SET unsent_parts = (
        SELECT count(*) FROM parts p WHERE p.upload_id = u.id AND p.etag IS NULL
            AND c.offset_bytes < p.number * u.part_size
            AND c.offset_bytes + c.size_bytes > (p.number - 1) * u.part_size)
    FROM uploads u WHERE u.id = :upload AND c.upload_id = u.id AND c.state = 'spooled'
        AND c.offset_bytes IS NOT NULL
""")

RECOUNT_UPLOAD = statement("""
    UPDATE uploads u SET closing = false, close_holder = NULL, close_until = NULL,
        mpu_id = CASE WHEN :numbers IS NULL THEN NULL ELSE u.mpu_id END,
        state = CASE WHEN here.missing > 0 THEN 'open' ELSE u.state END,
        chunk_count = here.chunks, received_bytes = here.size_bytes,
        expires_at = greatest(u.expires_at, service_now() + u.ttl),
        expiry_limit = greatest(u.expiry_limit, service_now() + u.ttl)
    FROM (
        SELECT count(*) FILTER (WHERE state <> 'missing') AS chunks,
            count(*) FILTER (WHERE state = 'missing') AS missing,
            coalesce(sum(size_bytes) FILTER (WHERE state <> 'missing'), 0) AS size_bytes
        FROM chunks WHERE upload_id = :upload
    ) here
    WHERE u.id = :upload
""")


class RepairingRows:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def mark_missing(self, upload_id: UploadId, file_names: Sequence[str]) -> Sequence[int]:
        """Turn the chunks of these files missing; a completing upload is open again."""
        lost = {"upload": upload_id, "file_names": list(file_names)}
        async with self._database.transaction() as connection:
            if await connection.row(LOCK_UNCLOSED, upload=upload_id) is None:
                return []
            rows = await connection.rows(MARK_MISSING, **lost)
            return [row["index"] for row in rows]

    async def forget_multipart(self, upload_id: UploadId, multipart: MultipartId) -> bool:
        """Drop a multipart upload that the store no longer has, with all its ETags.

        False while a call to complete it may be under way: it may be gone because that succeeded.
        """
        return await self._forget(upload_id, multipart, None)

    async def forget_parts(
        self, upload_id: UploadId, multipart: MultipartId, numbers: Sequence[int]
    ) -> bool:
        """Drop the ETags of parts that the store does not have as we listed them."""
        return await self._forget(upload_id, multipart, numbers)

    async def _forget(
        self, upload_id: UploadId, multipart: MultipartId, numbers: Sequence[int] | None
    ) -> bool:
        scope = {"upload": upload_id, "numbers": None if numbers is None else list(numbers)}
        async with self._database.transaction() as connection:
            if await connection.row(LOCK, upload=upload_id, mpu_id=multipart) is None:
                return False
            await connection.run(VOID_PARTS, **scope)
            for recount in (LOSE_RELAYED, RECOUNT_PARTS, RECOUNT_CHUNKS):
                await connection.run(recount, upload=upload_id)
            await connection.run(RECOUNT_UPLOAD, **scope)
        return True
