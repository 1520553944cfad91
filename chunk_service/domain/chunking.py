"""Which chunk may come, where it lands, and what it settles about the upload.

With a declared chunk size the offset follows from the index, and a chunk of another length is the
last one. Without, a chunk's offset is known once all before it have arrived. Both are judged before
the body is read where its length is known, and again by the statement that records the chunk.
"""

from dataclasses import dataclass, replace
from typing import Self

from chunk_service.domain.errors import ChunkConflict, ContentTooLarge, ValidationFailed


@dataclass(frozen=True, slots=True)
class Progress:
    """What is fixed and known of an upload when a chunk asks to come in."""

    chunk_size: int | None
    max_size: int
    total_size: int | None
    total_chunks: int | None
    highest_index: int
    received_bytes: int
    prefix_chunks: int
    prefix_bytes: int


@dataclass(frozen=True, slots=True)
class Placement:
    """`offset` is None while chunks before this one are missing; `is_last` settles the totals."""

    index: int
    length: int
    offset: int | None
    is_last: bool

    def at(self, offset: int | None) -> Self:
        """The same chunk, where its bytes were cut for `offset`."""
        return replace(self, offset=offset)


@dataclass(frozen=True, slots=True)
class ChunkLimits:
    max_chunk_size: int
    max_chunks: int


def check_index(progress: Progress, index: int, limits: ChunkLimits) -> None:
    if index >= limits.max_chunks:
        raise ValidationFailed(f"chunk_index must be below {limits.max_chunks}.")
    if progress.total_chunks is not None and index >= progress.total_chunks:
        raise ChunkConflict(f"The upload has {progress.total_chunks} chunks.")


def longest_chunk(progress: Progress, index: int, limits: ChunkLimits) -> int:
    """The most bytes that a chunk at `index` may have; what is read is cut off beyond it."""
    longest = limits.max_chunk_size
    start = progress.received_bytes
    if progress.chunk_size is not None:
        longest = min(longest, 2 * progress.chunk_size - 1)
        start = index * progress.chunk_size
    return max(0, min(longest, progress.max_size - start))


def may_be_whole(progress: Progress, length: int) -> bool:
    """Whether a first chunk of `length` bytes may be all of the file, by what is known of it."""
    return (
        progress.highest_index <= 0
        and progress.total_size in (None, length)
        and progress.total_chunks in (None, 1)
    )


def place(progress: Progress, index: int, length: int, limits: ChunkLimits) -> Placement:
    """Judge a chunk of `length` bytes at `index`; raises what the client is told."""
    check_index(progress, index, limits)
    if length > limits.max_chunk_size:
        raise ContentTooLarge(
            f"A chunk may have {limits.max_chunk_size} bytes at most.",
            max_chunk_size=limits.max_chunk_size,
        )
    if length == 0:
        return _place_empty(progress, index)
    if progress.chunk_size is None:
        return _place_in_sequence(progress, index, length)
    return _place_by_index(progress, progress.chunk_size, index, length)


def _place_empty(progress: Progress, index: int) -> Placement:
    if index > 0 or progress.highest_index > 0:
        raise ValidationFailed("Only the single chunk of an empty file may be empty.")
    if progress.total_size or (progress.total_chunks or 1) > 1:
        raise ValidationFailed("The declared totals leave no room for an empty chunk.")
    return Placement(index=0, length=0, offset=0, is_last=True)


def _place_in_sequence(progress: Progress, index: int, length: int) -> Placement:
    end = progress.received_bytes + length
    if end > progress.max_size:
        raise ContentTooLarge(
            f"The file may have {progress.max_size} bytes at most.", max_size=progress.max_size
        )
    if progress.total_size is not None and end > progress.total_size:
        raise ValidationFailed(f"The chunk goes beyond total_size, {progress.total_size} bytes.")
    offset = progress.prefix_bytes if index == progress.prefix_chunks else None
    return Placement(index=index, length=length, offset=offset, is_last=False)


def _place_by_index(progress: Progress, chunk_size: int, index: int, length: int) -> Placement:
    offset = index * chunk_size
    end = offset + length
    if end > progress.max_size:
        raise ContentTooLarge(
            f"The file may have {progress.max_size} bytes at most.", max_size=progress.max_size
        )
    if progress.total_size is not None and end > progress.total_size:
        raise ValidationFailed(f"The chunk goes beyond total_size, {progress.total_size} bytes.")
    if length != chunk_size:
        _check_last(progress, chunk_size, index, length)
    is_final = index + 1 == progress.total_chunks
    if is_final and progress.total_size is not None and end != progress.total_size:
        raise ValidationFailed(f"The last chunk must end at total_size, {progress.total_size}.")
    return Placement(index=index, length=length, offset=offset, is_last=length != chunk_size)


def _check_last(progress: Progress, chunk_size: int, index: int, length: int) -> None:
    if length >= 2 * chunk_size:
        raise ValidationFailed(f"Chunks of this upload have {chunk_size} bytes.")
    if progress.highest_index > index:
        raise ChunkConflict("Only the last chunk may differ from chunk_size; a later one is here.")
    if progress.total_chunks not in (None, index + 1):
        raise ValidationFailed(f"Only chunk {(progress.total_chunks or 1) - 1} may be shorter.")
    end = index * chunk_size + length
    if progress.total_size not in (None, end):
        raise ValidationFailed(f"The last chunk must end at total_size, {progress.total_size}.")


def check_declared(
    *,
    chunk_size: int | None,
    total_size: int | None,
    total_chunks: int | None,
    limits: ChunkLimits,
) -> None:
    """Whether what a client declares at the beginning can all be true."""
    if chunk_size is not None and chunk_size > limits.max_chunk_size:
        raise ValidationFailed(
            f"chunk_size may be {limits.max_chunk_size} at most.",
            max_chunk_size=limits.max_chunk_size,
        )
    if total_chunks is not None and total_chunks > limits.max_chunks:
        raise ValidationFailed(f"total_chunks may be {limits.max_chunks} at most.")
    if total_chunks == 0 and total_size != 0:
        raise ValidationFailed("total_chunks is 0, but total_size is not declared as 0.")
    if chunk_size is not None and total_size is not None:
        _check_count(chunk_size, total_size, total_chunks, limits)


def _check_count(
    chunk_size: int, total_size: int, total_chunks: int | None, limits: ChunkLimits
) -> None:
    fewest = max(total_size // chunk_size, 1) if total_size else 0
    most = max(-(-total_size // chunk_size), 1)
    if fewest > limits.max_chunks:
        raise ValidationFailed(f"That is more than {limits.max_chunks} chunks.")
    if total_chunks is not None and not fewest <= total_chunks <= most:
        raise ValidationFailed(f"total_size / chunk_size is not {total_chunks} chunks.")
