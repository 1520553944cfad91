"""Disks for tests: one that notes what it was asked, one that is full, broken ones, a slow one."""

import errno
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from chunk_service.adapters.spool.disk import Disk


class NotingDisk(Disk):
    """Names every call in its order; `open_handles` are those not closed again."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.open_handles: set[int] = set()

    def create(self, path: Path) -> int:
        self.calls.append("create")
        handle = super().create(path)
        self.open_handles.add(handle)
        return handle

    def write(self, handle: int, pieces: Sequence[memoryview]) -> int:
        self.calls.append("write")
        return super().write(handle, pieces)

    def sync(self, handle: int) -> None:
        self.calls.append("sync file")
        super().sync(handle)

    def close(self, handle: int) -> None:
        self.calls.append("close")
        self.open_handles.discard(handle)
        super().close(handle)

    def sync_folder(self, folder: Path) -> None:
        self.calls.append("sync folder")
        super().sync_folder(folder)

    def unlink(self, path: Path) -> None:
        self.calls.append("unlink")
        super().unlink(path)


class SmallDisk(NotingDisk):
    """Takes `room_bytes` in all: the last write that fits is a short one, the next an error."""

    def __init__(self, room_bytes: int, *, error: int = errno.ENOSPC) -> None:
        super().__init__()
        self._room_bytes = room_bytes
        self._error = error

    def write(self, handle: int, pieces: Sequence[memoryview]) -> int:
        taken = b"".join(pieces)[: self._room_bytes]
        if not taken:
            raise OSError(self._error, os.strerror(self._error))
        self._room_bytes -= len(taken)
        return super().write(handle, [memoryview(taken)])


class FailingDisk(NotingDisk):
    """Every call of this name fails, and is counted."""

    def __init__(self, call: str, error: int) -> None:
        super().__init__()
        self._call = call
        self._error = error

    def _fail(self, call: str) -> None:
        if call == self._call:
            self.calls.append(call)
            raise OSError(self._error, os.strerror(self._error))

    def create(self, path: Path) -> int:
        self._fail("create")
        return super().create(path)

    def sync(self, handle: int) -> None:
        self._fail("sync file")
        super().sync(handle)

    def close(self, handle: int) -> None:
        super().close(handle)
        self._fail("close")

    def sync_folder(self, folder: Path) -> None:
        self._fail("sync folder")
        super().sync_folder(folder)


class GatedDisk(NotingDisk):
    """The call of this name waits in its thread: `reached` says that it is there."""

    def __init__(self, call: str) -> None:
        super().__init__()
        self._call = call
        self.reached = threading.Event()
        self.opened = threading.Event()

    def _pass(self, call: str) -> None:
        if call == self._call:
            self.reached.set()
            assert self.opened.wait(30)

    def create(self, path: Path) -> int:
        self._pass("create")
        return super().create(path)

    def write(self, handle: int, pieces: Sequence[memoryview]) -> int:
        self._pass("write")
        return super().write(handle, pieces)

    def sync(self, handle: int) -> None:
        self._pass("sync file")
        super().sync(handle)
