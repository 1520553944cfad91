"""Sources of bytes for tests: sound ones, and those that break in the middle."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from awscrt import checksums

from chunk_service.domain.checksums import Algorithm, Checksum

MIB = 1024 * 1024


def checksum_of(data: bytes, algorithm: Algorithm | None) -> Checksum | None:
    if algorithm is None:
        return None
    compute = {
        Algorithm.CRC64NVME: checksums.crc64nvme,
        Algorithm.CRC32: checksums.crc32,
        Algorithm.CRC32C: checksums.crc32c,
    }
    return Checksum.of_int(algorithm, compute[algorithm](data))


@dataclass
class BytesSource:
    """`data` through one reused buffer, as the spool does it."""

    data: bytes
    checksum: Checksum | None = None
    begun: int = 0

    @property
    def size_bytes(self) -> int:
        return len(self.data)

    def pieces(self) -> Iterator[memoryview]:
        self.begun += 1
        buffer = bytearray(MIB)
        view = memoryview(self.data)
        for offset in range(0, len(self.data), MIB):
            piece = view[offset : offset + MIB]
            buffer[: len(piece)] = piece
            yield memoryview(buffer)[: len(piece)]


@dataclass
class RepeatingSource:
    """As many bytes as wanted, of which never more than one piece exists."""

    size_bytes: int
    checksum: Checksum | None = None
    piece: memoryview = field(default_factory=lambda: memoryview(bytes(MIB)))
    ended: bool = False

    def pieces(self) -> Iterator[memoryview]:
        try:
            for _ in range(self.size_bytes // MIB):
                yield self.piece
        finally:
            self.ended = True


@dataclass
class BreakingSource:
    """Raises `error` where its second piece should be."""

    error: Exception
    size_bytes: int = 4 * MIB
    checksum: Checksum | None = None

    def pieces(self) -> Iterator[memoryview]:
        yield memoryview(bytes(MIB))
        raise self.error
