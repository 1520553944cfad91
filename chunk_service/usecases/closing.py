"""What closing an upload is made of: its parts, what every way asks of rows and store, how far a
try came.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from chunk_service.domain.checksums import Checksum
from chunk_service.domain.objects import MultipartId, ObjectTarget, SentPart
from chunk_service.domain.uploads import Digest, UploadId


@dataclass(frozen=True, slots=True)
class PartRow:
    number: int
    sent: SentPart | None
    digest: Digest | None


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
    """`over`: no longer completing. `waiting`: for parts. `busy`: another process is at it."""

    OVER = "over"
    WAITING = "waiting"
    BUSY = "busy"
