"""What closing an upload is made of: who closes it, its parts, what every way asks of rows and
store, how far a try came.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from chunk_service.domain.checksums import Checksum
from chunk_service.domain.objects import MultipartId, ObjectTarget, SentPart
from chunk_service.domain.principals import Principal
from chunk_service.domain.uploads import ChunkDigest, Digest, SpoolId, Upload, UploadId, Way
from chunk_service.usecases.relaying import SourceChunk

LOST = "Its bytes were in memory, and were not stored in time."


@dataclass(frozen=True, slots=True)
class PartRow:
    number: int
    sent: SentPart | None
    digest: Digest | None


@dataclass(frozen=True, slots=True)
class Closer:
    """A process that may close uploads, with the spool that it has; `lease_seconds` at a time."""

    holder: UUID
    spool_id: SpoolId
    lease_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Unread:
    """An upload whose row nobody has looked at: for whom, and by which way its bytes came."""

    id: UploadId
    principal: Principal
    way: Way


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Content:
    """All bytes of a small file, in memory for as long as this is."""

    data: bytes
    digest: ChunkDigest


@dataclass(frozen=True, slots=True)
class Taken:
    """An upload that this process holds for closing, from before `since` of the monotonic clock.

    `content`, where the file is in memory; `chunks`, all of them in order, where they fit one part
    and lie here; `parts`, where the store has them all. With one of them the mark that a call is
    outstanding is set as well, and the next thing to do is that call.
    """

    upload: Upload
    since: float
    content: Content | None = None
    chunks: Sequence[SourceChunk] | None = None
    parts: Sequence[PartRow] | None = None


class ReadingParts(Protocol):
    async def parts(self, upload_id: UploadId) -> Sequence[PartRow]: ...


class CompletingStore(Protocol):
    async def complete_multipart(
        self,
        target: ObjectTarget,
        *,
        multipart: MultipartId,
        parts: Sequence[SentPart],
        size_bytes: int,
        checksum: Checksum | None,
    ) -> None: ...


class Closed(StrEnum):
    """`ended`: here, and nobody holds it any more. `over`: no longer completing, or another's.

    `waiting`: for parts. `busy`: another process is at it.
    """

    ENDED = "ended"
    OVER = "over"
    WAITING = "waiting"
    BUSY = "busy"
