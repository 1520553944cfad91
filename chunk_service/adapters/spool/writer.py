"""Writers of one chunk: pieces are gathered, then one hop to a thread digests and writes them.

While a thread works on one gathering the event loop fills the next, so the network and the disk
overlap; memory is two gatherings per request, or two pieces where those are larger. Where many
write, they keep both busy by themselves: each waits for its thread, so that one piece is all its
memory, and pieces can be larger. A failed sync is never repeated: the kernel may have dropped the
pages and would call the second one a success.
"""

import asyncio
import errno
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from weakref import WeakSet

from chunk_service.adapters.digests import Digester
from chunk_service.adapters.spool.disk import Disk
from chunk_service.adapters.spool.spares import Spares
from chunk_service.domain.errors import SpoolFull, StorageUnavailable
from chunk_service.domain.uploads import ChunkDigest, Piece, Recipe

GATHER_BYTES = 256 * 1024
MOST_PIECES = 512
FEW_WRITERS = 4
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True)
class WriterThreads:
    """What writers work by, and who of them has begun and not ended; one forgotten has ended."""

    executor: Executor
    writers: WeakSet["ComputingWriter"] = field(default_factory=WeakSet)

    @property
    def have_many_writers(self) -> bool:
        return len(self.writers) > FEW_WRITERS


class ComputingWriter:
    """Digests and keeps nothing: for comparing a repeat with what was recorded."""

    def __init__(self, recipe: Recipe, threads: WriterThreads) -> None:
        self._digester = Digester(recipe)
        self._threads = threads
        self._pieces: list[Piece] = []
        self._gathered_bytes = 0
        self._running: Future[None] | None = None

    async def write(self, piece: Piece) -> None:
        self._threads.writers.add(self)
        self._pieces.append(piece)
        self._gathered_bytes += len(piece)
        if self._is_turn_due():
            await self._thread_done()
            self._start(partial(self._store, self._taken()))
            if self._threads.have_many_writers:
                await self._thread_done()

    def _is_turn_due(self) -> bool:
        return self._gathered_bytes >= GATHER_BYTES or len(self._pieces) >= MOST_PIECES

    async def finish(self) -> ChunkDigest:
        self._threads.writers.discard(self)
        await self._thread_done()
        self._start(partial(self._complete, self._taken()))
        await self._thread_done()
        return self._digester.finish()

    async def discard(self) -> None:
        self._threads.writers.discard(self)
        with suppress(SpoolFull, StorageUnavailable):
            await self._thread_done()

    def _taken(self) -> Sequence[Piece]:
        pieces, self._pieces, self._gathered_bytes = self._pieces, [], 0
        return pieces

    def _start(self, call: Callable[[], None]) -> None:
        self._running = self._threads.executor.submit(call)

    async def _thread_done(self) -> None:
        """Wait for the thread; a cancelled caller leaves it running, and `discard` waits again."""
        if self._running is not None:
            with named_faults():
                await asyncio.shield(asyncio.wrap_future(self._running))
            self._running = None

    def _complete(self, pieces: Sequence[Piece]) -> None:
        self._store(pieces)
        self._close()

    def _store(self, pieces: Sequence[Piece]) -> None:
        for piece in pieces:
            self._digester.update(piece)

    def _close(self) -> None:
        pass


class FileWriter(ComputingWriter):
    """Its file is made for the first bytes that are stored, or a spare of the expected size taken.

    The last of the expected bytes are left to `finish`: each turn of a thread has its price.
    """

    def __init__(
        self,
        path: Path,
        recipe: Recipe,
        *,
        threads: WriterThreads,
        disk: Disk,
        spares: Spares,
        expected_bytes: int,
    ) -> None:
        super().__init__(recipe, threads)
        self._path = path
        self._disk = disk
        self._spares = spares
        self._expected_bytes = expected_bytes
        self._spare_bytes = 0
        self._stored_bytes = 0
        self._received_bytes = 0
        self._handle: int | None = None
        self._is_created = False

    async def write(self, piece: Piece) -> None:
        self._received_bytes += len(piece)
        await super().write(piece)

    def _is_turn_due(self) -> bool:
        return super()._is_turn_due() and self._received_bytes != self._expected_bytes

    async def discard(self) -> None:
        await super().discard()
        self._start(self._remove)
        await super().discard()

    def _create(self) -> None:
        spare = self._spares.take(self._path, self._expected_bytes)
        if spare is None:
            self._handle = self._disk.create(self._path)
        else:
            self._handle, self._spare_bytes = spare
        self._is_created = True

    def _store(self, pieces: Sequence[Piece]) -> None:
        if not self._is_created:
            self._create()
        super()._store(pieces)
        left = [memoryview(piece) for piece in pieces if piece]
        while left:
            written = self._write(left)
            self._stored_bytes += written
            left = _without(left, written)

    def _write(self, pieces: Sequence[memoryview]) -> int:
        assert self._handle is not None
        try:
            return self._disk.write(self._handle, pieces)
        except OSError as error:
            if error.errno not in FULL or not self._spares:
                raise
            self._spares.drop()
            return self._disk.write(self._handle, pieces)

    def _close(self) -> None:
        handle, self._handle = self._handle, None
        assert handle is not None
        try:
            if self._stored_bytes < self._spare_bytes:
                self._disk.shorten(handle, self._stored_bytes)
            self._disk.sync(handle)
        finally:
            self._disk.close(handle)
        self._disk.sync_folder(self._path.parent)

    def _remove(self) -> None:
        handle, self._handle = self._handle, None
        try:
            if handle is not None:
                self._disk.close(handle)
        finally:
            if self._is_created:
                self._disk.unlink(self._path)


def _without(pieces: list[memoryview], written: int) -> list[memoryview]:
    """What is left to write: a full disk shows as a short write first, then as an error."""
    while pieces and written >= len(pieces[0]):
        written -= len(pieces.pop(0))
    if pieces:
        pieces[0] = pieces[0][written:]
    return pieces


@contextmanager
def named_faults() -> Iterator[None]:
    """Errors of the disk, in the words that the caller is told."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise SpoolFull from error
        raise StorageUnavailable("The spool can't be written to.") from error
