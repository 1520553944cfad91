"""Record the only chunk of a file that came in one request, and begin to complete it in that step.

Who sent the request has said all there is to say: nothing is left to be judged but the bytes. What
is longer than its first chunk, or has a checksum to be held against, is completed on its own.
"""

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from chunk_service.domain.chunking import Placement
from chunk_service.domain.errors import DatabaseUnavailable
from chunk_service.domain.uploads import ChunkDigest, Upload, UploadId
from chunk_service.usecases.closing import Closer, Taken
from chunk_service.usecases.receiving import Attempt, Recorded
from chunk_service.usecases.record_chunk import RecordNew
from chunk_service.usecases.relaying import SourceChunk


class Rows(Protocol):
    async def record_whole(
        self,
        attempt: Attempt,
        upload: Upload,
        placement: Placement,
        digest: ChunkDigest,
        closer: Closer,
    ) -> Upload | None: ...


class Closing(Protocol):
    async def let_go(self, upload_id: UploadId, holder: UUID) -> None: ...


class Pursuit(Protocol):
    def close(self, taken: Taken) -> None: ...


@dataclass(frozen=True, slots=True)
class RecordWhole:
    rows: Rows
    closing: Closing
    closer: Closer
    pursuit: Pursuit
    otherwise: RecordNew

    async def __call__(
        self, attempt: Attempt, upload: Upload, placement: Placement, digest: ChunkDigest
    ) -> Recorded | None:
        """None where the upload or a rival left no place."""
        if not _is_all(upload, placement):
            return await self.otherwise(attempt, upload, placement, digest)
        since = time.monotonic()
        began = await self._record(attempt, upload, replace(placement, is_last=True), digest)
        if began is None:
            return None
        self.pursuit.close(Taken(began, since, chunks=[_only_chunk(attempt, digest)]))
        return Recorded(
            needs_file=True,
            is_placed=True,
            completes_window=False,
            outgrows_window=False,
            completing=began,
        )

    async def _record(
        self, attempt: Attempt, upload: Upload, placement: Placement, digest: ChunkDigest
    ) -> Upload | None:
        try:
            return await self.rows.record_whole(attempt, upload, placement, digest, self.closer)
        except DatabaseUnavailable:
            # Perhaps it was taken and only the answer is lost: nobody here would close it.
            with suppress(DatabaseUnavailable):
                await self.closing.let_go(upload.id, self.closer.holder)
            raise


def _is_all(upload: Upload, placement: Placement) -> bool:
    """A chunk that is shorter than its upload's chunks ends its request."""
    is_end = placement.is_last or placement.length == upload.total_size
    fits = 0 < placement.length <= upload.part_size
    return placement.index == 0 and is_end and fits and upload.checksum is None


def _only_chunk(attempt: Attempt, digest: ChunkDigest) -> SourceChunk:
    return SourceChunk(
        index=0,
        offset=0,
        size_bytes=digest.size_bytes,
        file_name=attempt.file_name,
        slices=digest.slices,
    )
