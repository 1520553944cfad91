"""What the disk alone gives: chunks written from memory by some threads, each file and its folder
flushed, as the service does it before it acknowledges a chunk; the bound of what it can reach.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.sizes import MIB


def synced_mib_per_second(
    folder: Path, *, size_bytes: int, chunk_bytes: int, threads: int
) -> float:
    content = os.urandom(MIB)
    folder.mkdir()
    began = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        for done in [
            pool.submit(_write, folder / str(index), content, chunk_bytes)
            for index in range(size_bytes // chunk_bytes)
        ]:
            done.result()
    seconds = time.monotonic() - began
    folder.rmdir()
    return size_bytes / MIB / seconds


def _write(path: Path, content: bytes, size_bytes: int) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    for _ in range(max(1, size_bytes // len(content))):
        os.write(fd, content[:size_bytes])
    os.fsync(fd)
    os.close(fd)
    place = os.open(path.parent, os.O_RDONLY)
    os.fsync(place)
    os.close(place)
    path.unlink()
