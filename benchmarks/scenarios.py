"""What is measured: every row of the tables, in its quick and in its full form."""

from dataclasses import dataclass
from enum import StrEnum

from benchmarks.contestants.contestant import Kind

KIB, MIB, GIB = 1024, 1024**2, 1024**3


class Where(StrEnum):
    """Which store the contestants send to."""

    NEAR = "the null S3"
    FAR = "the null S3, 50 ms and 100 Mbit/s per connection away"
    SEAWEED = "SeaweedFS"


@dataclass(frozen=True, slots=True)
class Scenario:
    """`uploads` files of that size, `at_once` at a time, each over so many connections."""

    name: str
    kind: Kind
    size_bytes: int
    chunk_bytes: int
    connections: int = 1
    uploads: int = 1
    at_once: int = 1
    where: Where = Where.NEAR
    with_disk: bool = False
    ours_only: bool = False

    @property
    def is_small(self) -> bool:
        """Counted in uploads a second, not in MiB."""
        return self.size_bytes < MIB


def quick() -> list[Scenario]:
    return [
        _chunks(4, 8, 256 * MIB, with_disk=True),
        _chunks(1, 8, 256 * MIB),
        Scenario("one request of 256 MiB", Kind.ONE_REQUEST, 256 * MIB, 256 * MIB),
        *_small(96),
        _completing(64 * MIB, 3),
    ]


def full() -> list[Scenario]:
    return [
        _chunks(4, 8, GIB, with_disk=True),
        _chunks(1, 8, GIB),
        _chunks(4, 1, 256 * MIB),
        _chunks(4, 64, GIB),
        Scenario("4 connections × 8 MiB, as forms", Kind.CHUNK_FORMS, GIB, 8 * MIB, 4),
        Scenario("one request of 1 GiB", Kind.ONE_REQUEST, GIB, GIB),
        Scenario("one form of 1 GiB", Kind.ONE_FORM, GIB, GIB),
        *_small(800),
        Scenario("64 uploads at once, 64 MiB each", Kind.CHUNKS, 64 * MIB, 8 * MIB, 1, 64, 64),
        _completing(64 * MIB, 5),
        _completing(GIB, 1),
        _completing(8 * GIB, 1),
        Scenario("4 connections × 8 MiB, far", Kind.CHUNKS, 256 * MIB, 8 * MIB, 4, where=Where.FAR),
        Scenario("4 connections × 8 MiB, whole", Kind.CHUNKS, GIB, 8 * MIB, 4, where=Where.SEAWEED),
    ]


def _chunks(
    connections: int, chunk_mib: int, size_bytes: int, *, with_disk: bool = False
) -> Scenario:
    plural = "s" if connections > 1 else ""
    name = f"{connections} connection{plural} × {chunk_mib} MiB"
    chunk_bytes = chunk_mib * MIB
    return Scenario(name, Kind.CHUNKS, size_bytes, chunk_bytes, connections, with_disk=with_disk)


def _small(uploads: int) -> list[Scenario]:
    size = 64 * KIB
    several = "64 KiB, 8 at once, in several requests"
    return [
        Scenario("64 KiB, 8 at once, in one", Kind.ONE_REQUEST, size, size, 1, uploads, 8),
        Scenario(several, Kind.CHUNKS, size, size, 1, uploads, 8),
    ]


def _completing(size_bytes: int, uploads: int) -> Scenario:
    name = f"completing {size_bytes // MIB} MiB"
    return Scenario(name, Kind.CHUNKS, size_bytes, 8 * MIB, 4, uploads, ours_only=True)
