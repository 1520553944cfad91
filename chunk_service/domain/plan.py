"""The plan of an upload: how its object is cut into parts, fixed when the upload begins.

Part k is the window [(k-1)·part_size, k·part_size) of the object. Pure arithmetic over the limits
that Amazon S3 publishes (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html);
`chunking.py` says which chunks fit a plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from chunk_service.domain.errors import ContentTooLarge

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB
TIB = 1024 * GIB

DEFAULT_PART_BYTES = 8 * MIB
MIN_PART_BYTES = 5 * MIB
MAX_PART_BYTES = 5 * GIB
MAX_PARTS = 10_000
MAX_OBJECT_BYTES = 5 * TIB


@dataclass(frozen=True, slots=True)
class Plan:
    """`is_free`: every chunk is whole windows, so any replica may take any chunk."""

    part_size: int
    max_size: int
    chunk_size: int | None

    @property
    def is_free(self) -> bool:
        return self.chunk_size is not None and self.chunk_size % self.part_size == 0

    @property
    def recommended_chunk_size(self) -> int:
        """What a client that has not declared a chunk size does best to use."""
        return self.chunk_size or self.part_size


@dataclass(frozen=True, slots=True)
class Window:
    """The bytes of a range that fall into one part."""

    part_number: int
    size_bytes: int


def make_plan(*, chunk_size: int | None, total_size: int | None, max_file_size: int) -> Plan:
    """Fix the plan; ContentTooLarge where the declared total can't be stored."""
    ceiling = check_size(total_size or 0, max_file_size)
    part_size = part_size_for(chunk_size, total_size)
    max_size = min(ceiling, MAX_PARTS * part_size)
    return Plan(part_size=part_size, max_size=max_size, chunk_size=chunk_size)


def check_size(size_bytes: int, max_file_size: int) -> int:
    """The most that a file may have; ContentTooLarge where this is more."""
    ceiling = min(max_file_size, MAX_OBJECT_BYTES)
    if size_bytes > ceiling:
        raise ContentTooLarge(f"A file may have {ceiling} bytes at most.", max_size=ceiling)
    return ceiling


def part_size_for(chunk_size: int | None, total_size: int | None) -> int:
    """The smallest sensible part that keeps chunks whole windows, or windows whole chunks."""
    base = base_part_size(total_size)
    if chunk_size is None or chunk_size % base == 0:
        return base
    if chunk_size > base:
        return base
    if chunk_size >= MIN_PART_BYTES and _fits(chunk_size, total_size):
        return chunk_size
    return chunk_size * -(-base // chunk_size)


def base_part_size(total_size: int | None) -> int:
    """8 MiB, or as many whole MiB as it takes to stay within 10,000 parts."""
    if total_size is None:
        return DEFAULT_PART_BYTES
    return max(DEFAULT_PART_BYTES, -(-total_size // (MAX_PARTS * MIB)) * MIB)


def _fits(part_size: int, total_size: int | None) -> bool:
    return total_size is None or count_parts(total_size, part_size) <= MAX_PARTS


def count_parts(total_size: int, part_size: int) -> int:
    return -(-total_size // part_size)


def part_bytes(number: int, *, part_size: int, total_size: int) -> int:
    """The size of part `number` (from 1) of an object of `total_size` bytes."""
    return min(part_size, total_size - (number - 1) * part_size)


def windows(offset: int, length: int, part_size: int) -> Iterator[Window]:
    """Cut [offset, offset + length) at the borders of the parts, in order."""
    end = offset + length
    while offset < end:
        number = offset // part_size + 1
        stop = min(end, number * part_size)
        yield Window(part_number=number, size_bytes=stop - offset)
        offset = stop
