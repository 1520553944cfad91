"""Chunks cover a file exactly, fit the service's limits, and are whole parts where they can be."""

import pytest

from chunk_service.client.layout import LARGEST_CHUNK_BYTES, layout_of
from chunk_service.domain.chunking import ChunkLimits, check_declared
from chunk_service.domain.plan import GIB, MAX_OBJECT_BYTES, MIB, TIB, make_plan

LIMITS = ChunkLimits(max_chunk_size=128 * MIB, max_chunks=100_000)
SIZES = [0, 1, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 78 * GIB, 79 * GIB, 600 * GIB, 5 * TIB]


@pytest.mark.parametrize("size_bytes", SIZES)
def test_the_service_takes_the_layout(size_bytes: int) -> None:
    layout = layout_of(size_bytes)
    check_declared(
        chunk_size=layout.chunk_bytes,
        total_size=size_bytes,
        total_chunks=layout.count,
        limits=LIMITS,
    )
    plan = make_plan(
        chunk_size=layout.chunk_bytes, total_size=size_bytes, max_file_size=MAX_OBJECT_BYTES
    )
    assert size_bytes <= plan.max_size
    assert plan.is_free or layout.chunk_bytes == LARGEST_CHUNK_BYTES


@pytest.mark.parametrize("size_bytes", SIZES[:6])
def test_chunks_follow_each_other_to_the_end(size_bytes: int) -> None:
    layout = layout_of(size_bytes)
    end = 0
    for index in range(layout.count):
        offset, length = layout.place(index)
        assert offset == end
        end += length
    assert end == size_bytes


def test_a_service_with_a_lower_limit_gets_smaller_chunks() -> None:
    assert layout_of(GIB, most_chunk_bytes=MIB).chunk_bytes == MIB
