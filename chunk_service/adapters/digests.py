"""Checksums over bytes, and of a whole from those of its pieces: awscrt, zlib and hashlib.

Everything here is plain computing and may block: long runs belong in an executor.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from awscrt import checksums

from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.uploads import ChunkDigest, Digest, Recipe

CRCS: Mapping[Algorithm, Callable[[Any, int], int]] = {
    Algorithm.CRC64NVME: checksums.crc64nvme,
    Algorithm.CRC32: zlib.crc32,
    Algorithm.CRC32C: checksums.crc32c,
}

_COMBINE: Mapping[Algorithm, Callable[[int, int, int], int]] = {
    Algorithm.CRC64NVME: checksums.combine_crc64nvme,
    Algorithm.CRC32: checksums.combine_crc32,
    Algorithm.CRC32C: checksums.combine_crc32c,
}


def combine(pieces: Iterable[Digest], algorithms: Iterable[Algorithm]) -> Digest:
    """The digest of the concatenation of `pieces`, without reading a byte of them."""
    wanted = tuple(algorithms)
    size_bytes = 0
    crcs = dict.fromkeys(wanted, 0)
    for piece in pieces:
        size_bytes += piece.size_bytes
        for name in wanted:
            crcs[name] = _COMBINE[name](crcs[name], piece.crcs[name], piece.size_bytes)
    return Digest(size_bytes=size_bytes, crcs=crcs)


def digest_of(data: bytes, recipe: Recipe) -> ChunkDigest:
    digester = Digester(recipe)
    digester.update(data)
    return digester.finish()


class Digester:
    """Takes a chunk's bytes in order; cuts slices at the borders of parts on the way."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._algorithms = tuple(recipe.algorithms)
        self._sha256 = hashlib.sha256() if recipe.sha256 else None
        self._slices: list[Digest] = []
        self._start_slice()
        self._left_bytes = self._first_slice_bytes()

    def _first_slice_bytes(self) -> int | None:
        if self._recipe.offset is None:
            return None
        return self._recipe.part_size - self._recipe.offset % self._recipe.part_size

    def _start_slice(self) -> None:
        self._size_bytes = 0
        self._crcs = dict.fromkeys(self._algorithms, 0)

    def update(self, data: bytes | memoryview) -> None:
        if self._sha256 is not None:
            self._sha256.update(data)
        view = memoryview(data)
        while self._left_bytes is not None and len(view) >= self._left_bytes:
            head, view = view[: self._left_bytes], view[self._left_bytes :]
            self._add(head)
            self._end_slice()
            self._left_bytes = self._recipe.part_size
        self._add(view)

    def _add(self, view: memoryview) -> None:
        if not view:
            return
        self._size_bytes += len(view)
        for name in self._algorithms:
            self._crcs[name] = CRCS[name](view, self._crcs[name])
        if self._left_bytes is not None:
            self._left_bytes -= len(view)

    def _end_slice(self) -> None:
        if self._size_bytes:
            self._slices.append(Digest(size_bytes=self._size_bytes, crcs=self._crcs))
        self._start_slice()

    def finish(self) -> ChunkDigest:
        self._end_slice()
        return ChunkDigest(
            whole=combine(self._slices, self._algorithms),
            slices=() if self._recipe.offset is None else tuple(self._slices),
            sha256=None if self._sha256 is None else self._sha256.digest(),
        )
