"""The file that is sent, and whether it still is what it was when it was first read."""

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from chunk_service.client.errors import FileChanged, Unreadable

# A system's clock for files ticks this often at least: a younger time may be followed by a write
# that leaves it as it is.
_TICK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Fingerprint:
    size_bytes: int
    modified_ns: int
    inode: int

    @classmethod
    def of(cls, facts: os.stat_result) -> Self:
        return cls(facts.st_size, facts.st_mtime_ns, facts.st_ino)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """Opened by `opened`. All of it blocks."""

    path: Path
    fingerprint: Fingerprint
    descriptor: int

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator[Self]:
        """Raises Unreadable."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError as error:
            raise Unreadable(f"{path} cannot be read: {error.strerror}") from error
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Unreadable(f"{path} is not a file")
            yield cls(path, _settled(descriptor), descriptor)
        finally:
            os.close(descriptor)

    def read(self, *, offset: int, length: int) -> bytes:
        """Exactly these bytes, as they were at the first look. Raises FileChanged, Unreadable."""
        pieces: list[bytes] = []
        left = length
        while left:
            piece = self._pread(left, offset + length - left)
            if not piece:
                raise FileChanged(f"{self.path} became shorter while it was read")
            pieces.append(piece)
            left -= len(piece)
        self.check()
        return b"".join(pieces)

    def check(self) -> None:
        """Raises FileChanged."""
        try:
            found = Fingerprint.of(self.path.stat())
        except OSError as error:
            raise FileChanged(f"{self.path} went away while it was read") from error
        if found != self.fingerprint:
            raise FileChanged(f"{self.path} changed while it was read")

    def _pread(self, length: int, offset: int) -> bytes:
        try:
            return os.pread(self.descriptor, length, offset)
        except OSError as error:
            raise Unreadable(f"{self.path} cannot be read: {error.strerror}") from error


def _settled(descriptor: int) -> Fingerprint:
    age_seconds = time.time() - os.fstat(descriptor).st_mtime
    if 0 <= age_seconds < _TICK_SECONDS:
        time.sleep(_TICK_SECONDS - age_seconds)
    return Fingerprint.of(os.fstat(descriptor))
