"""Uploads of all owners as operators see them: which there are, and all that is known of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from chunk_service.domain.ranges import Range
from chunk_service.domain.states import State
from chunk_service.domain.uploads import ChunkState, SpoolId, Upload, UploadId, Way
from chunk_service.usecases.find_events import EventFilter, EventSummary
from chunk_service.usecases.refusals import unknown_upload

MOST_EVENTS = 100


@dataclass(frozen=True, slots=True)
class UploadFilter:
    """Newest first; `behind` is the last upload of the page before."""

    limit: int
    behind: UploadId | None = None
    state: State | None = None
    way: Way | None = None
    owner: str | None = None
    older_than: timedelta | None = None


@dataclass(frozen=True, slots=True)
class UploadSummary:
    upload: Upload
    spooled_chunks: int
    spooled_bytes: int
    sent_parts: int


@dataclass(frozen=True, slots=True)
class Lease:
    """`is_running` by the clock of the database, as whoever takes it over asks it."""

    holder: UUID
    until: datetime
    is_running: bool


@dataclass(frozen=True, slots=True)
class ChunkRecord:
    index: int
    state: ChunkState
    offset: int | None
    size_bytes: int
    file_name: str
    spool_id: SpoolId
    unsent_parts: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class PartRecord:
    """`needed_bytes` is what its window has as far as the total is known."""

    number: int
    covered_bytes: int
    needed_bytes: int
    is_sent: bool
    attempts: int
    is_set_aside: bool
    lease: Lease | None
    spool_id: SpoolId

    @property
    def is_covered(self) -> bool:
        return self.covered_bytes >= self.needed_bytes


@dataclass(frozen=True, slots=True)
class ReservationRecord:
    """Without an index: the room of the whole upload, booked when it began."""

    attempt: UUID
    index: int | None
    size_bytes: int
    file_name: str
    spool_id: SpoolId
    expires_at: datetime
    is_over: bool


@dataclass(frozen=True, slots=True)
class SpoolRecord:
    id: SpoolId
    host: str
    seen_at: datetime
    away: timedelta
    is_forgotten: bool


@dataclass(frozen=True, slots=True)
class UploadRecord:
    """Everything that rows say of one upload, read at `at` by the clock of deadlines.

    `chunks` and `parts` are those that something is still owed of, then others, to a limit;
    `received` is of all chunks.
    """

    summary: UploadSummary
    at: datetime
    expiry_limit: datetime
    check_due_at: datetime | None
    ended_at: datetime | None
    cleanup_due_at: datetime | None
    close_lease: Lease | None
    received: Sequence[Range]
    chunks: Sequence[ChunkRecord]
    parts: Sequence[PartRecord]
    reservations: Sequence[ReservationRecord]
    spools: Sequence[SpoolRecord]

    @property
    def upload(self) -> Upload:
        return self.summary.upload


@dataclass(frozen=True, slots=True)
class UploadDetails:
    record: UploadRecord
    events: Sequence[EventSummary]


class Rows(Protocol):
    async def list(self, wanted: UploadFilter) -> Sequence[UploadSummary]: ...
    async def read(self, upload_id: UploadId) -> UploadRecord | None: ...


class Events(Protocol):
    async def list(self, wanted: EventFilter) -> Sequence[EventSummary]: ...


@dataclass(frozen=True, slots=True)
class FindUploads:
    rows: Rows
    events: Events

    async def __call__(self, wanted: UploadFilter) -> Sequence[UploadSummary]:
        return await self.rows.list(wanted)

    async def read(self, upload_id: UploadId) -> UploadDetails:
        record = await self.rows.read(upload_id)
        if record is None:
            raise unknown_upload()
        of_upload = EventFilter(limit=MOST_EVENTS, upload_id=upload_id)
        return UploadDetails(record, await self.events.list(of_upload))
