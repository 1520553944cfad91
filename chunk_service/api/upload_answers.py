"""What operators get to see of uploads, as models of the answers."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from chunk_service.api.answer_models import Answer, Instant, Ranges
from chunk_service.api.answers import MAX_RANGES
from chunk_service.api.event_answers import EventItem, event_item
from chunk_service.domain.ranges import as_text
from chunk_service.domain.states import State
from chunk_service.domain.uploads import ChunkState, FileId, RelayMode, Way
from chunk_service.usecases.explain_upload import Explanation
from chunk_service.usecases.find_uploads import (
    ChunkRecord,
    Lease,
    PartRecord,
    ReservationRecord,
    SpoolRecord,
    UploadDetails,
    UploadSummary,
)
from chunk_service.usecases.upload_reasons import Cause


class UploadItem(Answer):
    upload_session_id: UUID
    owner: str
    state: State
    way: Annotated[Way, Field(description="How the bytes come.")]
    main_service_file_id: FileId | None
    original_file_name: str
    bucket: str
    key: str
    total_size: int | None
    received_bytes: int
    total_chunks: int | None
    chunk_count: int
    spooled_chunks: Annotated[int, Field(description="Chunks whose bytes wait in a spool.")]
    spooled_bytes: int
    sent_parts: int
    failure: str | None
    created_at: Instant
    expires_at: Instant
    completed_at: Instant | None


class UploadsAnswer(Answer):
    uploads: list[UploadItem]
    next: Annotated[
        str | None, Field(description="The `before` of the next page; null on the last.")
    ]


class LeaseItem(Answer):
    holder: UUID
    until: Instant
    running: bool


class ChunkItem(Answer):
    index: int
    state: ChunkState
    offset: int | None
    size: int
    file_name: str
    spool_id: UUID
    unsent_parts: int
    recorded_at: Instant


class PartItem(Answer):
    number: int
    covered_bytes: int
    needed_bytes: int
    sent: bool
    attempts: int
    set_aside: bool
    lease: LeaseItem | None
    spool_id: UUID


class ReservationItem(Answer):
    attempt: UUID
    chunk_index: int | None
    size: int
    file_name: str
    spool_id: UUID
    expires_at: Instant
    over: bool


class SpoolItem(Answer):
    id: UUID
    host: str
    seen_at: Instant
    forgotten: bool


class UploadAnswer(UploadItem):
    content_type: str | None
    relay: RelayMode
    chunk_size: int | None
    part_size: int
    max_size: int
    multipart_upload_id: str | None
    pending_key: str | None
    pending_etag: str | None
    spool_id: Annotated[UUID | None, Field(description="The spool that it is bound to.")]
    closing: Annotated[bool, Field(description="A call whose outcome is to be proved is out.")]
    close_lease: LeaseItem | None
    expiry_limit: Instant
    check_due_at: Instant | None
    ended_at: Instant | None
    cleanup_due_at: Instant | None
    received_chunks: Ranges
    chunks: Annotated[list[ChunkItem], Field(description="Up to 1,000; those that wait first.")]
    parts: Annotated[list[PartItem], Field(description="Up to 1,000; those that wait first.")]
    reservations: list[ReservationItem]
    spools: list[SpoolItem]
    events: list[EventItem]


class ReasonItem(Answer):
    cause: Cause
    sentence: str


class WhyAnswer(Answer):
    upload_session_id: UUID
    state: State
    reasons: list[ReasonItem]


def upload_item(summary: UploadSummary) -> UploadItem:
    upload = summary.upload
    return UploadItem(
        upload_session_id=upload.id,
        owner=upload.owner,
        state=upload.state,
        way=upload.way,
        main_service_file_id=upload.main_service_file_id,
        original_file_name=upload.original_file_name,
        bucket=upload.bucket,
        key=upload.key,
        total_size=upload.total_size,
        received_bytes=upload.received_bytes,
        total_chunks=upload.total_chunks,
        chunk_count=upload.chunk_count,
        spooled_chunks=summary.spooled_chunks,
        spooled_bytes=summary.spooled_bytes,
        sent_parts=summary.sent_parts,
        failure=upload.failure,
        created_at=upload.created_at,
        expires_at=upload.expires_at,
        completed_at=upload.completed_at,
    )


def upload_answer(details: UploadDetails) -> UploadAnswer:
    record, upload = details.record, details.record.upload
    return UploadAnswer(
        **dict(upload_item(record.summary)),
        content_type=upload.content_type,
        relay=upload.relay_mode,
        chunk_size=upload.chunk_size,
        part_size=upload.part_size,
        max_size=upload.max_size,
        multipart_upload_id=upload.multipart,
        pending_key=None if upload.pending is None else upload.pending.key,
        pending_etag=None if upload.pending is None else upload.pending.etag,
        spool_id=upload.spool_id,
        closing=upload.closing,
        close_lease=_lease_item(record.close_lease),
        expiry_limit=record.expiry_limit,
        check_due_at=record.check_due_at,
        ended_at=record.ended_at,
        cleanup_due_at=record.cleanup_due_at,
        received_chunks=as_text(record.received, MAX_RANGES),
        chunks=[_chunk_item(each) for each in record.chunks],
        parts=[_part_item(each) for each in record.parts],
        reservations=[_reservation_item(each) for each in record.reservations],
        spools=[_spool_item(each) for each in record.spools],
        events=[event_item(each) for each in details.events],
    )


def why_answer(explanation: Explanation) -> WhyAnswer:
    upload = explanation.details.record.upload
    return WhyAnswer(
        upload_session_id=upload.id,
        state=upload.state,
        reasons=[
            ReasonItem(cause=each.cause, sentence=each.sentence) for each in explanation.reasons
        ],
    )


def _lease_item(lease: Lease | None) -> LeaseItem | None:
    if lease is None:
        return None
    return LeaseItem(holder=lease.holder, until=lease.until, running=lease.is_running)


def _chunk_item(chunk: ChunkRecord) -> ChunkItem:
    return ChunkItem(
        index=chunk.index,
        state=chunk.state,
        offset=chunk.offset,
        size=chunk.size_bytes,
        file_name=chunk.file_name,
        spool_id=chunk.spool_id,
        unsent_parts=chunk.unsent_parts,
        recorded_at=chunk.recorded_at,
    )


def _part_item(part: PartRecord) -> PartItem:
    return PartItem(
        number=part.number,
        covered_bytes=part.covered_bytes,
        needed_bytes=part.needed_bytes,
        sent=part.is_sent,
        attempts=part.attempts,
        set_aside=part.is_set_aside,
        lease=_lease_item(part.lease),
        spool_id=part.spool_id,
    )


def _reservation_item(reservation: ReservationRecord) -> ReservationItem:
    return ReservationItem(
        attempt=reservation.attempt,
        chunk_index=reservation.index,
        size=reservation.size_bytes,
        file_name=reservation.file_name,
        spool_id=reservation.spool_id,
        expires_at=reservation.expires_at,
        over=reservation.is_over,
    )


def _spool_item(spool: SpoolRecord) -> SpoolItem:
    return SpoolItem(
        id=spool.id, host=spool.host, seen_at=spool.seen_at, forgotten=spool.is_forgotten
    )
