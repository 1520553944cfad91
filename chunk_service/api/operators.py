"""What the doors for operators call: the use cases of events, receivers, held files, uploads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chunk_service.domain.library import File
from chunk_service.domain.uploads import Upload, UploadId
from chunk_service.usecases.explain_upload import Explanation
from chunk_service.usecases.find_events import EventDetails, EventFilter, EventSummary
from chunk_service.usecases.find_uploads import UploadDetails, UploadFilter, UploadSummary
from chunk_service.usecases.tend_endpoints import EndpointStatus


class Find(Protocol):
    async def __call__(self, wanted: EventFilter) -> Sequence[EventSummary]: ...
    async def read(self, event_id: str) -> EventDetails: ...


class Replay(Protocol):
    async def __call__(self, event_id: str, endpoint: str | None = None) -> Sequence[str]: ...
    async def dead(self, endpoint: str | None = None) -> int: ...


class Tend(Protocol):
    async def __call__(self) -> Sequence[EndpointStatus]: ...
    async def enable(self, endpoint: str) -> int: ...


class Hold(Protocol):
    async def __call__(self, key: str) -> File: ...
    async def release(self, key: str) -> File: ...


class FindUploads(Protocol):
    async def __call__(self, wanted: UploadFilter) -> Sequence[UploadSummary]: ...
    async def read(self, upload_id: UploadId) -> UploadDetails: ...


class ExplainUpload(Protocol):
    async def __call__(self, upload_id: UploadId) -> Explanation: ...


class AbortUpload(Protocol):
    async def of_anyone(self, upload_id: UploadId) -> Upload: ...


@dataclass(frozen=True, slots=True)
class UploadDesk:
    find: FindUploads
    explain: ExplainUpload
    abort: AbortUpload


@dataclass(frozen=True, slots=True)
class Operators:
    find_events: Find
    replay_events: Replay
    endpoints: Tend
    holds: Hold
    uploads: UploadDesk
