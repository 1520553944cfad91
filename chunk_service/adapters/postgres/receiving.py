"""Receiving a chunk, in one round trip each: reserve, record, release.

Reserving reads what the judgement needs and books the bytes in one go; `recording.py` holds the
statement that makes a chunk part of its upload.
"""

from datetime import timedelta
from uuid import UUID

from chunk_service.adapters.postgres.admission import (
    FITS_SPOOL,
    LAZY_GATE,
    AdmissionLimits,
    fits_quota,
)
from chunk_service.adapters.postgres.connected import Row
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.draining import TAKES_NEW
from chunk_service.adapters.postgres.recording import (
    LOCK_FOR_RETAKE,
    RECORD,
    RECORD_WHOLE,
    RETAKE,
)
from chunk_service.adapters.postgres.statements import statement
from chunk_service.adapters.postgres.values import (
    CHUNK_COLUMNS,
    OWN_UPLOAD,
    UPLOAD_COLUMNS,
    chunk_of,
    crc64nvme_bytes,
    slices_json,
    upload_of,
)
from chunk_service.domain.chunking import Placement
from chunk_service.domain.objects import MultipartId
from chunk_service.domain.plan import windows
from chunk_service.domain.principals import Principal
from chunk_service.domain.uploads import ChunkDigest, Upload, UploadId
from chunk_service.usecases.closing import Closer
from chunk_service.usecases.ports import ChunkAddress
from chunk_service.usecases.receiving import Admission, Attempt, Recorded

# A chunk that lets a part go makes room.
_MOVES = """
    (u.relay_mode = 'eager' AND (u.is_free OR :index <= u.prefix_chunks
        OR u.chunk_size >= 2 * u.part_size
        OR EXISTS (SELECT FROM parts p WHERE p.upload_id = u.id
            AND p.number = :index * u.chunk_size / u.part_size + 1
            AND p.covered_bytes + :size >= u.part_size)))
"""

# A chunk of another length than the others may be the last one: it fixes the total.
_GROWTH = """
    CASE WHEN coalesce(:stored_limit, :day_limit) IS NULL THEN 0 ELSE
        upload_live_bytes(u.id, :attempt, CASE WHEN :size <> u.chunk_size
            THEN :index * u.chunk_size + :size ELSE 0 END, :size)
        - upload_live_bytes(u.id, :attempt, 0, 0)
    END
"""

# An upload whose bytes all stay here booked them when it began, and has them booked for as long as
# they are to come; not those that had gone to the store, where they were lost.
_PREPAID = "coalesce(prepaid.size_bytes >= u.total_size - u.received_bytes, false)"

RESERVE = statement(f"""
    WITH {LAZY_GATE}, u AS (
        SELECT u.* FROM uploads u WHERE u.id = :upload AND {OWN_UPLOAD}
    ), c AS (
        SELECT c.* FROM chunks c JOIN u ON c.upload_id = u.id WHERE c.index = :index
    ), judged AS (
        SELECT u.id, {_PREPAID} AS is_prepaid,
            {_PREPAID} OR ({FITS_SPOOL} AND used.spool + :size <=
                CASE WHEN {_MOVES} THEN :spool_limit ELSE :high_water END) AS fits_spool,
            u.total_size IS NOT NULL OR {fits_quota("grown.bytes")} AS fits_quota,
            u.state = 'open' AND u.way = :way AND coalesce(c.state, 'missing') = 'missing'
                AS is_wanted
        FROM used, u LEFT JOIN c ON true
        LEFT JOIN reservations prepaid ON prepaid.attempt = u.id,
        LATERAL (SELECT {_GROWTH} AS bytes FROM used) grown
    ), bound AS (
        UPDATE uploads SET spool_id = :spool FROM judged, u
        WHERE uploads.id = judged.id AND judged.fits_spool AND judged.fits_quota
            AND judged.is_wanted AND NOT u.is_free AND u.spool_id IS NULL
            AND {TAKES_NEW}
            AND coalesce(uploads.spool_id, :spool) = :spool
        RETURNING uploads.id
    ), r AS (
        INSERT INTO reservations
            (attempt, upload_id, index, spool_id, owner, size_bytes, file_name, expires_at)
        SELECT :attempt, u.id, :index, :spool, u.owner,
            CASE WHEN judged.is_prepaid THEN 0 ELSE :size END, :file_name, service_now() + :ttl
        FROM judged, u
        WHERE judged.fits_spool AND judged.fits_quota AND judged.is_wanted
            AND (u.is_free OR u.spool_id = :spool OR EXISTS (SELECT FROM bound))
        ON CONFLICT (attempt) DO UPDATE SET upload_id = excluded.upload_id,
            index = excluded.index, size_bytes = excluded.size_bytes
        RETURNING attempt
    ), excused AS (
        UPDATE uploads SET
            expires_at = least(expiry_limit, greatest(expires_at, service_now() + uploads.ttl))
        FROM judged WHERE uploads.id = judged.id AND NOT judged.fits_spool AND judged.is_wanted
    )
    SELECT {UPLOAD_COLUMNS}, {CHUNK_COLUMNS}, EXISTS (SELECT FROM r) AS reserved,
        judged.fits_spool, judged.fits_quota
    FROM judged, u LEFT JOIN c ON true
""")

HOLD = statement(f"""
    WITH {LAZY_GATE}
    INSERT INTO reservations (attempt, spool_id, owner, size_bytes, file_name, expires_at)
    SELECT :attempt, :spool, :owner, :size, :file_name, service_now() + :ttl
    FROM used WHERE {FITS_SPOOL} AND used.spool + :size <= :high_water
""")

RELEASE = statement("DELETE FROM reservations WHERE attempt = :attempt")

RENEW = statement("""
    UPDATE uploads SET expires_at = least(expiry_limit, service_now() + ttl)
    WHERE id = :upload AND state = 'open'
""")

READ = statement(f"""
    SELECT {UPLOAD_COLUMNS}, {CHUNK_COLUMNS}, false AS reserved,
        true AS fits_spool, true AS fits_quota
    FROM uploads u LEFT JOIN chunks c ON c.upload_id = u.id AND c.index = :index
    WHERE u.id = :upload
""")


class ReceivingRows:
    def __init__(self, database: Database, limits: AdmissionLimits) -> None:
        self._database = database
        self._limits = limits.values()

    async def reserve(
        self, attempt: Attempt, address: ChunkAddress, principal: Principal
    ) -> Admission | None:
        """Book the bytes and read the facts; None where this principal has no such upload."""
        row = await self._database.row(
            RESERVE,
            upload=address.upload_id,
            index=address.index,
            way=attempt.way,
            file_id=principal.file_id,
            **self._booking(attempt, principal),
        )
        return None if row is None else _admission_of(row)

    async def hold(self, attempt: Attempt, principal: Principal) -> bool:
        """Book bytes whose upload is not known yet; False where the spool has no room."""
        booking = self._booking(attempt, principal)
        return await self._database.run(HOLD, **booking, upload=attempt.id) == 1

    def _booking(self, attempt: Attempt, principal: Principal) -> dict[str, object]:
        return {
            "attempt": attempt.id,
            "owner": principal.owner,
            "spool": attempt.spool_id,
            "size": attempt.size_bytes,
            "file_name": attempt.file_name,
            "ttl": attempt.ttl,
            **self._limits,
        }

    async def record(
        self,
        attempt: Attempt,
        upload: Upload,
        placement: Placement,
        digest: ChunkDigest,
        *,
        lease_seconds: float | None = None,
    ) -> Recorded | None:
        """Make the chunk part of the upload; None where the upload or a rival left no place.

        With a lease the chunk must be a whole window: if that may go, the attempt claims it.
        """
        values = _chunk_values(attempt, upload, placement, digest)
        lease = None if lease_seconds is None else timedelta(seconds=lease_seconds)
        return _recorded_of(await self._database.row(RECORD, **values, lease=lease))

    async def record_whole(
        self,
        attempt: Attempt,
        upload: Upload,
        placement: Placement,
        digest: ChunkDigest,
        closer: Closer,
    ) -> Upload | None:
        """Record the only chunk of a file that fits one part, and begin to complete its upload with
        the mark that a call is outstanding; None where the upload or a rival left no place.
        """
        row = await self._database.row(
            RECORD_WHOLE,
            **_chunk_values(attempt, upload, placement, digest),
            holder=closer.holder,
            lease=timedelta(seconds=closer.lease_seconds),
        )
        return None if row is None else upload_of(row)

    async def retake(
        self, attempt: Attempt, upload: Upload, placement: Placement, digest: ChunkDigest
    ) -> Recorded | None:
        """Take a missing chunk back; None where these are not its bytes, or it is back already."""
        async with self._database.transaction() as connection:
            await connection.run(LOCK_FOR_RETAKE, upload=upload.id)
            values = _chunk_values(attempt, upload, placement, digest)
            return _recorded_of(await connection.row(RETAKE, **values, lease=None))

    async def release(self, attempt_id: UUID) -> bool:
        """Give the booking back. True is proof that the attempt was not and won't be recorded."""
        return await self._database.run(RELEASE, attempt=attempt_id) == 1

    async def renew(self, upload_id: UploadId) -> None:
        """Put the expiry off, as progress does."""
        await self._database.run(RENEW, upload=upload_id)

    async def read(self, address: ChunkAddress) -> Admission | None:
        row = await self._database.row(READ, upload=address.upload_id, index=address.index)
        return None if row is None else _admission_of(row)


def _chunk_values(
    attempt: Attempt, upload: Upload, placement: Placement, digest: ChunkDigest
) -> dict[str, object]:
    offset = placement.offset
    cut = [] if offset is None else list(windows(offset, placement.length, upload.part_size))
    return {
        "attempt": attempt.id,
        "upload": upload.id,
        "index": placement.index,
        "offset": offset,
        "size": placement.length,
        "is_last": placement.is_last,
        "crc64nvme": crc64nvme_bytes(digest.whole),
        "sha256": digest.sha256,
        "slices": slices_json(digest.slices),
        "file_name": attempt.file_name,
        "spool": attempt.spool_id,
        "part_numbers": [window.part_number for window in cut],
        "part_bytes": [window.size_bytes for window in cut],
    }


def _recorded_of(row: Row | None) -> Recorded | None:
    if row is None:
        return None
    return Recorded(
        needs_file=row["state"] == "spooled",
        is_placed=row["offset_bytes"] is not None,
        completes_window=row["completes_window"],
        outgrows_window=row["outgrows_window"],
        is_claimed=row["is_claimed"],
        multipart=None if row["mpu_id"] is None else MultipartId(row["mpu_id"]),
    )


def _admission_of(row: Row) -> Admission:
    chunk = None if row["index"] is None else chunk_of(row)
    return Admission(
        upload=upload_of(row),
        chunk=chunk,
        reserved=row["reserved"],
        fits_spool=row["fits_spool"],
        fits_quota=row["fits_quota"],
    )
