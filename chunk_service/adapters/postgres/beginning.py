"""Statements that begin an upload, at most once for each idempotency key."""

import json
from dataclasses import dataclass
from datetime import timedelta

from chunk_service.adapters.postgres.admission import (
    FITS_SPOOL,
    GATE,
    OWNER_GATE,
    AdmissionLimits,
    fits_quota,
    fits_spool,
)
from chunk_service.adapters.postgres.connected import Row
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.draining import TAKES_NEW
from chunk_service.adapters.postgres.statements import statement
from chunk_service.adapters.postgres.values import (
    UPLOAD_COLUMNS,
    checksum_text,
    crc64nvme_bytes,
    slices_json,
    upload_of,
)
from chunk_service.domain.uploads import ChunkDigest, SpoolId, Upload
from chunk_service.usecases.beginning import Draft, Earlier, IdempotencyKey, NoRoom
from chunk_service.usecases.closing import Closer

# Soon after a presigned request could have been made.
FIRST_LOOK = "interval '10 seconds'"
KEY_LIFETIME = "interval '24 hours'"

# One that lived in one request and did not outlive it: the repeated request begins anew.
_LOST = """
    EXISTS (SELECT FROM uploads lost WHERE lost.id = k.upload_id AND lost.way = 'whole'
        AND lost.state IN ('failed', 'aborted', 'expired'))
"""

_BEGIN = """
    WITH {gate}, room AS MATERIALIZED (
        SELECT owner_open_uploads(:owner) < :open_limit AS fits_open, {fits_quota} AS fits_quota,
            {takes_new} AS takes_new, {fits_spool} AS fits_spool
        FROM used
    ), keyed AS (
        INSERT INTO idempotency_keys AS k (owner, key, fingerprint, upload_id)
        SELECT :owner, :idempotency_key, :fingerprint, :upload FROM room
        WHERE takes_new AND fits_open AND fits_quota AND fits_spool AND :idempotency_key IS NOT NULL
        ON CONFLICT (owner, key) DO UPDATE SET fingerprint = excluded.fingerprint,
            upload_id = excluded.upload_id, created_at = service_now()
            WHERE k.created_at < service_now() - {key_lifetime}
                OR k.fingerprint = :fingerprint AND {lost}
        RETURNING k.owner
    ), u AS (
        INSERT INTO uploads (id, owner, main_service_file_id, original_file_name, content_type,
            metadata, bucket, key, part_size, chunk_size, max_size,
            relay_mode, part_checksum, checksum,
            expires_at, expiry_limit, ttl, callback_url, owner_email, way, {columns})
        SELECT :upload, :owner, CAST(:main_service_file_id AS jsonb), :original_file_name,
            :content_type, CAST(:metadata AS jsonb), :bucket, :key, :part_size, :chunk_size,
            :max_size, :relay_mode, :part_checksum, :checksum,
            service_now() + :ttl, service_now() + :max_age, :ttl,
            :callback_url, :owner_email, :way, {values}
        FROM room WHERE takes_new AND fits_open AND fits_quota AND fits_spool
            AND (:idempotency_key IS NULL OR EXISTS (SELECT FROM keyed))
        RETURNING *
    )
"""

_OUTCOME = f"""
    SELECT room.takes_new, room.fits_open, room.fits_quota, room.fits_spool, {UPLOAD_COLUMNS}
    FROM room LEFT JOIN u ON true
"""

_COMMON = {
    "fits_quota": fits_quota(),
    "takes_new": TAKES_NEW,
    "key_lifetime": KEY_LIFETIME,
    "lost": _LOST,
}

BEGIN = statement(
    _BEGIN.format(
        **_COMMON,
        gate=GATE,
        fits_spool=f"""
            CASE WHEN :is_kept THEN {FITS_SPOOL} AND used.spool + :size <= :high_water
                WHEN :first_attempt IS NOT NULL
                    THEN {fits_spool(":first_size")} AND used.spool + :first_size <= :spool_limit
                ELSE true END""",
        columns="total_size, total_chunks, is_free, spool_id, pending_key, check_due_at",
        values=f""":total_size, :total_chunks, :is_free AND NOT :is_kept,
            CASE WHEN :is_kept THEN :spool END, :pending_key,
            CASE WHEN :pending_key IS NOT NULL THEN service_now() + {FIRST_LOOK} END""",
    )
    + """
    , kept AS (
        INSERT INTO reservations
            (attempt, upload_id, spool_id, owner, size_bytes, file_name, expires_at)
        SELECT id, id, :spool, owner, :size, id || '.whole', expiry_limit FROM u WHERE :is_kept
    ), first AS (
        INSERT INTO reservations
            (attempt, upload_id, index, spool_id, owner, size_bytes, file_name, expires_at)
        SELECT :first_attempt, id, 0, :spool, owner, :first_size, :file_name,
            service_now() + :first_ttl
        FROM u WHERE :first_attempt IS NOT NULL
    )
    """
    + _OUTCOME
)

# Its bytes are in memory: they take no room of the spool, and are put next by who begins it.
BEGIN_IN_MEMORY = statement(
    _BEGIN.format(
        **_COMMON,
        gate=OWNER_GATE,
        fits_spool="true",
        columns="""is_free, total_size, received_bytes, longest_chunk_bytes, extent_bytes,
            prefix_bytes, total_chunks, chunk_count, prefix_chunks, highest_index,
            state, completed_at, closing, close_holder, close_until""",
        values=""":is_free, :size, :size, :size, :size,
            :size, :total_chunks, :total_chunks, :total_chunks, :total_chunks - 1,
            'completing', service_now(), true, :holder, service_now() + :lease""",
    )
    + """
    , chunk AS (
        INSERT INTO chunks (upload_id, index, state, offset_bytes, size_bytes, crc64nvme, sha256,
            slices, file_name, spool_id, unsent_parts)
        SELECT id, 0, 'relayed', 0, :size, :crc64nvme, :sha256, CAST(:slices AS jsonb), '',
            :spool, 0
        FROM u WHERE :size > 0
    )
    """
    + _OUTCOME
)

FIND_EARLIER = statement(f"""
    SELECT k.fingerprint, {UPLOAD_COLUMNS}
    FROM idempotency_keys k JOIN uploads u ON u.id = k.upload_id
    WHERE k.owner = :owner AND k.key = :idempotency_key
        AND k.created_at >= service_now() - {KEY_LIFETIME}
""")


VERDICTS = {
    "takes_new": NoRoom.DRAINING,
    "fits_open": NoRoom.OPEN_UPLOADS,
    "fits_quota": NoRoom.QUOTA,
    "fits_spool": NoRoom.SPOOL,
}


@dataclass(frozen=True, slots=True)
class BeginningRows:
    database: Database
    spool_id: SpoolId
    limits: AdmissionLimits
    open_limit: int

    async def begin(self, draft: Draft, key: IdempotencyKey | None) -> Upload | NoRoom | None:
        """Insert the upload, with what is booked for it; None where the key is taken."""
        first = draft.first
        row = await self.database.row(
            BEGIN,
            **self._common(draft, key),
            attempt=draft.id,
            size=draft.total_size or (0 if first is None else first.size_bytes),
            first_attempt=None if first is None else first.id,
            first_size=None if first is None else first.size_bytes,
            first_ttl=None if first is None else first.ttl,
            file_name=None if first is None else first.file_name,
            is_kept=draft.is_kept,
            total_size=draft.total_size,
            total_chunks=draft.total_chunks,
            pending_key=draft.pending_key,
        )
        return _begun(row)

    async def begin_in_memory(
        self, draft: Draft, key: IdempotencyKey | None, *, digest: ChunkDigest, closer: Closer
    ) -> Upload | NoRoom | None:
        """Insert the upload of a whole file that no spool has, completing, with the mark that a
        call is outstanding; None where the key is taken.
        """
        row = await self.database.row(
            BEGIN_IN_MEMORY,
            **self._common(draft, key),
            attempt=draft.id,
            size=digest.size_bytes,
            crc64nvme=crc64nvme_bytes(digest.whole),
            sha256=digest.sha256,
            slices=slices_json(digest.slices),
            total_chunks=1 if digest.size_bytes else 0,
            holder=closer.holder,
            lease=timedelta(seconds=closer.lease_seconds),
        )
        return _begun(row)

    def _common(self, draft: Draft, key: IdempotencyKey | None) -> dict[str, object]:
        return {
            "spool": self.spool_id,
            **self.limits.values(),
            "upload": draft.id,
            "owner": draft.owner,
            "main_service_file_id": json.dumps(draft.main_service_file_id),
            "original_file_name": draft.original_file_name,
            "content_type": draft.content_type,
            "metadata": json.dumps(dict(draft.metadata)),
            "bucket": draft.bucket,
            "key": draft.key,
            "part_size": draft.plan.part_size,
            "chunk_size": draft.plan.chunk_size,
            "max_size": draft.plan.max_size,
            "is_free": draft.plan.is_free,
            "relay_mode": draft.relay_mode,
            "part_checksum": draft.part_checksum,
            "checksum": checksum_text(draft.checksum),
            "ttl": draft.ttl,
            "max_age": draft.max_age,
            "callback_url": draft.callback_url,
            "owner_email": draft.owner_email,
            "way": draft.way,
            "open_limit": self.open_limit,
            "idempotency_key": None if key is None else key.key,
            "fingerprint": None if key is None else key.fingerprint,
        }

    async def find_earlier(self, owner: str, key: IdempotencyKey) -> Earlier | None:
        row = await self.database.row(FIND_EARLIER, owner=owner, idempotency_key=key.key)
        if row is None:
            return None
        return Earlier(upload=upload_of(row), fingerprint=row["fingerprint"])


def _begun(row: Row | None) -> Upload | NoRoom | None:
    assert row is not None
    if row["id"] is not None:
        return upload_of(row)
    for name, verdict in VERDICTS.items():
        if not row[name]:
            return verdict
    return None
