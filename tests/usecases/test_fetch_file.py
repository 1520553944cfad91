"""A file's bytes are handed through, or it is told why not, in bounded time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from chunk_service.domain.errors import Gone, ServiceError, StorageUnavailable
from chunk_service.domain.objects import ObjectGone, ObjectTarget, OutcomeUnknown, StoreRefused
from chunk_service.domain.ranges import Range
from chunk_service.usecases.fetch_file import FetchFile
from tests.fixtures.files import a_file

FILE = a_file()


@dataclass
class Reader:
    """Raises `refuses` when it is opened, `breaks` behind the first piece; or is silent."""

    refuses: Exception | None = None
    breaks: Exception | None = None
    is_silent: bool = False

    @asynccontextmanager
    async def read(
        self, target: ObjectTarget, *, etag: str, size_bytes: int, wanted: Range
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        assert (target, etag, size_bytes) == (FILE.target, FILE.etag, FILE.size_bytes)
        if self.is_silent:
            await asyncio.Event().wait()
        if self.refuses is not None:
            raise self.refuses
        yield self._pieces(wanted)

    async def _pieces(self, wanted: Range) -> AsyncIterator[bytes]:
        yield b"x" * wanted[1]
        if self.breaks is not None:
            raise self.breaks


async def fetch(reader: Reader) -> bytes:
    async with FetchFile(reader, patience_seconds=0.01)(FILE, (0, 3)) as pieces:
        return b"".join([piece async for piece in pieces])


async def test_bytes_come_through() -> None:
    assert await fetch(Reader()) == b"xxx"


@pytest.mark.parametrize(
    ("reader", "told"),
    [
        (Reader(refuses=ObjectGone()), Gone),
        (Reader(refuses=StoreRefused()), StorageUnavailable),
        (Reader(refuses=OutcomeUnknown()), StorageUnavailable),
        (Reader(breaks=OutcomeUnknown()), StorageUnavailable),
        (Reader(is_silent=True), StorageUnavailable),
    ],
)
async def test_what_the_store_does_is_told(reader: Reader, told: type[ServiceError]) -> None:
    with pytest.raises(told):
        await asyncio.wait_for(fetch(reader), 5)
