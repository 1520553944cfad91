"""Digests that travel with bytes, and those of a whole that follow from them: CRCs that combine.

Plain computing that may take a while: it belongs in a thread.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from awscrt import checksums

from chunk_service.domain.checksums import Algorithm, Checksum

_CRCS: Final[Mapping[Algorithm, Callable[[Any, int], int]]] = {
    Algorithm.CRC64NVME: checksums.crc64nvme,
    Algorithm.CRC32: zlib.crc32,
    Algorithm.CRC32C: checksums.crc32c,
}


@dataclass(frozen=True, slots=True)
class PieceDigest:
    size_bytes: int
    crc64nvme: int

    @property
    def checksum(self) -> Checksum:
        return Checksum.of_int(Algorithm.CRC64NVME, self.crc64nvme)


def piece_digest(content: bytes) -> PieceDigest:
    return PieceDigest(len(content), checksums.crc64nvme(content, 0))


def checksum_of(pieces: Iterable[PieceDigest]) -> Checksum:
    """Of the concatenation of the pieces."""
    crc = 0
    for piece in pieces:
        crc = checksums.combine_crc64nvme(crc, piece.crc64nvme, piece.size_bytes)
    return Checksum.of_int(Algorithm.CRC64NVME, crc)


class RunningChecksum:
    """Over bytes that come in order."""

    def __init__(self, algorithm: Algorithm) -> None:
        self._algorithm = algorithm
        self._sha256 = hashlib.sha256()
        self._crc = 0

    def update(self, content: bytes) -> None:
        if self._algorithm is Algorithm.SHA256:
            self._sha256.update(content)
        else:
            self._crc = _CRCS[self._algorithm](content, self._crc)

    @property
    def checksum(self) -> Checksum:
        if self._algorithm is Algorithm.SHA256:
            return Checksum(self._algorithm, self._sha256.digest())
        return Checksum.of_int(self._algorithm, self._crc)
