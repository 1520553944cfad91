"""The calls by which chunks get onto the spool's disk, and off it again.

They stand in one place so that another disk can be handed in: one that is full, fails, or tells in
which order it was asked. Reading needs no such place: a test damages the file itself.
"""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

from chunk_service.adapters.spool.files import sync_folder


class Disk:
    def create(self, path: Path) -> int:
        """A handle of a file that did not exist before."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def set_aside(self, path: Path, spare: Path, *, least_bytes: int) -> int | None:
        """Rename a file that is to be written over; its size in bytes.

        None where it is not to be: it is too small or gone, or somebody reads it or has it by
        another name.
        """
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found = os.fstat(handle)
            if found.st_nlink > 1 or found.st_size < least_bytes:
                return None
            path.rename(spare)
            return found.st_size
        except OSError:
            return None
        finally:
            os.close(handle)

    def take_over(self, spare: Path, path: Path) -> int:
        """A handle of what was set aside, by a name that nothing had before."""
        handle = os.open(spare, os.O_WRONLY | os.O_CLOEXEC)
        try:
            path.hardlink_to(spare)  # a rename would replace what is there
            spare.unlink()
        except OSError:
            os.close(handle)
            raise
        return handle

    def shorten(self, handle: int, size_bytes: int) -> None:
        os.ftruncate(handle, size_bytes)

    def write(self, handle: int, pieces: Sequence[memoryview]) -> int:
        """How many bytes were taken, perhaps not all."""
        return os.writev(handle, pieces)

    def sync(self, handle: int) -> None:
        os.fsync(handle)

    def close(self, handle: int) -> None:
        os.close(handle)

    def sync_folder(self, folder: Path) -> None:
        sync_folder(folder)

    def unlink(self, path: Path) -> None:
        path.unlink(missing_ok=True)


class UnsyncedDisk(Disk):
    """Leaves it to the kernel when bytes reach the disk; a power cut may lose confirmed ones."""

    def sync(self, handle: int) -> None:
        pass

    def sync_folder(self, folder: Path) -> None:
        pass
