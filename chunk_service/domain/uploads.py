"""What an upload, its chunks and its result are, as values read from their rows.

Behaviour that needs only these values is here; what may follow a state is in `states.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType, Self
from uuid import UUID

from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.chunking import Progress
from chunk_service.domain.objects import MultipartId, ObjectTarget
from chunk_service.domain.states import State

UploadId = NewType("UploadId", UUID)
SpoolId = NewType("SpoolId", UUID)
FileId = int | str
# Bytes on their way in. The buffer behind a view is used again once no view of it is left: nobody
# who waits for the next piece should still hold the last one.
Piece = bytes | memoryview

DEFAULT_CONTENT_TYPE = "application/octet-stream"


class Way(StrEnum):
    """How an upload's bytes come: in chunks or in one request through here, or by requests that
    were presigned and go straight to the store.
    """

    CHUNKS = "chunks"
    WHOLE = "whole"
    PUT = "put"
    POST = "post"
    MULTIPART = "multipart"

    @property
    def is_received(self) -> bool:
        """Whether the bytes pass through here."""
        return self in (Way.CHUNKS, Way.WHOLE)


class RelayMode(StrEnum):
    EAGER = "eager"
    ON_COMPLETION = "on_completion"


class ChunkState(StrEnum):
    """`relayed` needs no file any more; `missing` keeps size and digest and takes only those."""

    SPOOLED = "spooled"
    RELAYED = "relayed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Digest:
    """Length and CRCs of a run of bytes; CRC-64/NVME is always among them."""

    size_bytes: int
    crcs: Mapping[Algorithm, int]

    @property
    def crc64nvme(self) -> int:
        return self.crcs[Algorithm.CRC64NVME]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to compute over a chunk's bytes. Without an offset there are no slices yet."""

    part_size: int
    algorithms: frozenset[Algorithm]
    offset: int | None
    sha256: bool = False

    def also(self, algorithms: Iterable[Algorithm]) -> Self:
        """The same, and these besides."""
        wanted = frozenset(algorithms)
        crcs = self.algorithms | {algorithm for algorithm in wanted if algorithm.combines}
        return replace(self, algorithms=crcs, sha256=self.sha256 or Algorithm.SHA256 in wanted)


@dataclass(frozen=True, slots=True)
class ChunkDigest:
    """What was taken in of a chunk; `slices` cut it at the borders of its parts."""

    whole: Digest
    slices: Sequence[Digest]
    sha256: bytes | None

    @property
    def size_bytes(self) -> int:
        return self.whole.size_bytes

    def checksum(self, algorithm: Algorithm) -> Checksum | None:
        """None where it was not computed."""
        if algorithm is Algorithm.SHA256:
            return None if self.sha256 is None else Checksum(algorithm, self.sha256)
        crc = self.whole.crcs.get(algorithm)
        return None if crc is None else Checksum.of_int(algorithm, crc)


@dataclass(frozen=True, slots=True)
class Chunk:
    index: int
    state: ChunkState
    offset: int | None
    size_bytes: int
    crc64nvme: int
    sha256: bytes | None
    file_name: str
    spool_id: SpoolId

    def has_bytes_of(self, digest: ChunkDigest) -> bool:
        """Equal length and CRC-64, and equal SHA-256 where both are known."""
        return (
            self.size_bytes == digest.size_bytes
            and self.crc64nvme == digest.whole.crc64nvme
            and (None in (self.sha256, digest.sha256) or self.sha256 == digest.sha256)
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """The result, the same for everyone who asks."""

    size_bytes: int
    etag: str
    checksum: Checksum | None


@dataclass(frozen=True, slots=True)
class Pending:
    """Where a presigned request may write, and what it wrote once that was found as agreed.

    Never the object's own key: until its URL expires its holder can write there again.
    """

    key: str
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    id: UploadId
    owner: str
    state: State
    main_service_file_id: FileId | None
    original_file_name: str
    content_type: str | None
    metadata: Mapping[str, str]
    bucket: str
    key: str
    part_size: int
    chunk_size: int | None
    max_size: int
    total_size: int | None
    total_chunks: int | None
    is_free: bool
    relay_mode: RelayMode
    part_checksum: Algorithm | None
    checksum: Checksum | None
    spool_id: SpoolId | None
    multipart: MultipartId | None
    highest_index: int
    chunk_count: int
    received_bytes: int
    prefix_chunks: int
    prefix_bytes: int
    closing: bool
    stored: Stored | None
    failure: str | None
    created_at: datetime
    expires_at: datetime
    completed_at: datetime | None
    callback_url: str | None = None
    owner_email: str | None = None
    way: Way = Way.CHUNKS
    pending: Pending | None = None
    cleanup_due_at: datetime | None = None

    @property
    def progress(self) -> Progress:
        return Progress(
            chunk_size=self.chunk_size,
            max_size=self.max_size,
            total_size=self.total_size,
            total_chunks=self.total_chunks,
            highest_index=self.highest_index,
            received_bytes=self.received_bytes,
            prefix_chunks=self.prefix_chunks,
            prefix_bytes=self.prefix_bytes,
        )

    @property
    def algorithms(self) -> frozenset[Algorithm]:
        """The CRCs that are taken of every slice, since something is combined from them."""
        return taken_of_slices(self.part_checksum, self.checksum)

    def recipe(self, offset: int | None) -> Recipe:
        """What to compute over the bytes of a chunk that begins at `offset` of the object."""
        return Recipe(part_size=self.part_size, algorithms=self.algorithms, offset=offset)

    @property
    def target(self) -> ObjectTarget:
        return ObjectTarget(
            bucket=self.bucket,
            key=self.key,
            upload_id=str(self.id),
            content_type=self.content_type or DEFAULT_CONTENT_TYPE,
            part_checksum=self.part_checksum,
        )

    @property
    def fits_one_part(self) -> bool:
        """Whether the object is one PutObject; asked only once the total is known."""
        return self.total_size is not None and self.total_size <= self.part_size


def taken_of_slices(
    part_checksum: Algorithm | None, checksum: Checksum | None
) -> frozenset[Algorithm]:
    """The CRCs for checksums of parts, for one declared of the whole, and the one always taken."""
    wanted = {Algorithm.CRC64NVME, part_checksum}
    if checksum is not None and checksum.algorithm.combines:
        wanted.add(checksum.algorithm)
    return frozenset(algorithm for algorithm in wanted if algorithm is not None)
