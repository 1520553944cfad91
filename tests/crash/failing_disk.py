"""A disk of a server process that is full, or fails to sync, for as long as a file says so.

Full shows as on a real one: a short write first, then ENOSPC. No privilege is needed for either.
"""

import errno
import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from chunk_service.adapters.spool.disk import Disk
from chunk_service.adapters.spool.volume import Spool


class DiskFault(StrEnum):
    FULL = "full"
    FAILS_TO_SYNC = "fails-to-sync"

    def file(self, folder: Path) -> Path:
        """Its presence is the fault."""
        return folder / f"disk.{self}"


def fit_failing_disk(spool: object, folder: Path) -> None:
    assert isinstance(spool, Spool)
    spool._disk = _FailingDisk(folder)


class _FailingDisk(Disk):
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shortened: set[int] = set()

    def write(self, handle: int, pieces: Sequence[memoryview]) -> int:
        if not self._has(DiskFault.FULL):
            return super().write(handle, pieces)
        if handle in self._shortened or len(pieces[0]) < 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._shortened.add(handle)
        return super().write(handle, [pieces[0][: len(pieces[0]) // 2]])

    def sync(self, handle: int) -> None:
        if self._has(DiskFault.FAILS_TO_SYNC):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().sync(handle)

    def close(self, handle: int) -> None:
        self._shortened.discard(handle)
        super().close(handle)

    def _has(self, fault: DiskFault) -> bool:
        return fault.file(self._folder).exists()
