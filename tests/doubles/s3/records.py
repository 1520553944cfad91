"""What the double remembers: buckets, their objects, and multipart uploads with their parts.

`holdings` is all of it. Only the double's own thread touches these; every operation changes them in
one go, without an await between look and change, which is what makes each of them atomic.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from tests.doubles.s3.blobs import Blob, Shelf
from tests.doubles.s3.digests import Algorithm, Kind, encoded
from tests.doubles.s3.errors import S3Error


class Checksum(NamedTuple):
    algorithm: Algorithm
    kind: Kind
    text: str

    @classmethod
    def of_blob(cls, blob: Blob, algorithm: Algorithm) -> "Checksum":
        return cls(algorithm, Kind.FULL_OBJECT, encoded(blob.digest(algorithm)))


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """`headers` are those that come back with it: content type, metadata and the like."""

    etag: str
    blobs: tuple[Blob, ...]
    checksum: Checksum
    headers: Mapping[str, str]
    modified: datetime = field(default_factory=now)

    @property
    def size_bytes(self) -> int:
        return sum(blob.size_bytes for blob in self.blobs)


@dataclass(frozen=True, slots=True)
class Part:
    blob: Blob
    etag: str
    uploaded: datetime = field(default_factory=now)


@dataclass(slots=True)
class Multipart:
    id: str
    key: str
    algorithm: Algorithm
    kind: Kind
    is_declared: bool
    headers: Mapping[str, str]
    initiated: datetime = field(default_factory=now)
    parts: dict[int, Part] = field(default_factory=dict)

    def forget_bytes(self) -> None:
        for part in self.parts.values():
            part.blob.drop()


@dataclass(slots=True)
class Bucket:
    least_part_bytes: int = 5 * 1024 * 1024
    objects: dict[str, StoredObject] = field(default_factory=dict)
    multiparts: dict[str, Multipart] = field(default_factory=dict)
    lifecycle: bytes | None = None

    def put(self, key: str, made: StoredObject) -> None:
        replaced = self.objects.get(key)
        self.objects[key] = made
        for blob in () if replaced is None else replaced.blobs:
            blob.drop()

    def multipart(self, key: str, upload_id: str) -> Multipart:
        found = self.multiparts.get(upload_id)
        if found is None or found.key != key:
            raise S3Error("NoSuchUpload", "The specified multipart upload does not exist.")
        return found


@dataclass(slots=True)
class Holdings:
    shelf: Shelf = field(default_factory=Shelf)
    buckets: dict[str, Bucket] = field(default_factory=dict)

    def bucket(self, name: str) -> Bucket:
        found = self.buckets.get(name)
        if found is None:
            raise S3Error("NoSuchBucket", "The specified bucket does not exist")
        return found
