"""Create an upload's multipart upload when its first part is ready, and agree on one.

The row decides: whoever changes nothing there aborts its own. One that is lost in a crash between
creation and the row is found later by its key, which belongs to one upload alone.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from chunk_service.domain.objects import MultipartGone, MultipartId, ObjectTarget
from chunk_service.domain.uploads import Upload, UploadId


class Rows(Protocol):
    async def set_multipart(self, upload_id: UploadId, multipart: MultipartId) -> bool: ...
    async def multipart(self, upload_id: UploadId) -> MultipartId | None: ...


class Store(Protocol):
    async def create_multipart(self, target: ObjectTarget) -> MultipartId: ...
    async def abort_multipart(self, target: ObjectTarget, multipart: MultipartId) -> None: ...


@dataclass(frozen=True, slots=True)
class BeginMultipart:
    rows: Rows
    store: Store
    _locks: dict[UploadId, asyncio.Lock] = field(default_factory=dict)

    async def __call__(self, upload: Upload) -> MultipartId:
        """The multipart upload of the row; MultipartGone where the upload takes none any more."""
        if upload.multipart is not None:
            return upload.multipart
        async with self._one_at_a_time(upload.id):
            known = await self.rows.multipart(upload.id)
            return known or await self._create(upload)

    async def _create(self, upload: Upload) -> MultipartId:
        created = await self.store.create_multipart(upload.target)
        if await self.rows.set_multipart(upload.id, created):
            return created
        await self.store.abort_multipart(upload.target, created)
        winner = await self.rows.multipart(upload.id)
        if winner is None:
            raise MultipartGone
        return winner

    @asynccontextmanager
    async def _one_at_a_time(self, upload_id: UploadId) -> AsyncIterator[None]:
        """Parts of one upload that become ready together create one multipart upload, not four."""
        lock = self._locks.setdefault(upload_id, asyncio.Lock())
        try:
            async with lock:
                yield
        finally:
            if not lock.locked():
                self._locks.pop(upload_id, None)
