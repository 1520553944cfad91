"""Bytes as the double took them: their digests always, the bytes themselves as far as asked for.

Kept in memory, in files of a folder, or not at all, for long runs in which the CRCs are enough.
"""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp

from tests.doubles.s3.digests import CRCS, Algorithm, crc_bytes

PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where bytes go: into `folder`, into memory without one, or away where nothing is kept."""

    folder: Path | None = None
    keeps: bool = True

    def writer(self) -> "BlobWriter":
        if self.folder is None or not self.keeps:
            return BlobWriter(None, keeps=self.keeps)
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = mkstemp(dir=self.folder)
        return BlobWriter(Path(name), keeps=True, handle=handle)

    def blob(self, data: bytes) -> "Blob":
        writer = self.writer()
        writer.update(data)
        return writer.finish()


@dataclass(frozen=True, slots=True)
class Blob:
    size_bytes: int
    md5: bytes
    sha256: bytes
    crcs: dict[Algorithm, bytes]
    content: bytes | Path | None

    def digest(self, algorithm: Algorithm) -> bytes:
        return self.sha256 if algorithm is Algorithm.SHA256 else self.crcs[algorithm]

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        end = self.size_bytes if stop is None else min(stop, self.size_bytes)
        if self.content is None:
            raise AssertionError("this double keeps no bytes")
        if isinstance(self.content, bytes):
            yield self.content[start:end]
            return
        with self.content.open("rb") as file:
            file.seek(start)
            for position in range(start, end, PIECE_BYTES):
                yield file.read(min(PIECE_BYTES, end - position))

    def drop(self) -> None:
        if isinstance(self.content, Path):
            self.content.unlink(missing_ok=True)


class BlobWriter:
    def __init__(self, path: Path | None, *, keeps: bool, handle: int | None = None) -> None:
        self._path = path
        self._file = None if handle is None else open(handle, "wb")  # noqa: SIM115, PTH123
        self._pieces: list[bytes] | None = [] if keeps and path is None else None
        self._size_bytes = 0
        self._md5 = hashlib.md5()
        self._sha256 = hashlib.sha256()
        self._crcs = dict.fromkeys(CRCS, 0)

    def update(self, data: bytes) -> None:
        self._size_bytes += len(data)
        self._md5.update(data)
        self._sha256.update(data)
        for algorithm, crc in CRCS.items():
            self._crcs[algorithm] = crc.compute(data, self._crcs[algorithm])
        if self._file is not None:
            self._file.write(data)
        elif self._pieces is not None:
            self._pieces.append(data)

    def discard(self) -> None:
        if self._file is not None and self._path is not None:
            self._file.close()
            self._path.unlink()

    def finish(self) -> Blob:
        if self._file is not None:
            self._file.close()
        kept = None if self._pieces is None else b"".join(self._pieces)
        return Blob(
            size_bytes=self._size_bytes,
            md5=self._md5.digest(),
            sha256=self._sha256.digest(),
            crcs={name: crc_bytes(name, value) for name, value in self._crcs.items()},
            content=self._path or kept,
        )


def read_run(blobs: tuple[Blob, ...], start: int, stop: int) -> Iterator[bytes]:
    """Bytes [start, stop) of the concatenation of `blobs`."""
    ends = itertools.accumulate(blob.size_bytes for blob in blobs)
    for blob, end in zip(blobs, ends, strict=True):
        begin = end - blob.size_bytes
        if begin < stop and end > start:
            yield from blob.read(max(start - begin, 0), stop - begin)
