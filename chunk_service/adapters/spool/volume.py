"""The folder that is a spool: its identity, its files, and the threads that touch them.

A spool is a volume, not a process: it carries a random id in a synced file, and rows name that id.
Blocking calls run in the spool's own executor, so that nothing else can starve them. Files are
flat, one per attempt, and never renamed.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

from chunk_service.adapters.spool.disk import Disk
from chunk_service.adapters.spool.files import read_digest, read_sha256
from chunk_service.adapters.spool.mark import ID_FILE
from chunk_service.adapters.spool.source import FileSlice, WindowSource
from chunk_service.adapters.spool.writer import ComputingWriter, FileWriter
from chunk_service.domain.checksums import Checksum
from chunk_service.domain.errors import StorageUnavailable
from chunk_service.domain.uploads import ChunkDigest, Recipe, SpoolId
from chunk_service.usecases.relaying import Slice

T = TypeVar("T")


class Spool:
    def __init__(
        self, folder: Path, spool_id: SpoolId, *, executor: ThreadPoolExecutor, disk: Disk
    ) -> None:
        self.folder = folder
        self._id = spool_id
        self._executor = executor
        self._disk = disk

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

    async def create(self, file_name: str, recipe: Recipe) -> FileWriter:
        path = self.folder / file_name
        return FileWriter(path, recipe, executor=self._executor, disk=self._disk)

    def compute(self, recipe: Recipe) -> ComputingWriter:
        return ComputingWriter(recipe, self._executor)

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
            with (self.folder / file_name).open("rb") as file:
                return file.read(most_bytes)

        return await self.run(read)

    async def unlink(self, *file_names: str) -> None:
        def remove() -> None:
            for name in file_names:
                self._disk.unlink(self.folder / name)

        await self.run(remove)

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
                    if entry.name.startswith((ID_FILE, ".")) or entry.is_dir():
                        continue  # such as `lost+found`, where the spool is a volume's root
                    with suppress(FileNotFoundError):
                        sizes[entry.name] = entry.stat().st_size
            return sizes

        return await self.run(look)

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
    try:
        yield Spool(folder, spool_id, executor=executor, disk=disk)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
