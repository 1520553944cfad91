"""What receiving a chunk is made of: the values of one attempt, and what it asks of the world."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.chunking import Placement
from chunk_service.domain.errors import DigestMismatch
from chunk_service.domain.objects import MultipartId
from chunk_service.domain.principals import Principal
from chunk_service.domain.uploads import (
    Chunk,
    ChunkDigest,
    ChunkState,
    Piece,
    Recipe,
    SpoolId,
    Upload,
    UploadId,
    Way,
)
from chunk_service.usecases.ports import ChunkAddress, ChunkRequest


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to take in one chunk; its file is its own and is never renamed."""

    id: UUID
    spool_id: SpoolId
    file_name: str
    size_bytes: int
    ttl: timedelta
    way: Way = Way.CHUNKS


@dataclass(frozen=True, slots=True)
class Admission:
    """What the row of the upload and of the chunk said when an attempt asked to begin."""

    upload: Upload
    chunk: Chunk | None
    reserved: bool
    fits_spool: bool
    fits_quota: bool

    @property
    def recorded(self) -> Chunk | None:
        """The chunk, where its bytes have been taken in before and are not missing."""
        if self.chunk is None or self.chunk.state is ChunkState.MISSING:
            return None
        return self.chunk


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the chunk's row says, and which windows may go now.

    `needs_file`: some part still has to be sent from the chunk's file. `outgrows_window`: only now
    is the object known to be longer than its first window, which may be covered since long ago.
    `is_claimed`: the chunk is a whole window, and this attempt the holder that is to send it.
    `completing`: the upload, where recording its only chunk began to complete it.
    """

    needs_file: bool
    is_placed: bool
    completes_window: bool
    outgrows_window: bool
    is_claimed: bool = False
    multipart: MultipartId | None = None
    completing: Upload | None = None

    @property
    def lets_window_go(self) -> bool:
        return self.completes_window or self.outgrows_window


class RecordingRows(Protocol):
    async def record(
        self,
        attempt: Attempt,
        upload: Upload,
        placement: Placement,
        digest: ChunkDigest,
        *,
        lease_seconds: float | None = None,
    ) -> Recorded | None: ...


class ReceivingRows(RecordingRows, Protocol):
    async def reserve(
        self, attempt: Attempt, address: ChunkAddress, principal: Principal
    ) -> Admission | None: ...
    async def hold(self, attempt: Attempt, principal: Principal) -> bool: ...
    async def retake(
        self, attempt: Attempt, upload: Upload, placement: Placement, digest: ChunkDigest
    ) -> Recorded | None: ...
    async def release(self, attempt_id: UUID) -> bool: ...
    async def read(self, address: ChunkAddress) -> Admission | None: ...


class ChunkWriter(Protocol):
    """Where a chunk's bytes go. `finish` returns once they are durable; `discard` removes them."""

    async def write(self, piece: Piece) -> None: ...
    async def finish(self) -> ChunkDigest: ...
    async def discard(self) -> None: ...


class ChunkSpool(Protocol):
    @property
    def id(self) -> SpoolId: ...
    async def create(self, file_name: str, recipe: Recipe, *, size_bytes: int) -> ChunkWriter:
        """`size_bytes`: about what will come."""
        ...

    def compute(self, recipe: Recipe) -> ChunkWriter:
        """A writer that keeps nothing: the digest is all that comes of it."""
        ...

    async def digest(self, file_name: str, recipe: Recipe) -> ChunkDigest: ...
    async def holds(self, file_name: str, size_bytes: int) -> bool: ...
    async def unlink(self, file_name: str) -> None: ...


class RelayBell(Protocol):
    """Tells the relay of this process that there may be something to send."""

    def kick(self, upload_id: UploadId) -> None: ...
    def place(self, upload_id: UploadId) -> None:
        """The same, where chunks may first have to be given their offsets."""
        ...


def claimed_algorithms(request: ChunkRequest) -> frozenset[Algorithm]:
    return frozenset(checksum.algorithm for checksum in request.checksums)


def check_claims(request: ChunkRequest, digest: ChunkDigest) -> None:
    """DigestMismatch where the bytes are not those that the request claims to carry."""
    if any(digest.checksum(claimed.algorithm) != claimed for claimed in request.checksums):
        raise DigestMismatch


def offset_of(admission: Admission, index: int) -> int | None:
    """Where the chunk begins: known from its index, its row, or as the next of a sequence."""
    upload = admission.upload
    if upload.chunk_size is not None:
        return index * upload.chunk_size
    if admission.chunk is not None:
        return admission.chunk.offset
    return upload.prefix_bytes if index == upload.prefix_chunks else None
