"""Statements by which operators look at uploads: lists, and all rows of one. They only read.

What is relative to time is judged here, by the clock that leases and deadlines are judged by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chunk_service.adapters.postgres.connected import Row
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.reading import RECEIVED
from chunk_service.adapters.postgres.relaying import MOST_ATTEMPTS
from chunk_service.adapters.postgres.statements import Statement, statement
from chunk_service.adapters.postgres.values import UPLOAD_COLUMNS, upload_of
from chunk_service.domain.uploads import ChunkState, SpoolId, UploadId
from chunk_service.usecases.find_uploads import (
    ChunkRecord,
    Lease,
    PartRecord,
    ReservationRecord,
    SpoolRecord,
    UploadFilter,
    UploadRecord,
    UploadSummary,
)

MOST_ROWS = 1000

_COUNTS = """
    (SELECT count(*) FROM parts p WHERE p.upload_id = u.id AND p.etag IS NOT NULL) AS sent_parts,
    spooled.chunks AS spooled_chunks, spooled.bytes AS spooled_bytes
"""
_SPOOLED = """
    LATERAL (
        SELECT count(*) AS chunks, coalesce(sum(c.size_bytes), 0) AS bytes FROM chunks c
        WHERE c.upload_id = u.id AND c.state = 'spooled'
    ) spooled
"""

LIST = statement(f"""
    SELECT {UPLOAD_COLUMNS}, {_COUNTS}
    FROM uploads u, {_SPOOLED}
    WHERE (:behind IS NULL OR u.id < :behind)
        AND (:state IS NULL OR u.state = :state)
        AND (:way IS NULL OR u.way = :way)
        AND (:owner IS NULL OR u.owner = :owner)
        AND (:max_age IS NULL OR u.created_at <= service_now() - :max_age)
    ORDER BY u.id DESC LIMIT :limit
""")

READ = statement(f"""
    SELECT {UPLOAD_COLUMNS}, {_COUNTS}, service_now() AS at, u.expiry_limit, u.check_due_at,
        u.ended_at, u.cleanup_due_at, u.close_holder AS lease_holder, u.close_until AS lease_until,
        coalesce(u.close_until >= service_now(), false) AS is_leased
    FROM uploads u, {_SPOOLED} WHERE u.id = :upload
""")

CHUNKS = statement("""
    SELECT index, state, offset_bytes, size_bytes, file_name, spool_id, unsent_parts, recorded_at
    FROM chunks WHERE upload_id = :upload
    ORDER BY array_position(ARRAY['missing', 'spooled', 'relayed'], state), index LIMIT :limit
""")

PARTS = statement(f"""
    SELECT p.number, p.covered_bytes, p.etag IS NOT NULL AS is_sent, p.attempts, p.spool_id,
        p.lease_holder, p.lease_until,
        coalesce(p.lease_until >= service_now(), false) AS is_leased,
        p.etag IS NULL AND p.attempts >= {MOST_ATTEMPTS} AS is_set_aside,
        least(u.part_size, coalesce(u.total_size, p.number * u.part_size)
            - (p.number - 1) * u.part_size) AS needed_bytes
    FROM parts p JOIN uploads u ON u.id = p.upload_id WHERE p.upload_id = :upload
    ORDER BY p.etag IS NOT NULL, p.number LIMIT :limit
""")

RESERVATIONS = statement("""
    SELECT attempt, index, size_bytes, file_name, spool_id, expires_at,
        expires_at <= service_now() AS is_over
    FROM reservations WHERE upload_id = :upload ORDER BY index, attempt LIMIT :limit
""")

SPOOLS = statement("""
    SELECT s.id, s.host, s.seen_at, service_now() - s.seen_at AS away, s.forgotten_at
    FROM spools s
    WHERE s.id IN (
        SELECT spool_id FROM uploads WHERE id = :upload
        UNION SELECT spool_id FROM chunks WHERE upload_id = :upload AND state = 'spooled'
        UNION SELECT spool_id FROM reservations WHERE upload_id = :upload
    ) ORDER BY s.created_at LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class SurveyRows:
    database: Database

    async def list(self, wanted: UploadFilter) -> Sequence[UploadSummary]:
        rows = await self.database.rows(
            LIST,
            behind=wanted.behind,
            state=wanted.state,
            way=wanted.way,
            owner=wanted.owner,
            max_age=wanted.older_than,
            limit=wanted.limit,
        )
        return [_summary(row) for row in rows]

    async def read(self, upload_id: UploadId) -> UploadRecord | None:
        row = await self.database.row(READ, upload=upload_id)
        if row is None:
            return None
        received = await self.database.rows(RECEIVED, upload=upload_id)
        return UploadRecord(
            summary=_summary(row),
            at=row["at"],
            expiry_limit=row["expiry_limit"],
            check_due_at=row["check_due_at"],
            ended_at=row["ended_at"],
            cleanup_due_at=row["cleanup_due_at"],
            close_lease=_lease(row),
            received=[(each["first"], each["stop"]) for each in received],
            chunks=sorted(map(_chunk, await self._of(CHUNKS, upload_id)), key=lambda c: c.index),
            parts=sorted(map(_part, await self._of(PARTS, upload_id)), key=lambda p: p.number),
            reservations=[_reservation(each) for each in await self._of(RESERVATIONS, upload_id)],
            spools=[_spool(each) for each in await self._of(SPOOLS, upload_id)],
        )

    async def _of(self, query: Statement, upload_id: UploadId) -> Sequence[Row]:
        return await self.database.rows(query, upload=upload_id, limit=MOST_ROWS)


def _summary(row: Row) -> UploadSummary:
    return UploadSummary(
        upload=upload_of(row),
        spooled_chunks=row["spooled_chunks"],
        spooled_bytes=int(row["spooled_bytes"]),
        sent_parts=row["sent_parts"],
    )


def _lease(row: Row) -> Lease | None:
    holder: UUID | None = row["lease_holder"]
    if holder is None:
        return None
    return Lease(holder=holder, until=row["lease_until"], is_running=row["is_leased"])


def _chunk(row: Row) -> ChunkRecord:
    return ChunkRecord(
        index=row["index"],
        state=ChunkState(row["state"]),
        offset=row["offset_bytes"],
        size_bytes=row["size_bytes"],
        file_name=row["file_name"],
        spool_id=SpoolId(row["spool_id"]),
        unsent_parts=row["unsent_parts"],
        recorded_at=row["recorded_at"],
    )


def _part(row: Row) -> PartRecord:
    return PartRecord(
        number=row["number"],
        covered_bytes=row["covered_bytes"],
        needed_bytes=row["needed_bytes"],
        is_sent=row["is_sent"],
        attempts=row["attempts"],
        is_set_aside=row["is_set_aside"],
        lease=_lease(row),
        spool_id=SpoolId(row["spool_id"]),
    )


def _reservation(row: Row) -> ReservationRecord:
    return ReservationRecord(
        attempt=row["attempt"],
        index=row["index"],
        size_bytes=row["size_bytes"],
        file_name=row["file_name"],
        spool_id=SpoolId(row["spool_id"]),
        expires_at=row["expires_at"],
        is_over=row["is_over"],
    )


def _spool(row: Row) -> SpoolRecord:
    return SpoolRecord(
        id=SpoolId(row["id"]),
        host=row["host"],
        seen_at=row["seen_at"],
        away=row["away"],
        is_forgotten=row["forgotten_at"] is not None,
    )
