"""A file's bytes are handed through, or it is told why not, in bounded time."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.errors import Gone, ServiceError, StorageUnavailable
from chunk_service.domain.library import File
from chunk_service.domain.objects import ObjectGone, ObjectTarget, OutcomeUnknown, StoreRefused
from chunk_service.domain.ranges import Range
from chunk_service.usecases.fetch_file import FetchFile
from tests.fixtures.files import a_file

CONTENT = b"0123456789"
FILE = a_file(size_bytes=len(CONTENT))
CRC = Checksum.of_int(Algorithm.CRC32, zlib.crc32(CONTENT))


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
        assert (target, etag, size_bytes) == (FILE.target, FILE.etag, len(CONTENT))
        if self.is_silent:
            await asyncio.Event().wait()
        if self.refuses is not None:
            raise self.refuses
        yield self._pieces(wanted)

    async def _pieces(self, wanted: Range) -> AsyncIterator[bytes]:
        for at in range(wanted[0], wanted[1], 4):
            yield CONTENT[at : min(at + 4, wanted[1])]
            if self.breaks is not None:
                raise self.breaks


class Tally:
    def __init__(self) -> None:
        self.count = 0

    def spoiled(self) -> None:
        self.count += 1


async def fetch(
    reader: Reader,
    file: File = FILE,
    wanted: Range = (0, 10),
    got: list[bytes] | None = None,
    tally: Tally | None = None,
) -> list[bytes]:
    """The pieces, in `got` also where it does not end well."""
    got = [] if got is None else got
    crcs = {Algorithm.CRC32: zlib.crc32}
    fetch_file = FetchFile(reader, crcs, patience_seconds=0.01, tally=tally or Tally())
    async with fetch_file(file, wanted) as pieces:
        async for piece in pieces:
            got.append(piece)
    return got


@pytest.mark.parametrize("checksum", [None, CRC])
async def test_bytes_come_through(checksum: Checksum | None) -> None:
    assert await fetch(Reader(), replace(FILE, checksum=checksum)) == [b"0123", b"4567", b"89"]


async def test_the_end_of_spoiled_bytes_is_held_back() -> None:
    got: list[bytes] = []
    tally = Tally()
    wrong = Checksum.of_int(Algorithm.CRC32, CRC.value ^ 1)
    with pytest.raises(StorageUnavailable):
        await fetch(Reader(), replace(FILE, checksum=wrong), got=got, tally=tally)
    assert (got, tally.count) == ([b"0123", b"4567"], 1)


@pytest.mark.parametrize(
    ("checksum", "wanted"),
    [
        (Checksum.of_int(Algorithm.CRC32, CRC.value ^ 1), (0, 3)),
        (Checksum.of_int(Algorithm.CRC32, CRC.value ^ 1), (4, 10)),
        (Checksum(Algorithm.SHA256, bytes(32)), (0, 10)),
    ],
)
async def test_what_can_not_be_compared_comes_as_it_is(checksum: Checksum, wanted: Range) -> None:
    got = await fetch(Reader(), replace(FILE, checksum=checksum), wanted)
    assert b"".join(got) == CONTENT[slice(*wanted)]


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
    tally = Tally()
    with pytest.raises(told):
        await asyncio.wait_for(fetch(reader, tally=tally), 5)
    assert tally.count == (1 if told is Gone else 0)
