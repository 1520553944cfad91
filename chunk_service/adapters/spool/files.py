"""Plain blocking calls on files of the spool, for the spool's threads."""

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chunk_service.adapters.digests import Digester
from chunk_service.domain.uploads import ChunkDigest, Recipe

READ_BYTES = 1024 * 1024


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def open_to_read(path: Path) -> Iterator[int]:
    """A handle of a file that nobody writes over meanwhile; FileNotFoundError where it is gone."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # where files have no locks, none is written over
            fcntl.flock(handle, fcntl.LOCK_SH)
        # Between opening and locking it may have got another name, and other bytes.
        if not os.path.samestat(path.stat(), os.fstat(handle)):
            raise FileNotFoundError(path)
        yield handle
    finally:
        os.close(handle)


def read_digest(path: Path, recipe: Recipe) -> ChunkDigest:
    digester = Digester(recipe)
    for piece in read_pieces(path):
        digester.update(piece)
    return digester.finish()


def read_sha256(paths: Iterable[Path]) -> bytes:
    hasher = hashlib.sha256()
    for path in paths:
        for piece in read_pieces(path):
            hasher.update(piece)
    return hasher.digest()


def read_pieces(path: Path) -> Iterator[memoryview]:
    """Views of one buffer that the next step overwrites."""
    buffer = bytearray(READ_BYTES)
    view = memoryview(buffer)
    with open_to_read(path) as handle:
        while count := os.readv(handle, [buffer]):
            yield view[:count]
