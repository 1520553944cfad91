"""Buffers of bodies: never used again under somebody's eyes, and smaller where many share them."""

from chunk_service.api.body_buffers import (
    BUDGET_BYTES,
    FEW_BODIES,
    LARGEST_BYTES,
    MOST_LOOKED_AT,
    SMALLEST_BYTES,
    BodyBuffers,
)


def test_a_buffer_is_used_again_once_nobody_looks_at_it() -> None:
    buffers = BodyBuffers()
    first = buffers.take()
    view = memoryview(first)
    buffers.give(first)
    second = buffers.take()
    assert second is not first
    view.release()
    buffers.give(second)
    assert buffers.take() is first


def test_one_that_is_free_is_found_behind_some_that_are_not() -> None:
    buffers = BodyBuffers()
    taken = [buffers.take() for _ in range(3)]
    views = [memoryview(buffer) for buffer in taken[:2]]
    for buffer in taken:
        buffers.give(buffer)
    assert buffers.take() is taken[2]
    assert len(views) == 2


def test_who_finds_none_soon_has_a_new_one() -> None:
    buffers = BodyBuffers()
    taken = [buffers.take() for _ in range(MOST_LOOKED_AT)]
    views = [memoryview(buffer) for buffer in taken]
    for buffer in taken:
        buffers.give(buffer)
    free = buffers.take()
    buffers.give(free)
    assert buffers.take() is not free
    assert buffers.take() is free
    assert len(views) == MOST_LOOKED_AT


def test_a_slice_of_a_view_keeps_its_buffer() -> None:
    buffers = BodyBuffers()
    buffer = buffers.take()
    piece = memoryview(buffer)[10:20]
    buffers.give(buffer)
    assert buffers.take() is not buffer
    assert len(piece) == 10


def test_looking_whether_a_buffer_is_free_leaves_it_as_it_is() -> None:
    buffers = BodyBuffers()
    buffer = buffers.take()
    buffer[-1] = 7
    buffers.give(buffer)
    again = buffers.take()
    assert again is buffer
    assert (len(again), again[-1]) == (LARGEST_BYTES, 7)


def test_many_bodies_at_a_time_share_what_one_would_have() -> None:
    buffers = BodyBuffers()
    sizes = {}
    for bodies in range(1, 1001):
        buffers.bodies.add(bodies)
        sizes[bodies] = len(buffers.take())
    assert {sizes[bodies] for bodies in range(1, FEW_BODIES + 1)} == {LARGEST_BYTES}
    assert all(bodies * sizes[bodies] <= BUDGET_BYTES for bodies in range(FEW_BODIES + 1, 513))
    assert sizes[64] == BUDGET_BYTES // 64
    assert sizes[1000] == SMALLEST_BYTES
    buffers.bodies.clear()
    assert len(buffers.take()) == LARGEST_BYTES


def test_what_is_kept_for_later_is_bounded() -> None:
    buffers = BodyBuffers()
    views = []
    for _ in range(100):
        buffer = buffers.take()
        views.append(memoryview(buffer))
        buffers.give(buffer)
    assert sum(len(buffer) for buffer in buffers.kept) <= BUDGET_BYTES
