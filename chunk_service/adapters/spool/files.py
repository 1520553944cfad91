"""Plain blocking calls on files of the spool, for the spool's threads."""

import hashlib
import os
from collections.abc import Iterable, Iterator
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
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            yield view[:count]
