"""Hash a whole file in the spool, for uploads that declared a SHA-256 at their beginning.

A hash of the whole does not follow from those of its pieces, so every byte is read once more, in
order, before anything goes to the store. It may take longer than a request waits: the reading goes
on, and the repeat finds it further on or done.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chunk_service.domain.checksums import Checksum
from chunk_service.domain.errors import DigestMismatch, StorageUnavailable
from chunk_service.domain.uploads import SpoolId, Upload, UploadId
from chunk_service.usecases.lose_chunks import LoseChunks
from chunk_service.usecases.relaying import SourceChunk


class Rows(Protocol):
    async def sources(
        self, upload_id: UploadId, spool_id: SpoolId
    ) -> Sequence[SourceChunk] | None: ...


class Spool(Protocol):
    @property
    def id(self) -> SpoolId: ...
    async def sha256(self, file_names: Sequence[str]) -> bytes: ...
    async def holds(self, file_name: str, size_bytes: int) -> bool: ...


@dataclass(frozen=True, slots=True)
class VerifyHash:
    rows: Rows
    spool: Spool
    lose_chunks: LoseChunks
    _running: dict[UploadId, asyncio.Task[bytes]] = field(default_factory=dict)

    async def __call__(self, upload: Upload, declared: Checksum, wait_seconds: float) -> None:
        """DigestMismatch where the bytes differ; StorageUnavailable while they are being read."""
        task = self._running.get(upload.id)
        if task is None:
            task = self._running[upload.id] = asyncio.create_task(self._hash(upload))
        try:
            found = await asyncio.wait_for(asyncio.shield(task), wait_seconds)
        except TimeoutError:
            raise StorageUnavailable(
                "The file is being hashed; ask again.", retry_after_seconds=5
            ) from None
        finally:
            if task.done():
                self._running.pop(upload.id, None)
        if found != declared.digest:
            raise DigestMismatch(f"The file does not have this {declared.algorithm}.")

    async def _hash(self, upload: Upload) -> bytes:
        chunks = await self.rows.sources(upload.id, self.spool.id)
        if chunks is None:
            raise StorageUnavailable("Another replica holds this upload.", retry_after_seconds=1)
        whole = [chunk for chunk in chunks if chunk.size_bytes]
        lost = [
            chunk.file_name
            for chunk in whole
            if not await self.spool.holds(chunk.file_name, chunk.size_bytes)
        ]
        if lost:
            await self.lose_chunks(upload.id, lost)
            raise StorageUnavailable("Chunks were lost; ask for the status.", retry_after_seconds=1)
        try:
            return await self.spool.sha256([chunk.file_name for chunk in whole])
        except FileNotFoundError:
            # Lost, or removed by the clean-up: the upload was open all the time and may have ended.
            raise StorageUnavailable(
                "Chunks went while they were read; ask for the status.", retry_after_seconds=1
            ) from None
