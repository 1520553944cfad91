"""Whatever is declared, the plan keeps the store's limits and its windows tile the object."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chunk_service.domain.errors import ContentTooLarge
from chunk_service.domain.plan import (
    DEFAULT_PART_BYTES,
    GIB,
    MAX_OBJECT_BYTES,
    MAX_PART_BYTES,
    MAX_PARTS,
    MIB,
    MIN_PART_BYTES,
    TIB,
    Plan,
    base_part_size,
    count_parts,
    make_plan,
    part_bytes,
    windows,
)

sizes = st.integers(0, 6 * TIB) | st.integers(0, 200 * MIB)
chunk_sizes = (
    st.integers(1, 6 * GIB)
    | st.integers(1, 20 * MIB)
    | st.integers(1, 6 * 1024).map(lambda count: count * MIB)
)

free_chunk_sizes = st.integers(MIN_PART_BYTES, 8 * MIB) | st.integers(1, 640).map(
    lambda count: count * DEFAULT_PART_BYTES
)


def plan(
    chunk_size: int | None = None,
    total_size: int | None = None,
    max_file_size: int = MAX_OBJECT_BYTES,
) -> Plan:
    return make_plan(chunk_size=chunk_size, total_size=total_size, max_file_size=max_file_size)


@given(
    chunk_size=st.none() | chunk_sizes,
    total_size=st.none() | sizes,
    max_file_size=st.just(MAX_OBJECT_BYTES) | st.integers(1, 50_000 * GIB),
)
def test_every_plan_keeps_the_limits_of_the_store(
    chunk_size: int | None, total_size: int | None, max_file_size: int
) -> None:
    assume(total_size is None or total_size <= min(max_file_size, MAX_OBJECT_BYTES))
    made = plan(chunk_size, total_size, max_file_size)
    assert MIN_PART_BYTES <= made.part_size <= MAX_PART_BYTES
    assert made.max_size <= min(max_file_size, MAX_OBJECT_BYTES)
    assert count_parts(made.max_size, made.part_size) <= MAX_PARTS
    assert total_size is None or total_size <= made.max_size


@given(chunk_size=chunk_sizes, total_size=st.none() | sizes)
def test_chunks_are_whole_windows_or_windows_whole_chunks_wherever_that_is_possible(
    chunk_size: int, total_size: int | None
) -> None:
    assume(total_size is None or total_size <= MAX_OBJECT_BYTES)
    made = plan(chunk_size, total_size)
    base = base_part_size(total_size)
    if chunk_size > base and chunk_size % base:
        assert made.part_size == base
        assert not made.is_free
    else:
        assert 0 in (made.part_size % chunk_size, chunk_size % made.part_size)


@given(chunk_size=free_chunk_sizes, index=st.integers(0, 1000))
def test_a_chunk_of_a_free_plan_is_whole_windows(chunk_size: int, index: int) -> None:
    made = plan(chunk_size)
    assert made.is_free
    cut = list(windows(index * chunk_size, chunk_size, made.part_size))
    assert {window.size_bytes for window in cut} == {made.part_size}


@given(chunk_size=free_chunk_sizes)
def test_no_window_of_a_free_plan_is_fed_by_two_chunks(chunk_size: int) -> None:
    made = plan(chunk_size)
    assert made.is_free
    first, second = (
        {window.part_number for window in windows(index * chunk_size, chunk_size, made.part_size)}
        for index in (0, 1)
    )
    assert first.isdisjoint(second)


@given(total_size=st.none() | sizes)
def test_the_recommended_chunk_size_makes_the_upload_free_without_other_windows(
    total_size: int | None,
) -> None:
    assume(total_size is None or total_size <= MAX_OBJECT_BYTES)
    made = plan(None, total_size)
    declared = plan(made.recommended_chunk_size, total_size)
    assert declared.is_free
    assert declared.part_size == made.part_size


@given(
    part_size=st.integers(1, 50),
    cuts=st.lists(st.integers(1, 120), min_size=1, max_size=30),
)
def test_windows_tile_the_object_exactly(part_size: int, cuts: list[int]) -> None:
    total = sum(cuts)
    covered: dict[int, int] = {}
    offset = 0
    for length in cuts:
        for window in windows(offset, length, part_size):
            covered[window.part_number] = covered.get(window.part_number, 0) + window.size_bytes
        offset += length
    assert list(covered) == list(range(1, count_parts(total, part_size) + 1))
    for number, size_bytes in covered.items():
        assert size_bytes == part_bytes(number, part_size=part_size, total_size=total)
    assert set(list(covered.values())[:-1]) <= {part_size}
    assert 0 < covered[len(covered)] <= part_size


def test_nothing_has_no_windows() -> None:
    assert list(windows(24, 0, 8)) == []
    assert count_parts(0, 8) == 0


@pytest.mark.parametrize(
    ("chunk_size", "total_size", "part_size", "is_free"),
    [
        (None, None, 8 * MIB, False),
        (None, 0, 8 * MIB, False),
        (8 * MIB, None, 8 * MIB, True),
        (16 * MIB, None, 8 * MIB, True),
        (8 * MIB - 1, None, 8 * MIB - 1, True),
        (8 * MIB + 1, None, 8 * MIB, False),
        (5 * MIB, None, 5 * MIB, True),
        (5 * MIB - 1, None, 2 * (5 * MIB - 1), False),
        (1 * MIB, None, 8 * MIB, False),
        (3 * MIB, None, 9 * MIB, False),
        (1, None, 8 * MIB, False),
        (5 * MIB, 50_000 * MIB, 5 * MIB, True),
        (5 * MIB, 50_000 * MIB + 1, 10 * MIB, False),
        (None, 80_000 * MIB, 8 * MIB, False),
        (None, 80_000 * MIB + 1, 9 * MIB, False),
        (8 * MIB, 80_000 * MIB + 1, 16 * MIB, False),
        (None, 5 * TIB, 525 * MIB, False),
    ],
)
def test_parts_at_the_boundaries(
    chunk_size: int | None, total_size: int | None, part_size: int, is_free: bool
) -> None:
    made = plan(chunk_size, total_size)
    assert (made.part_size, made.is_free) == (part_size, is_free)
    assert made.chunk_size == chunk_size


@pytest.mark.parametrize(
    ("max_file_size", "max_size"),
    [
        (1, 1),
        (50 * GIB, 50 * GIB),
        (MAX_PARTS * DEFAULT_PART_BYTES, MAX_PARTS * DEFAULT_PART_BYTES),
        (MAX_PARTS * DEFAULT_PART_BYTES + 1, MAX_PARTS * DEFAULT_PART_BYTES),
        (6 * TIB, MAX_PARTS * DEFAULT_PART_BYTES),
    ],
)
def test_an_undeclared_total_may_grow_to_the_smallest_of_the_limits(
    max_file_size: int, max_size: int
) -> None:
    assert plan(None, None, max_file_size).max_size == max_size


@pytest.mark.parametrize(
    ("total_size", "max_file_size"), [(2, 1), (5 * TIB + 1, 6 * TIB), (9 * MIB, 9 * MIB - 1)]
)
def test_a_declared_total_beyond_the_limit_is_refused(total_size: int, max_file_size: int) -> None:
    with pytest.raises(ContentTooLarge) as refusal:
        plan(None, total_size, max_file_size)
    assert refusal.value.facts == {"max_size": min(max_file_size, MAX_OBJECT_BYTES)}
