"""Every size of file, chunk and part comes out as it went in: at the borders and beside them."""

from itertools import pairwise

import pytest

from tests.service.caller import Caller
from tests.service.content import MIB, PART_BYTES, content_of, cut
from tests.service.deployment import Deployment
from tests.service.stores import on_one_store

_SIZES = [1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES, 2 * PART_BYTES + 777]
_UNALIGNED = 3 * MIB + 1
_CHUNKS = {
    "many a part": 1 * MIB,
    "the part": 5 * MIB,
    "three a part": 3 * MIB + 7,
    "two a part": 7 * MIB + 12_345,
    "more than a part": 12 * MIB,
    "two parts": 16 * MIB,
}


async def _send_and_compare(
    caller: Caller, deployment: Deployment, *, size: int, chunk: int, **members: object
) -> None:
    content = content_of(size)
    session = await caller.begin(**members)
    chunks = cut(content, chunk)
    for index, each in enumerate(chunks):
        assert (await session.put(index, each)).status_code == 200
    data = await session.stored(len(chunks))
    assert data["size"] == size
    assert deployment.bucket.read(data["key"]) == content


@pytest.mark.parametrize("size", _SIZES)
async def test_a_file_of_declared_chunks_is_stored_whole(
    caller: Caller, deployment: Deployment, size: int
) -> None:
    await _send_and_compare(caller, deployment, size=size, chunk=PART_BYTES, chunk_size=PART_BYTES)


@pytest.mark.parametrize("size", _SIZES)
async def test_a_file_of_undeclared_chunks_is_stored_whole(
    caller: Caller, deployment: Deployment, size: int
) -> None:
    await _send_and_compare(caller, deployment, size=size, chunk=_UNALIGNED)


@on_one_store
@pytest.mark.parametrize("chunk", _CHUNKS.values(), ids=_CHUNKS)
@pytest.mark.parametrize("is_declared", [True, False], ids=["declared", "undeclared"])
async def test_chunks_may_be_smaller_or_larger_than_parts(
    caller: Caller, deployment: Deployment, chunk: int, is_declared: bool
) -> None:
    members = {"chunk_size": chunk} if is_declared else {}
    await _send_and_compare(caller, deployment, size=20 * MIB + 13, chunk=chunk, **members)


async def test_undeclared_chunks_may_differ_in_length(
    caller: Caller, deployment: Deployment
) -> None:
    content = content_of(17 * MIB)
    borders = [0, 1, 3 * MIB, 3 * MIB + 2, 16 * MIB, 17 * MIB]
    session = await caller.begin()
    for index, (start, stop) in enumerate(pairwise(borders)):
        assert (await session.form(index, content[start:stop])).status_code == 200
    data = await session.stored(len(borders) - 1)
    assert deployment.bucket.read(data["key"]) == content


@pytest.mark.parametrize("members", [{}, {"chunk_size": 1000}, {"total_size": 0}])
async def test_an_empty_file_may_be_one_empty_chunk(
    caller: Caller, deployment: Deployment, members: dict[str, int]
) -> None:
    session = await caller.begin(**members)
    assert (await session.form(0, b"")).status_code == 200
    data = await session.stored(1)
    assert data["size"] == 0
    assert deployment.bucket.read(data["key"]) == b""


async def test_an_empty_file_may_be_no_chunk_at_all(caller: Caller, deployment: Deployment) -> None:
    session = await caller.begin()
    data = await session.stored(0, total_size=0)
    assert deployment.bucket.read(data["key"]) == b""
