"""Chunks of an undeclared size get their offsets in order, whatever order they came in."""

from itertools import permutations

import pytest

from tests.fixtures.audit import audit
from tests.fixtures.chunk_bytes import placed_digest
from tests.fixtures.rows import Rows

LENGTHS = (5, 3, 20, 1)


async def test_offsets_follow_from_the_order_of_indices_alone(rows: Rows) -> None:
    for order in permutations(range(4)):
        await _check_order(rows, order)


async def _check_order(rows: Rows, order: tuple[int, ...]) -> None:
    upload = await rows.begin()
    for index in order:
        await rows.put(upload, index, LENGTHS[index])
        await rows.place_all(upload)
        await audit(rows.database, upload.id)
    offsets = [(await rows.chunk(upload, index)).offset for index in range(4)]
    assert offsets == [0, 5, 8, 28]
    whole = await rows.read(upload)
    assert (whole.prefix_chunks, whole.prefix_bytes) == (4, 29)
    assert await rows.relay(upload) == [1, 2, 3]


async def test_what_comes_early_waits_for_what_is_before_it(rows: Rows) -> None:
    upload = await rows.begin()
    await rows.put(upload, 2, 20)
    await rows.put(upload, 1, 20)
    assert await rows.next_unplaced(upload) is None
    assert await rows.relaying.find_work(rows.spool_id, 10) == []
    assert await rows.complete(await rows.read(upload)) is None
    await rows.put(upload, 0, 20)
    assert await rows.relaying.find_work(rows.spool_id, 10) == [upload.id]
    assert await rows.place_all(upload) == 2


async def test_a_sequence_completes_only_when_all_of_it_is_placed(rows: Rows) -> None:
    upload = await rows.begin()
    await rows.put(upload, 1, 20)
    await rows.put(upload, 0, 20)
    assert await rows.complete(await rows.read(upload)) is None
    await rows.place_all(upload)
    assert await rows.complete(await rows.read(upload)) is not None


async def test_a_chunk_is_placed_once(rows: Rows) -> None:
    upload = await rows.begin()
    await rows.put(upload, 1, 20)
    await rows.put(upload, 0, 20)
    unplaced = await rows.next_unplaced(upload)
    assert unplaced is not None
    digest = placed_digest(unplaced)
    assert await rows.placing.place(unplaced, digest)
    assert not await rows.placing.place(unplaced, digest)
    await audit(rows.database, upload.id)


async def test_only_who_has_the_bytes_places_them(rows: Rows) -> None:
    upload = await rows.begin()
    await rows.put(upload, 1, 20)
    await rows.put(upload, 0, 20)
    other = await rows.beside()
    assert await other.next_unplaced(upload) is None


@pytest.mark.parametrize("lost", [0, 1, 2])
async def test_a_lost_chunk_of_a_sequence_returns_to_its_place(rows: Rows, lost: int) -> None:
    upload = await rows.begin()
    await rows.put(upload, 2, 20)
    await rows.put(upload, 0, 5)
    await rows.put(upload, 1, 20)
    name = (await rows.chunk(upload, lost)).file_name
    assert await rows.repairing.mark_missing(upload.id, [name]) == [lost]
    await audit(rows.database, upload.id)
    await rows.place_all(upload)
    assert await rows.put(upload, lost, 5 if lost == 0 else 20) is not None
    await rows.place_all(upload)
    await audit(rows.database, upload.id)
    assert await rows.relay(upload) == [1, 2, 3, 4, 5]
