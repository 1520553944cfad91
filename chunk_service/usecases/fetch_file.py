"""Hand the bytes of a file through, from the store, of the version that its row names."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import structlog

from chunk_service.domain.errors import Gone, StorageUnavailable
from chunk_service.domain.library import File
from chunk_service.domain.objects import ObjectGone, ObjectTarget, StoreError
from chunk_service.domain.ranges import Range

log = structlog.get_logger(__name__)


class Reader(Protocol):
    def read(
        self, target: ObjectTarget, *, etag: str, size_bytes: int, wanted: Range
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]: ...


@dataclass(frozen=True, slots=True)
class FetchFile:
    reader: Reader
    patience_seconds: float

    @asynccontextmanager
    async def __call__(self, file: File, wanted: Range) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes [first, end) of the file; Gone, or StorageUnavailable, also in their midst."""
        async with AsyncExitStack() as stack:
            pieces = await self._opened(stack, file, wanted)
            yield _told(file, pieces)

    async def _opened(
        self, stack: AsyncExitStack, file: File, wanted: Range
    ) -> AsyncIterator[bytes]:
        reading = self.reader.read(
            file.target, etag=file.etag, size_bytes=file.size_bytes, wanted=wanted
        )
        try:
            async with asyncio.timeout(self.patience_seconds):
                return await stack.enter_async_context(reading)
        except ObjectGone as error:
            log.error("a file has lost its object", file_id=str(file.id), reason=str(error))
            raise Gone("The bytes of this file are not there any more.") from None
        except (StoreError, TimeoutError) as error:
            raise _unavailable(file, error) from None


async def _told(file: File, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        async for piece in pieces:
            yield piece
    except StoreError as error:
        raise _unavailable(file, error) from None


def _unavailable(file: File, error: Exception) -> StorageUnavailable:
    reason = str(error) or type(error).__name__
    log.warning("a file can't be read", file_id=str(file.id), reason=reason)
    return StorageUnavailable("The object store can't be read now.")
