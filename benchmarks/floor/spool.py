"""What a spool costs: chunks written to files and read again, with and without flushing."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.disk import synced_mib_per_second
from benchmarks.floor.stage import Stage, stage, timed
from benchmarks.sizes import MIB

WRITE = "writing to the spool, into the page cache"
READ = "reading it again, from the page cache"
SYNCED = "writing to the spool, file and folder flushed"
_CHUNK_BYTES = 8 * MIB


def write_and_read(folder: Path, size_bytes: int, *, runs: int, threads: int) -> list[Stage]:
    chunks = [folder / str(number) for number in range(size_bytes // _CHUNK_BYTES)]
    written, read = [], []
    for _ in range(runs):
        with ThreadPoolExecutor(threads) as pool:
            written.append(timed(lambda: list(pool.map(_write, chunks))))
            read.append(timed(lambda: list(pool.map(_read, chunks))))
        for chunk in chunks:
            chunk.unlink()
    return [stage(WRITE, size_bytes, written), stage(READ, size_bytes, read)]


def write_synced(folder: Path, size_bytes: int, *, runs: int, threads: int) -> Stage:
    took = [
        timed(
            lambda: synced_mib_per_second(
                folder / "synced", size_bytes=size_bytes, chunk_bytes=_CHUNK_BYTES, threads=threads
            )
        )
        for _ in range(runs)
    ]
    return stage(SYNCED, size_bytes, took)


_PIECE = b"\xa5" * MIB


def _write(path: Path) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    for _ in range(_CHUNK_BYTES // MIB):
        os.write(fd, _PIECE)
    os.close(fd)


def _read(path: Path) -> None:
    piece = bytearray(MIB)
    fd = os.open(path, os.O_RDONLY)
    for place in range(0, _CHUNK_BYTES, MIB):
        os.preadv(fd, [piece], place)
    os.close(fd)
