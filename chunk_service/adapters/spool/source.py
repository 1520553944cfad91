"""The bytes of one window, read from the files of its slices and checked on the way.

Read with preadv into one owned buffer: a mapped file that is cut short or sits on a bad disk would
kill the process. The last piece of each slice is held back until the slice's CRC is right, so what
was checked is what is sent, and a damaged slice never completes a body.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chunk_service.adapters.digests import CRCS
from chunk_service.adapters.spool.files import open_to_read
from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.objects import SourceDamaged

BUFFER_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileSlice:
    """`offset` within the file; `index` is the chunk's, to name what is damaged."""

    path: Path
    index: int
    offset: int
    size_bytes: int
    crc64nvme: int


@dataclass(frozen=True, slots=True)
class WindowSource:
    slices: Sequence[FileSlice]
    checksum: Checksum | None

    @property
    def size_bytes(self) -> int:
        return sum(each.size_bytes for each in self.slices)

    def pieces(self) -> Iterator[memoryview]:
        """Blocking; raises SourceDamaged where a slice is gone, short or not what was recorded."""
        buffer = memoryview(bytearray(min(BUFFER_BYTES, max(self.size_bytes, 1))))
        for each in self.slices:
            yield from _read(each, buffer)


def _read(each: FileSlice, buffer: memoryview) -> Iterator[memoryview]:
    try:
        with open_to_read(each.path) as handle:
            yield from _checked_pieces(handle, each, buffer)
    except FileNotFoundError as error:
        raise SourceDamaged([each.index]) from error


def _checked_pieces(handle: int, each: FileSlice, buffer: memoryview) -> Iterator[memoryview]:
    crc = 0
    position, end = each.offset, each.offset + each.size_bytes
    while position < end:
        view = buffer[: end - position]
        count = os.preadv(handle, [view], position)
        if count == 0:
            raise SourceDamaged([each.index])
        piece = view[:count]
        crc = CRCS[Algorithm.CRC64NVME](piece, crc)
        position += count
        if position == end and crc != each.crc64nvme:
            raise SourceDamaged([each.index])
        yield piece
