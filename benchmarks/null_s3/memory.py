"""What the null S3 remembers: sizes, ETags, metadata, when objects appeared; bytes of small ones.

Where the bytes of a larger object are asked for, there are zeros instead.
"""

import itertools
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_APPEARANCES = 8192


@dataclass(frozen=True, slots=True)
class Part:
    size_bytes: int
    etag: str


@dataclass(frozen=True, slots=True)
class StoredObject:
    """`headers` are those that are given back with it."""

    size_bytes: int
    etag: str
    headers: Mapping[str, str]
    content: bytes | None

    def slice(self, first: int, last: int) -> bytes:
        if self.content is None:
            return bytes(last - first + 1)
        return self.content[first : last + 1]


@dataclass(frozen=True, slots=True)
class Multipart:
    key: str
    headers: Mapping[str, str]
    parts: dict[int, Part] = field(default_factory=dict)


class Memory:
    """Each step is one operation on a dictionary, so threads need no lock."""

    def __init__(self) -> None:
        self.objects: dict[str, StoredObject] = {}
        self.multiparts: dict[str, Multipart] = {}
        self.appearances: deque[tuple[str, int, float]] = deque(maxlen=_APPEARANCES)
        self._numbers = itertools.count(1)

    def etag(self) -> str:
        return f'"{next(self._numbers):032x}"'

    def put(self, key: str, stored: StoredObject) -> None:
        self.objects[key] = stored
        self.appearances.append((key, stored.size_bytes, time.monotonic()))

    def begin(self, key: str, headers: Mapping[str, str]) -> str:
        multipart_id = f"{next(self._numbers):032x}"
        self.multiparts[multipart_id] = Multipart(key, headers)
        return multipart_id

    def complete(self, multipart_id: str, numbers: Iterable[int]) -> StoredObject:
        """Raises KeyError where the multipart upload or one of its parts is not there."""
        multipart = self.multiparts[multipart_id]
        size_bytes = sum(multipart.parts[number].size_bytes for number in numbers)
        stored = StoredObject(size_bytes, self.etag(), multipart.headers, None)
        self.put(multipart.key, stored)
        del self.multiparts[multipart_id]
        return stored
