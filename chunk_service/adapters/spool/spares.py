"""Files whose bytes the store has, kept for a moment and written over by the next chunk.

A file that is written over costs a fraction of a new one: its pages are in memory, its blocks on
the disk, and a sync has little to tell the journal. They are kept for seconds and out of sight:
without traffic the spool is as empty as it looks. Who reads a file holds a shared lock on it
(`files.open_to_read`), and what somebody reads is removed, never written over.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from chunk_service.adapters.spool.disk import Disk

PREFIX: Final = ".spare-"
KEPT_SECONDS: Final = 2.0
# A form says how long it is, and with it about how long the chunk in it is.
SLACK_BYTES: Final = 64 * 1024
# A smaller file is made as fast as it is taken over.
LEAST_BYTES: Final = 128 * 1024
MOST_BYTES: Final = 128 * 1024 * 1024
# By then the process that set it aside has died, or was asleep and makes a new file instead.
LEFT_BEHIND_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class _Spare:
    """`since`: when it was set aside, by the monotonic clock."""

    path: Path
    size_bytes: int
    since: float


class Spares:
    """Blocking, for the spool's threads; any number of them at a time."""

    def __init__(
        self,
        folder: Path,
        disk: Disk,
        *,
        least_bytes: int = LEAST_BYTES,
        most_bytes: int = MOST_BYTES,
        slack_bytes: int = SLACK_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._disk = disk
        self._least_bytes = least_bytes
        self._most_bytes = most_bytes
        self._slack_bytes = slack_bytes
        self._clock = clock
        self._kept: list[_Spare] = []
        self._lock = threading.Lock()
        self._looked = clock() - LEFT_BEHIND_SECONDS

    def __bool__(self) -> bool:
        return bool(self._kept)

    def take(self, path: Path, size_bytes: int) -> tuple[int, int] | None:
        """A handle of a file of about this size, named `path` from now on, and its size in bytes.

        None where no such file is kept.
        """
        spare = self._taken(size_bytes)
        if spare is None:
            return None
        try:
            return self._disk.take_over(spare.path, path), spare.size_bytes
        except OSError:
            self._disk.unlink(spare.path)
            return None

    def give(self, path: Path) -> None:
        """The file is needed no more: from now on nothing has this name."""
        spare = self._folder / f"{PREFIX}{uuid4()}"
        size_bytes = self._disk.set_aside(path, spare, least_bytes=self._least_bytes)
        if size_bytes is None:
            self._disk.unlink(path)
        elif not self._is_kept(_Spare(spare, size_bytes, self._clock())):
            self._disk.unlink(spare)

    def drop(self, *, older_seconds: float = 0.0) -> None:
        """Remove those that have been kept for so long."""
        until = self._clock() - older_seconds
        with self._lock:
            old = [spare for spare in self._kept if spare.since <= until]
            self._kept = [spare for spare in self._kept if spare.since > until]
        for spare in old:
            self._disk.unlink(spare.path)

    def drop_stale(self) -> None:
        """Remove what nobody took in time, and now and then what other processes left behind."""
        self.drop(older_seconds=KEPT_SECONDS)
        if self._clock() - self._looked >= LEFT_BEHIND_SECONDS:
            self._looked = self._clock()
            self._drop_left_behind()

    def _drop_left_behind(self) -> None:
        until = time.time() - LEFT_BEHIND_SECONDS
        for path in self._folder.glob(f"{PREFIX}*"):
            with suppress(FileNotFoundError):
                if path.stat().st_ctime < until:
                    self._disk.unlink(path)

    def _taken(self, size_bytes: int) -> _Spare | None:
        with self._lock:
            fitting = (
                spare
                for spare in self._kept
                if abs(spare.size_bytes - size_bytes) <= self._slack_bytes
            )
            spare = next(fitting, None)
            if spare is not None:
                self._kept.remove(spare)
            return spare

    def _is_kept(self, spare: _Spare) -> bool:
        with self._lock:
            fits = sum(each.size_bytes for each in (*self._kept, spare)) <= self._most_bytes
            if fits:
                self._kept.append(spare)
            return fits
