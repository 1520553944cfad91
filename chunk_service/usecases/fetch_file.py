"""Hand the bytes of a file through, from the store, of the version that its row names.

A whole file is compared with its checksum on the way, and its last piece held back until that was
found right: bytes that were spoiled in the store or on the line never make a whole download.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import structlog

from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.errors import Gone, StorageUnavailable
from chunk_service.domain.library import File
from chunk_service.domain.objects import ObjectGone, ObjectTarget, OutcomeUnknown, StoreError
from chunk_service.domain.ranges import Range

log = structlog.get_logger(__name__)


class Reader(Protocol):
    def read(
        self, target: ObjectTarget, *, etag: str, size_bytes: int, wanted: Range
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]: ...


Crc = Callable[[bytes, int], int]


class Tally(Protocol):
    def spoiled(self) -> None: ...


@dataclass(frozen=True, slots=True)
class FetchFile:
    """`crcs` go on from the value of the bytes before; others than these are not compared."""

    reader: Reader
    crcs: Mapping[Algorithm, Crc]
    patience_seconds: float
    tally: Tally

    @asynccontextmanager
    async def __call__(self, file: File, wanted: Range) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes [first, end) of the file; Gone, or StorageUnavailable, also in their midst."""
        async with AsyncExitStack() as stack:
            pieces = await self._opened(stack, file, wanted)
            yield _told(file, self._checked(file, wanted, pieces))

    def _checked(
        self, file: File, wanted: Range, pieces: AsyncIterator[bytes]
    ) -> AsyncIterator[bytes]:
        is_whole = wanted == (0, file.size_bytes)
        if not is_whole or file.checksum is None or file.checksum.algorithm not in self.crcs:
            return pieces
        crc = self.crcs[file.checksum.algorithm]
        return _held_back(pieces, crc, file.checksum.value, self.tally)

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
            self.tally.spoiled()
            log.error("a file has lost its object", file_id=str(file.id), reason=str(error))
            raise Gone("The bytes of this file are not there any more.") from None
        except (StoreError, TimeoutError) as error:
            raise _unavailable(file, error) from None


async def _held_back(
    pieces: AsyncIterator[bytes], crc: Crc, expected: int, tally: Tally
) -> AsyncIterator[bytes]:
    value, last = 0, b""
    async for piece in pieces:
        if last:
            yield last
        value, last = crc(piece, value), piece
    if value != expected:
        tally.spoiled()
        raise OutcomeUnknown("the bytes that came are not those that were stored")
    yield last


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
