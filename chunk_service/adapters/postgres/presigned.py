"""Statements of uploads whose bytes go straight to the store, until they complete like any other.

What they come to is known only when it is there; so their quota is judged here, under the same
lock as that of bytes that are received.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from chunk_service.adapters.postgres import listing
from chunk_service.adapters.postgres.admission import GATE, AdmissionLimits, fits_quota
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.signals import NOTIFY_COMPLETING
from chunk_service.adapters.postgres.statements import statement
from chunk_service.adapters.postgres.values import (
    OF_FILE,
    OWN_UPLOAD,
    UPLOAD_COLUMNS,
    upload_of,
)
from chunk_service.domain.errors import QuotaExceeded
from chunk_service.domain.objects import SentPart
from chunk_service.domain.principals import Principal
from chunk_service.domain.uploads import SpoolId, Upload, UploadId
from chunk_service.usecases.tend_pending import DueUpload

_PENDING = "u.state = 'open' AND u.pending_key IS NOT NULL"

FIND_BY_KEY = statement(
    f"SELECT {UPLOAD_COLUMNS} FROM uploads u WHERE u.key = :key AND {OWN_UPLOAD}"
)

PENDING_OF = statement(f"""
    SELECT {UPLOAD_COLUMNS} FROM uploads u
    WHERE u.owner = :owner AND {OF_FILE} AND {_PENDING} AND u.{listing.UPLOADS}
    ORDER BY u.created_at DESC LIMIT :limit
""")

# Put off as they are taken, so that each is looked at by one process: ever more seldom, and once
# more when no presigned request can have its effect any more.
TAKE_DUE = statement(f"""
    WITH due AS (
        SELECT u.id FROM uploads u WHERE {_PENDING} AND u.check_due_at <= service_now()
        ORDER BY u.check_due_at LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
    ), u AS (
        UPDATE uploads SET check_due_at = CASE
            WHEN expires_at <= service_now() THEN service_now() + :delay
            ELSE least(expires_at, service_now()
                + least(greatest((service_now() - created_at) / 2, :delay), :max_age))
            END
        FROM due WHERE uploads.id = due.id
        RETURNING uploads.*
    )
    SELECT {UPLOAD_COLUMNS}, u.expires_at <= service_now() AS is_over FROM u
""")

BEGIN_COMPLETING = statement(f"""
    WITH {GATE}, judged AS (
        SELECT uploads.id, {fits_quota(":size - coalesce(uploads.total_size, 0)")} AS fits_quota
        FROM used, uploads WHERE uploads.id = :upload
    ), u AS (
        UPDATE uploads SET state = 'completing', total_size = :size, received_bytes = :size,
            pending_etag = :etag, completed_at = service_now()
        FROM judged WHERE uploads.id = judged.id AND uploads.state = 'open' AND judged.fits_quota
        RETURNING uploads.*
    ), sent AS (
        INSERT INTO parts (upload_id, number, covered_bytes, spool_id, mpu_id, size_bytes, etag)
        SELECT u.id, part.number, part.size_bytes, :spool, u.mpu_id, part.size_bytes, part.etag
        FROM u, unnest(:part_numbers, :part_bytes, :etags) AS part (number, size_bytes, etag)
    )
    SELECT judged.fits_quota, {UPLOAD_COLUMNS}, {NOTIFY_COMPLETING}
    FROM judged LEFT JOIN u ON true
""")

# Its parts go only with the change: whoever comes late must not take those of another list.
REOPEN = statement("""
    WITH u AS (
        UPDATE uploads SET state = 'open', closing = false, total_size = NULL, received_bytes = 0,
            expires_at = least(expiry_limit, greatest(expires_at, service_now() + ttl))
        WHERE id = :upload AND state = 'completing' AND way = 'multipart'
            AND close_holder = :holder
        RETURNING id
    )
    DELETE FROM parts USING u WHERE parts.upload_id = u.id
""")


@dataclass(frozen=True, slots=True)
class PresignedRows:
    database: Database
    spool_id: SpoolId
    limits: AdmissionLimits

    async def find_by_key(self, principal: Principal, key: str) -> Upload | None:
        """The upload whose object is to be at this key, if it is this principal's."""
        row = await self.database.row(
            FIND_BY_KEY, key=key, owner=principal.owner, file_id=principal.file_id
        )
        return None if row is None else upload_of(row)

    async def pending_of(self, principal: Principal, limit: int) -> Sequence[Upload]:
        """The newest of this principal's whose bytes may be there and are no file yet."""
        rows = await self.database.rows(
            PENDING_OF, owner=principal.owner, file_id=principal.file_id, limit=limit
        )
        return [upload_of(row) for row in rows]

    async def take_due(
        self, limit: int, *, soonest: timedelta, latest: timedelta
    ) -> Sequence[DueUpload]:
        """Those to look at now; they are due again after `soonest` to `latest`."""
        rows = await self.database.rows(TAKE_DUE, limit=limit, delay=soonest, max_age=latest)
        return [DueUpload(upload_of(row), is_over=row["is_over"]) for row in rows]

    async def begin_completing(
        self, upload: Upload, *, size_bytes: int, etag: str | None, parts: Sequence[SentPart] = ()
    ) -> Upload | None:
        """open -> completing; None where it is open no more. QuotaExceeded leaves it open."""
        row = await self.database.row(
            BEGIN_COMPLETING,
            upload=upload.id,
            attempt=upload.id,
            owner=upload.owner,
            spool=self.spool_id,
            size=size_bytes,
            etag=etag,
            part_numbers=[part.number for part in parts],
            part_bytes=[part.size_bytes for part in parts],
            etags=[part.etag for part in parts],
            **self.limits.values(),
        )
        if row is None:
            return None
        if row["id"] is not None:
            return upload_of(row)
        if not row["fits_quota"]:
            raise QuotaExceeded
        return None

    async def reopen(self, upload_id: UploadId, holder: UUID) -> None:
        """completing -> open: its parts have changed since they were listed."""
        await self.database.run(REOPEN, upload=upload_id, holder=holder)
