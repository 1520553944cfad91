"""What is asked for, drafted and booked when an upload begins."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.plan import MAX_OBJECT_BYTES, Plan
from chunk_service.domain.uploads import (
    FileId,
    Recipe,
    RelayMode,
    Upload,
    UploadId,
    Way,
    taken_of_slices,
)
from chunk_service.usecases.receiving import Attempt


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What the client asks for; sizes in bytes.

    `planned_size` is what parts are planned for where the total is not known yet. `first`: makes
    the attempt at the first chunk, whose bytes come with the same request.
    """

    main_service_file_id: FileId | None
    original_file_name: str
    content_type: str | None
    metadata: Mapping[str, str]
    total_size: int | None
    chunk_size: int | None
    total_chunks: int | None
    checksum: Checksum | None
    relay: RelayMode | None
    expires_in_seconds: int | None
    callback_url: str | None = None
    way: Way = Way.CHUNKS
    planned_size: int | None = None
    first: Callable[[UploadId], Attempt] | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """The row to be."""

    id: UploadId
    owner: str
    main_service_file_id: FileId | None
    original_file_name: str
    content_type: str | None
    metadata: Mapping[str, str]
    bucket: str
    key: str
    plan: Plan
    total_size: int | None
    total_chunks: int | None
    relay_mode: RelayMode
    part_checksum: Algorithm | None
    checksum: Checksum | None
    ttl: timedelta
    max_age: timedelta
    callback_url: str | None = None
    owner_email: str | None = None
    way: Way = Way.CHUNKS
    pending_key: str | None = None
    first: Attempt | None = None

    @property
    def recipe(self) -> Recipe:
        """What to compute over the bytes of the whole."""
        algorithms = taken_of_slices(self.part_checksum, self.checksum)
        return Recipe(part_size=self.plan.part_size, algorithms=algorithms, offset=0)

    @property
    def is_kept(self) -> bool:
        """Whether all its bytes stay in the spool until completion, so room is booked for them."""
        return self.relay_mode is RelayMode.ON_COMPLETION and self.total_size is not None


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Begun:
    """`again`: begun by an earlier request with the same idempotency key.

    `first`: the attempt whose bytes are booked.
    """

    upload: Upload
    again: bool
    first: Attempt | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    upload: Upload
    fingerprint: bytes


class NoRoom(StrEnum):
    OPEN_UPLOADS = "open uploads"
    QUOTA = "quota"
    SPOOL = "spool"
    DRAINING = "draining"


@dataclass(frozen=True, slots=True)
class UploadDefaults:
    """What the settings fix for uploads that begin now; callers may name `callback_hosts`."""

    bucket: str
    max_file_size: int
    relay_mode: RelayMode
    part_checksum: Algorithm | None
    ttl: timedelta
    max_age: timedelta
    callback_hosts: frozenset[str] = frozenset()

    @property
    def largest(self) -> int:
        """What a file may come to, in the store and here."""
        return min(self.max_file_size, MAX_OBJECT_BYTES)

    def at_most(self, size_bytes: int) -> int:
        return min(size_bytes, self.largest)
