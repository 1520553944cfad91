"""Close a completing upload: one process at a time makes its object, and comes to an end or waits.

How the object is made depends on the way that the bytes came; when it counts as made does not:
see `prove_object.py`.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from chunk_service.domain.errors import DatabaseUnavailable
from chunk_service.domain.states import State
from chunk_service.domain.uploads import Upload, UploadId, Way
from chunk_service.usecases.closing import Closed

LEASE_SECONDS = 60.0


class Rows(Protocol):
    async def take(
        self, upload_id: UploadId, holder: UUID, lease_seconds: float
    ) -> Upload | None: ...
    async def let_go(self, upload_id: UploadId, holder: UUID) -> None: ...


class Reading(Protocol):
    async def read(self, upload_id: UploadId) -> Upload | None: ...


class Make(Protocol):
    async def __call__(self, upload: Upload) -> Closed: ...


@dataclass(frozen=True, slots=True)
class CloseUpload:
    rows: Rows
    reading: Reading
    makers: Mapping[Way, Make]
    holder: UUID
    lease_seconds: float = LEASE_SECONDS

    async def __call__(self, upload_id: UploadId) -> Closed:
        """Go as far as can be gone now. StoreError: nothing is decided, come back later."""
        upload = await self.rows.take(upload_id, self.holder, self.lease_seconds)
        if upload is None:
            current = await self.reading.read(upload_id)
            is_completing = current is not None and current.state is State.COMPLETING
            return Closed.BUSY if is_completing else Closed.OVER
        try:
            return await self.makers[upload.way](upload)
        finally:
            with suppress(DatabaseUnavailable):
                await asyncio.shield(self.rows.let_go(upload_id, self.holder))
