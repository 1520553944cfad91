"""What relaying a window is made of: a claim, its chunks, and what came of sending it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from chunk_service.domain.checksums import Checksum
from chunk_service.domain.objects import MultipartId, PartSource
from chunk_service.domain.uploads import Digest, Upload

LEASE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class SourceChunk:
    """A chunk of the claimed window; its slices are cut at the borders of all its windows.

    One that was taken in to memory has no file, and an empty name of it.
    """

    index: int
    offset: int
    size_bytes: int
    file_name: str
    slices: Sequence[Digest]

    @property
    def has_file(self) -> bool:
        return bool(self.file_name)


@dataclass(frozen=True, slots=True)
class Slice:
    """A run of bytes in one chunk's file that belongs to one window."""

    index: int
    file_name: str
    offset: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class Claim:
    """A covered window that this process alone is to send while its lease lasts.

    `holder` names this one claim; chosen before it is asked for, it is known without an answer. It
    is the attempt that recorded the chunk where that claimed the window in the same step.
    """

    holder: UUID
    upload: Upload
    number: int
    attempts: int
    has_more: bool
    size_bytes: int
    chunks: Sequence[SourceChunk]

    @property
    def start(self) -> int:
        return (self.number - 1) * self.upload.part_size

    def slices(self) -> list[Slice]:
        """The runs that make up the window, in the order of the object."""
        return [
            piece
            for chunk in self.chunks
            for piece in _slices_between(chunk, self.start, self.start + self.size_bytes)
        ]


def _slices_between(chunk: SourceChunk, start: int, end: int) -> list[Slice]:
    found = []
    within = 0
    for digest in chunk.slices:
        if start <= chunk.offset + within < end:
            found.append(
                Slice(index=chunk.index, file_name=chunk.file_name, offset=within, digest=digest)
            )
        within += digest.size_bytes
    return found


@dataclass(frozen=True, slots=True)
class SentWindow:
    multipart: MultipartId
    etag: str
    digest: Digest
    checksum: Checksum | None


@dataclass(frozen=True, slots=True)
class PartsNoted:
    """`done_files` are no longer needed by any window."""

    done_files: Sequence[str]


class MeteredSource:
    """A source that counts what left it, so that a lease is renewed only while bytes move."""

    def __init__(self, source: PartSource) -> None:
        self._source = source
        self.moved_bytes = 0

    @property
    def size_bytes(self) -> int:
        return self._source.size_bytes

    @property
    def checksum(self) -> Checksum | None:
        return self._source.checksum

    def pieces(self) -> Iterator[memoryview]:
        for piece in self._source.pieces():
            yield piece
            self.moved_bytes += len(piece)
