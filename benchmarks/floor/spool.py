"""What a spool costs: chunks written to files and read again, with and without flushing.

A spool under load writes over files that are done with; those that are flushed are new ones.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.disk import synced_mib_per_second
from benchmarks.floor.stage import Stage, stage, timed
from benchmarks.sizes import MIB

WRITE = "writing to the spool, over files in the page cache"
READ = "reading it again, from the page cache"
SYNCED = "writing to the spool, file and folder flushed"
_CHUNK_BYTES = 8 * MIB


def write_and_read(folder: Path, size_bytes: int, *, runs: int, threads: int) -> list[Stage]:
    files = [folder / str(number) for number in range(2 * threads)]
    for file in files:
        file.touch(exist_ok=False)
        _write(file)
    chunks = [files[number % len(files)] for number in range(size_bytes // _CHUNK_BYTES)]
    written, read = [], []
    for _ in range(runs):
        with ThreadPoolExecutor(threads) as pool:
            written.append(timed(lambda: list(pool.map(_write, chunks))))
            read.append(timed(lambda: list(pool.map(_read, chunks))))
    for file in files:
        file.unlink()
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
    fd = os.open(path, os.O_WRONLY)
    for _ in range(_CHUNK_BYTES // MIB):
        os.write(fd, _PIECE)
    os.close(fd)


def _read(path: Path) -> None:
    piece = bytearray(MIB)
    fd = os.open(path, os.O_RDONLY)
    for place in range(0, _CHUNK_BYTES, MIB):
        os.preadv(fd, [piece], place)
    os.close(fd)
