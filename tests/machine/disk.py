"""A disk that a power cut takes by its word: what was not synced is gone, what was not is back.

Bytes of a file count once the file was synced, its name and the lack of a name once the folder was.
A file that is written over may be found by its old name with any bytes until the folder was synced.
Two processes on one volume share one of these. It can also be full, or fail to sync, when told to.
"""

import errno
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from chunk_service.adapters.spool.disk import Disk


class ForgetfulDisk(Disk):
    """`room_bytes`: what still fits, None for no end of it. `fails_to_sync`: EIO, this once."""

    def __init__(self) -> None:
        self.room_bytes: int | None = None
        self.fails_to_sync = False
        self._paths: dict[int, Path] = {}
        self._synced: dict[Path, bytes] = {}
        self._named: set[Path] = set()
        self._unlinked: dict[Path, bytes] = {}
        self._set_aside: dict[Path, Path] = {}
        self._lock = threading.Lock()

    def create(self, path: Path) -> int:
        handle = super().create(path)
        with self._lock:
            self._paths[handle] = path
            self._synced[path] = b""
        return handle

    def set_aside(self, path: Path, spare: Path, *, least_bytes: int) -> int | None:
        """Whatever the size: the files of this world are tiny."""
        size_bytes = super().set_aside(path, spare, least_bytes=0)
        if size_bytes is not None:
            with self._lock:
                self._set_aside[spare] = path
                if path in self._named:
                    self._unlinked[path] = self._synced[path]
        return size_bytes

    def take_over(self, spare: Path, path: Path) -> int:
        handle = super().take_over(spare, path)
        with self._lock:
            before = self._set_aside.pop(spare)
            garbage = bytes(path.stat().st_size)
            self._paths[handle] = path
            self._synced[path] = garbage
            if before in self._unlinked:
                self._synced[before] = garbage
        return handle

    def write(self, handle: int, pieces: Sequence[memoryview]) -> int:
        with self._lock:
            if self.room_bytes is None:
                return super().write(handle, pieces)
            taken = b"".join(pieces)[: self.room_bytes]
            self.room_bytes -= len(taken)
        if not taken:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(handle, [memoryview(taken)])

    def sync(self, handle: int) -> None:
        with self._lock:
            if self.fails_to_sync:
                self.fails_to_sync = False
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            path = self._paths[handle]
            self._synced[path] = path.read_bytes()

    def close(self, handle: int) -> None:
        with self._lock:
            self._paths.pop(handle, None)
        super().close(handle)

    def sync_folder(self, folder: Path) -> None:
        with self._lock:
            self._named.update(path for path in self._synced if path.exists())
            self._named.difference_update(self._unlinked)
            self._unlinked.clear()

    def unlink(self, path: Path) -> None:
        with self._lock:
            if path in self._named:
                self._unlinked[path] = self._synced[path]
        super().unlink(path)

    def spoil(self, path: Path, data: bytes) -> None:
        """From now on the file holds this; it is gone where that is nothing."""
        with self._lock:
            self._synced[path] = data
            path.write_bytes(data)
            if not data:
                path.unlink()
                self._named.discard(path)

    def cut_power(self) -> None:
        """What the folder holds when the machine is up again; nothing may be at work meanwhile."""
        with self._lock:
            for path in self._synced:
                path.unlink(missing_ok=True)
            for path in self._named:
                path.write_bytes(self._synced[path])
            self._synced = {path: self._synced[path] for path in self._named}
            self._unlinked.clear()
            self._paths.clear()
