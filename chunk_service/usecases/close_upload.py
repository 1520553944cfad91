"""Close a completing upload: one process at a time makes its object, and comes to an end or waits.

How the object is made depends on the way that the bytes came; when it counts as made does not:
see `prove_object.py`.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from chunk_service.domain.errors import DatabaseUnavailable
from chunk_service.domain.states import State
from chunk_service.domain.uploads import Upload, UploadId, Way
from chunk_service.usecases.closing import Closed, Closer, Content, PartRow, Taken
from chunk_service.usecases.relaying import SourceChunk

# Of its lease; what was handed on and waited longer is given back and taken anew.
FRESH_SHARE = 0.5


class Rows(Protocol):
    async def take(
        self, upload_id: UploadId, holder: UUID, lease_seconds: float
    ) -> Taken | None: ...
    async def let_go(self, upload_id: UploadId, holder: UUID) -> None: ...


class Reading(Protocol):
    async def read(self, upload_id: UploadId) -> Upload | None: ...


class Make(Protocol):
    async def __call__(self, upload: Upload) -> Closed: ...


class MakeOfContent(Protocol):
    async def __call__(self, upload: Upload, content: Content, until: float) -> Closed: ...


class MakeMarked(Protocol):
    async def put_marked(self, upload: Upload, chunks: Sequence[SourceChunk]) -> Closed: ...
    async def complete_marked(self, upload: Upload, parts: Sequence[PartRow]) -> Closed: ...


@dataclass(frozen=True, slots=True)
class CloseUpload:
    rows: Rows
    reading: Reading
    makers: Mapping[Way, Make]
    of_chunks: MakeMarked
    of_content: MakeOfContent
    closer: Closer

    async def __call__(self, upload_id: UploadId, taken: Taken | None = None) -> Closed:
        """Go as far as can be gone now. StoreError: nothing is decided, come back later.

        `taken`: by this process already, and handed on.
        """
        if taken is not None and not self._is_fresh(taken):
            await self.let_go(upload_id)
            taken = None
        taken = taken or await self._take(upload_id)
        if taken is None:
            current = await self.reading.read(upload_id)
            is_completing = current is not None and current.state is State.COMPLETING
            return Closed.BUSY if is_completing else Closed.OVER
        closed = None
        try:
            closed = await self._make(taken)
            return closed
        finally:
            if closed is not Closed.ENDED:
                await asyncio.shield(self.let_go(upload_id))

    async def let_go(self, upload_id: UploadId) -> None:
        """So that anybody may take it; where that can't be said now, the lease lapses."""
        with suppress(DatabaseUnavailable):
            await self.rows.let_go(upload_id, self.closer.holder)

    def _is_fresh(self, taken: Taken) -> bool:
        return time.monotonic() < self._fresh_until(taken)

    def _fresh_until(self, taken: Taken) -> float:
        return taken.since + self.closer.lease_seconds * FRESH_SHARE

    async def _take(self, upload_id: UploadId) -> Taken | None:
        return await self.rows.take(upload_id, self.closer.holder, self.closer.lease_seconds)

    async def _make(self, taken: Taken) -> Closed:
        if taken.content is not None:
            return await self.of_content(taken.upload, taken.content, self._fresh_until(taken))
        if taken.chunks is not None:
            return await self.of_chunks.put_marked(taken.upload, taken.chunks)
        if taken.parts is not None:
            return await self.of_chunks.complete_marked(taken.upload, taken.parts)
        return await self.makers[taken.upload.way](taken.upload)
