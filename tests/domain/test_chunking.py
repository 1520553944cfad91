"""Chunks that are taken tile the object; every other one is refused before it is read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunk_service.domain.chunking import (
    ChunkLimits,
    Placement,
    Progress,
    check_declared,
    check_index,
    longest_chunk,
    place,
)
from chunk_service.domain.errors import (
    ChunkConflict,
    ContentTooLarge,
    ServiceError,
    ValidationFailed,
)

LIMITS = ChunkLimits(max_chunk_size=1000, max_chunks=100)


def progress(**changes: Any) -> Progress:
    values: dict[str, Any] = {
        "chunk_size": None,
        "max_size": 500,
        "total_size": None,
        "total_chunks": None,
        "highest_index": -1,
        "received_bytes": 0,
        "prefix_chunks": 0,
        "prefix_bytes": 0,
    }
    return Progress(**{**values, **changes})


def by_index(**changes: Any) -> Progress:
    return progress(chunk_size=10, **changes)


class Receiver:
    """An upload that takes whatever `place` lets in, as its row does."""

    def __init__(self, start: Progress) -> None:
        self.start = start
        self.taken: dict[int, Placement] = {}

    @property
    def now(self) -> Progress:
        last = next((chunk for chunk in self.taken.values() if chunk.is_last), None)
        prefix = 0
        while prefix in self.taken:
            prefix += 1
        return Progress(
            chunk_size=self.start.chunk_size,
            max_size=self.start.max_size,
            total_size=self.start.total_size if last is None else _end(last),
            total_chunks=self.start.total_chunks if last is None else last.index + 1,
            highest_index=max(self.taken, default=-1),
            received_bytes=sum(chunk.length for chunk in self.taken.values()),
            prefix_chunks=prefix,
            prefix_bytes=sum(self.taken[index].length for index in range(prefix)),
        )

    def offer(self, index: int, length: int) -> None:
        if index in self.taken:
            return
        try:
            self.taken[index] = place(self.now, index, length, LIMITS)
        except ServiceError:
            return


def _end(chunk: Placement) -> int:
    assert chunk.offset is not None
    return chunk.offset + chunk.length


offers = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from([10, 10, 10]) | st.integers(0, 25) | st.just(19)),
    max_size=25,
)
declared_totals = st.tuples(st.none() | st.integers(0, 70), st.none() | st.integers(0, 7))


@given(offers, declared_totals)
def test_chunks_with_a_declared_size_tile_the_object(
    offered: list[tuple[int, int]], totals: tuple[int | None, int | None]
) -> None:
    total_size, total_chunks = totals
    receiver = Receiver(by_index(total_size=total_size, total_chunks=total_chunks, max_size=65))
    for index, length in offered:
        receiver.offer(index, length)
    taken = [receiver.taken[index] for index in sorted(receiver.taken)]
    assert all(chunk.offset == chunk.index * 10 for chunk in taken)
    assert all(chunk.length == 10 for chunk in taken[:-1])
    assert all(chunk.length < 20 for chunk in taken[-1:])
    assert all(_end(chunk) <= min(65, total_size or 65) for chunk in taken)
    assert not any(chunk.is_last for chunk in taken[:-1])


@given(offers, declared_totals)
def test_a_whole_upload_has_the_totals_that_were_declared(
    offered: list[tuple[int, int]], totals: tuple[int | None, int | None]
) -> None:
    total_size, total_chunks = totals
    receiver = Receiver(by_index(total_size=total_size, total_chunks=total_chunks))
    for index, length in offered:
        receiver.offer(index, length)
    now = receiver.now
    if receiver.taken and now.prefix_chunks == now.total_chunks:
        assert total_chunks in (None, now.prefix_chunks)
        assert total_size in (None, now.received_bytes)


@given(offers, st.none() | st.integers(0, 70))
def test_chunks_of_a_sequence_follow_each_other(
    offered: list[tuple[int, int]], total_size: int | None
) -> None:
    receiver = Receiver(progress(total_size=total_size))
    for index, length in offered:
        before = receiver.now
        receiver.offer(index, length)
        chunk = receiver.taken.get(index)
        if chunk is not None and receiver.now != before:
            is_next = index == before.prefix_chunks
            assert chunk.offset == (before.prefix_bytes if is_next else None)
    assert receiver.now.received_bytes <= (500 if total_size is None else total_size)


@given(offers, st.integers(0, 6), st.integers(0, 600), st.booleans())
def test_no_chunk_that_would_be_taken_is_cut_off_while_it_is_read(
    offered: list[tuple[int, int]], index: int, length: int, in_sequence: bool
) -> None:
    receiver = Receiver(progress() if in_sequence else by_index())
    for each in offered:
        receiver.offer(*each)
    try:
        place(receiver.now, index, length, LIMITS)
    except ServiceError:
        return
    assert length <= longest_chunk(receiver.now, index, LIMITS)


@pytest.mark.parametrize(
    ("at", "index", "length", "placement"),
    [
        (by_index(), 0, 10, Placement(0, 10, 0, is_last=False)),
        (by_index(), 4, 10, Placement(4, 10, 40, is_last=False)),
        (by_index(), 4, 9, Placement(4, 9, 40, is_last=True)),
        (by_index(), 4, 19, Placement(4, 19, 40, is_last=True)),
        (by_index(), 0, 1, Placement(0, 1, 0, is_last=True)),
        (by_index(), 0, 0, Placement(0, 0, 0, is_last=True)),
        (by_index(highest_index=4), 4, 9, Placement(4, 9, 40, is_last=True)),
        (by_index(total_size=49), 4, 9, Placement(4, 9, 40, is_last=True)),
        (by_index(total_size=49), 3, 19, Placement(3, 19, 30, is_last=True)),
        (by_index(total_size=50, total_chunks=5), 4, 10, Placement(4, 10, 40, is_last=False)),
        (by_index(total_chunks=5), 4, 3, Placement(4, 3, 40, is_last=True)),
        (by_index(max_size=49), 4, 9, Placement(4, 9, 40, is_last=True)),
        (progress(), 0, 7, Placement(0, 7, 0, is_last=False)),
        (progress(), 3, 7, Placement(3, 7, None, is_last=False)),
        (progress(), 0, 0, Placement(0, 0, 0, is_last=True)),
        (progress(total_size=0), 0, 0, Placement(0, 0, 0, is_last=True)),
        (progress(prefix_chunks=2, prefix_bytes=9), 2, 7, Placement(2, 7, 9, is_last=False)),
        (progress(total_size=7), 0, 7, Placement(0, 7, 0, is_last=False)),
        (progress(received_bytes=493), 9, 7, Placement(9, 7, None, is_last=False)),
    ],
)
def test_a_chunk_that_fits_is_placed(
    at: Progress, index: int, length: int, placement: Placement
) -> None:
    assert place(at, index, length, LIMITS) == placement


@pytest.mark.parametrize(
    ("at", "index", "length", "refusal"),
    [
        (by_index(), 4, 20, ValidationFailed),
        (by_index(), 1, 0, ValidationFailed),
        (by_index(highest_index=5), 4, 9, ChunkConflict),
        (by_index(highest_index=5), 4, 19, ChunkConflict),
        (by_index(highest_index=1), 0, 0, ValidationFailed),
        (by_index(total_chunks=5), 5, 10, ChunkConflict),
        (by_index(total_chunks=5), 3, 9, ValidationFailed),
        (by_index(total_chunks=5), 4, 20, ValidationFailed),
        (by_index(total_size=49), 4, 10, ValidationFailed),
        (by_index(total_size=49), 4, 8, ValidationFailed),
        (by_index(total_size=49), 3, 9, ValidationFailed),
        (by_index(total_size=49), 5, 10, ValidationFailed),
        (by_index(total_size=59, total_chunks=5), 4, 10, ValidationFailed),
        (by_index(total_size=10), 0, 0, ValidationFailed),
        (by_index(total_chunks=2), 0, 0, ValidationFailed),
        (by_index(max_size=49), 4, 10, ContentTooLarge),
        (by_index(), 50, 10, ContentTooLarge),
        (by_index(), 0, 1001, ContentTooLarge),
        (by_index(), 100, 10, ValidationFailed),
        (progress(), 100, 10, ValidationFailed),
        (progress(), 0, 501, ContentTooLarge),
        (progress(), 0, 1001, ContentTooLarge),
        (progress(received_bytes=494), 9, 7, ContentTooLarge),
        (progress(total_size=6), 0, 7, ValidationFailed),
        (progress(total_size=20, received_bytes=14), 3, 7, ValidationFailed),
        (progress(total_chunks=3), 3, 7, ChunkConflict),
        (progress(total_size=0), 0, 1, ValidationFailed),
        (progress(total_size=0, total_chunks=0), 0, 0, ChunkConflict),
        (progress(), 1, 0, ValidationFailed),
    ],
)
def test_a_chunk_that_cannot_belong_is_refused(
    at: Progress, index: int, length: int, refusal: type[ServiceError]
) -> None:
    with pytest.raises(ServiceError) as told:
        place(at, index, length, LIMITS)
    assert type(told.value) is refusal


@pytest.mark.parametrize(
    ("at", "index", "longest"),
    [
        (by_index(), 0, 19),
        (by_index(max_size=45), 3, 15),
        (by_index(max_size=45), 4, 5),
        (by_index(max_size=45), 9, 0),
        (progress(), 0, 500),
        (progress(received_bytes=450), 7, 50),
        (progress(max_size=5000), 0, 1000),
    ],
)
def test_reading_stops_where_nothing_longer_could_be_taken(
    at: Progress, index: int, longest: int
) -> None:
    assert longest_chunk(at, index, LIMITS) == longest


def test_an_index_is_below_the_known_total_and_the_limit() -> None:
    check_index(progress(total_chunks=5), 4, LIMITS)
    check_index(progress(), 99, LIMITS)
    with pytest.raises(ChunkConflict):
        check_index(progress(total_chunks=5), 5, LIMITS)
    with pytest.raises(ValidationFailed):
        check_index(progress(), 100, LIMITS)


def declare(
    chunk_size: int | None, total_size: int | None, total_chunks: int | None
) -> ServiceError | None:
    try:
        check_declared(
            chunk_size=chunk_size, total_size=total_size, total_chunks=total_chunks, limits=LIMITS
        )
    except ServiceError as refusal:
        return refusal
    return None


@given(st.integers(1, 12), st.integers(0, 60), st.integers(0, 70))
def test_declared_totals_are_taken_where_some_chunks_could_come_to_them(
    chunk_size: int, total_size: int, total_chunks: int
) -> None:
    last_bytes = total_size - (total_chunks - 1) * chunk_size
    if total_size == 0:
        possible = total_chunks in (0, 1)
    else:
        possible = total_chunks > 0 and 0 < last_bytes < 2 * chunk_size
    assert (declare(chunk_size, total_size, total_chunks) is None) is possible


@pytest.mark.parametrize(
    ("chunk_size", "total_size", "total_chunks"),
    [
        (None, None, None),
        (1000, None, None),
        (None, 10**12, None),
        (None, None, 100),
        (None, 0, 0),
        (10, 0, None),
        (10, 1000, None),
        (10, 1009, 100),
    ],
)
def test_what_may_be_declared(
    chunk_size: int | None, total_size: int | None, total_chunks: int | None
) -> None:
    assert declare(chunk_size, total_size, total_chunks) is None


@pytest.mark.parametrize(
    ("chunk_size", "total_size", "total_chunks"),
    [
        (1001, None, None),
        (None, None, 101),
        (None, None, 0),
        (None, 1, 0),
        (10, 1010, None),
        (10, 100, 9),
        (10, 100, 11),
    ],
)
def test_what_can_never_come_true_is_refused(
    chunk_size: int | None, total_size: int | None, total_chunks: int | None
) -> None:
    assert isinstance(declare(chunk_size, total_size, total_chunks), ValidationFailed)
