"""The folder that is a spool: its identity, its files, and the threads that touch them.

A spool is a volume, not a process: it carries a random id in a synced file, and rows name that id.
Blocking calls run in the spool's own executor, so that nothing else can starve them. Files are
flat, one per attempt; a name stands for one attempt's bytes and for no others.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

from chunk_service.adapters.spool.disk import Disk
from chunk_service.adapters.spool.files import open_to_read, read_digest, read_sha256
from chunk_service.adapters.spool.mark import ID_FILE
from chunk_service.adapters.spool.source import FileSlice, WindowSource
from chunk_service.adapters.spool.spares import KEPT_SECONDS, Spares
from chunk_service.adapters.spool.writer import ComputingWriter, FileWriter, WriterThreads
from chunk_service.domain.checksums import Checksum
from chunk_service.domain.errors import StorageUnavailable
from chunk_service.domain.uploads import ChunkDigest, Recipe, SpoolId
from chunk_service.usecases.relaying import Slice

T = TypeVar("T")


def is_of_a_chunk(name: str) -> bool:
    """Whether a file in the spool's folder is of some attempt at a chunk."""
    return not name.startswith((ID_FILE, "."))


class Spool:
    def __init__(
        self, folder: Path, spool_id: SpoolId, *, executor: ThreadPoolExecutor, disk: Disk
    ) -> None:
        self.folder = folder
        self._id = spool_id
        self._executor = executor
        self._disk = disk
        self._spares = Spares(folder, disk)
        self._threads = WriterThreads(executor)

    @property
    def id(self) -> SpoolId:
        return self._id

    async def run(self, call: Callable[[], T]) -> T:
        """Run a blocking call on the spool's threads.

        That a file is not there says something of its chunk; that a disk fails does not.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, call)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise StorageUnavailable("The spool's disk fails.") from error

    async def create(self, file_name: str, recipe: Recipe, *, size_bytes: int) -> FileWriter:
        """`size_bytes`: about what will come."""
        return FileWriter(
            self.folder / file_name,
            recipe,
            threads=self._threads,
            disk=self._disk,
            spares=self._spares,
            expected_bytes=size_bytes,
        )

    def compute(self, recipe: Recipe) -> ComputingWriter:
        return ComputingWriter(recipe, self._threads)

    async def digest(self, file_name: str, recipe: Recipe) -> ChunkDigest:
        """Read a file again and digest it; FileNotFoundError where it is gone."""
        return await self.run(lambda: read_digest(self.folder / file_name, recipe))

    async def holds(self, file_name: str, size_bytes: int) -> bool:
        def look() -> bool:
            with suppress(FileNotFoundError):
                return (self.folder / file_name).stat().st_size == size_bytes
            return False

        return await self.run(look)

    async def first_bytes(self, file_name: str, most_bytes: int) -> bytes:
        def read() -> bytes:
            with open_to_read(self.folder / file_name) as handle:
                return os.read(handle, most_bytes)

        return await self.run(read)

    async def unlink(self, *file_names: str) -> None:
        def remove() -> None:
            for name in file_names:
                self._disk.unlink(self.folder / name)

        await self.run(remove)

    async def recycle(self, *file_names: str) -> None:
        """The store has these bytes: the next chunks may be written over them."""

        def give() -> None:
            for name in file_names:
                self._spares.give(self.folder / name)

        await self.run(give)

    async def sha256(self, file_names: Sequence[str]) -> bytes:
        """The hash of the files' bytes, one after the other."""
        paths = [self.folder / name for name in file_names]
        return await self.run(lambda: read_sha256(paths))

    def source(self, slices: Sequence[Slice], checksum: Checksum | None) -> WindowSource:
        """The bytes of these slices, for a reader that blocks."""
        return WindowSource(
            slices=[
                FileSlice(
                    path=self.folder / each.file_name,
                    index=each.index,
                    offset=each.offset,
                    size_bytes=each.digest.size_bytes,
                    crc64nvme=each.digest.crc64nvme,
                )
                for each in slices
            ],
            checksum=checksum,
        )

    async def file_sizes(self) -> dict[str, int]:
        """Every file of an attempt that lies here now, with its size in bytes."""

        def look() -> dict[str, int]:
            sizes = {}
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if entry.is_dir() or not is_of_a_chunk(entry.name):
                        continue
                    with suppress(FileNotFoundError):
                        sizes[entry.name] = entry.stat().st_size
            return sizes

        return await self.run(look)

    async def keep_spares_briefly(self) -> None:
        """Without end: what is not written over soon is removed."""
        while True:
            with suppress(StorageUnavailable):
                await self.run(self._spares.drop_stale)
            await asyncio.sleep(KEPT_SECONDS / 2)

    def drop_spares(self) -> None:
        """Blocking."""
        self._spares.drop()

    async def probe(self) -> None:
        """Raises where the folder can't be written to."""

        def write() -> None:
            path = self.folder / f".probe-{os.getpid()}"
            path.write_bytes(b"")
            path.unlink(missing_ok=True)

        await self.run(write)


@asynccontextmanager
async def open_spool(
    folder: Path, spool_id: SpoolId, *, threads: int, disk: Disk
) -> AsyncIterator[Spool]:
    executor = ThreadPoolExecutor(threads, thread_name_prefix="spool")
    spool = Spool(folder, spool_id, executor=executor, disk=disk)
    keeping = asyncio.create_task(spool.keep_spares_briefly())
    try:
        yield spool
    finally:
        keeping.cancel()
        executor.shutdown(wait=True, cancel_futures=True)
        with suppress(OSError):
            spool.drop_spares()
