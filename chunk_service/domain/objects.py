"""What the object store is asked and answers, in our words.

No client library here: the S3 adapter speaks in these values and raises these outcomes, the use
cases decide on them. The outcomes say what is *known* after a call, since that is what a decision
can be built on: refused for good, gone, or unknown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NewType, Protocol

from chunk_service.domain.checksums import Algorithm, Checksum

MultipartId = NewType("MultipartId", str)


@dataclass(frozen=True, slots=True)
class ObjectTarget:
    """One object to be: where it goes, what is written beside it, how its parts are checked."""

    bucket: str
    key: str
    upload_id: str
    content_type: str
    part_checksum: Algorithm | None


@dataclass(frozen=True, slots=True)
class SentPart:
    """A part that the store has confirmed; CompleteMultipartUpload gets a list of these."""

    number: int
    size_bytes: int
    etag: str
    checksum: Checksum | None


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What HEAD shows; `upload_id` is None where the object is not one of ours."""

    size_bytes: int
    etag: str
    checksum: Checksum | None
    upload_id: str | None


class PartSource(Protocol):
    """The bytes of one part or object. `pieces` blocks: call it in an executor, again for a retry.

    Pieces are views of a buffer that the next step overwrites. The last piece is held back until
    the checksum over all of them was found right, so a damaged source never makes a whole body.
    """

    @property
    def size_bytes(self) -> int: ...
    @property
    def checksum(self) -> Checksum | None: ...
    def pieces(self) -> Iterator[memoryview]: ...


@dataclass(frozen=True, slots=True)
class BytesSource:
    """A source of few bytes, which are in memory."""

    data: bytes
    checksum: Checksum | None = None

    @property
    def size_bytes(self) -> int:
        return len(self.data)

    def pieces(self) -> Iterator[memoryview]:
        yield memoryview(self.data)


class StoreError(Exception):
    """Root of what a call to the object store can come to."""


class OutcomeUnknown(StoreError):
    """Time-out, reset, 5xx, cut body, throttling: it may or may not have happened, or may later."""


class StoreRefused(StoreError):
    """Credentials, permissions or the bucket are wrong: operators must act, the data is kept."""


class MultipartGone(StoreError):
    """NoSuchUpload."""


class SourceChanged(StoreError):
    """What was to be copied is gone, or is no longer what it was found to be."""


class ObjectGone(StoreError):
    """There is no object at the key, or another one than was meant."""


class PartsRefused(StoreError):
    """InvalidPart or InvalidPartOrder: the store does not have the parts that we list."""


class ObjectRefused(StoreError):
    """A refusal that a repeat cannot change: BadDigest, EntityTooSmall, EntityTooLarge."""


class ObjectExists(StoreError):
    """If-None-Match: * was answered by 412 or 409."""


class SourceDamaged(Exception):
    """Raised by a `PartSource`: bytes of these chunk indices are gone or not as recorded."""

    def __init__(self, indices: Sequence[int]) -> None:
        super().__init__(f"chunks {list(indices)} are damaged")
        self.indices = tuple(indices)
