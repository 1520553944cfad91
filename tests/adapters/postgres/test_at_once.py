"""Statements that meet on the same rows: whoever comes first, no byte of coverage is lost.

Many rounds on real connections. Each test was seen to fail when the statement that it watches
counts by what it saw when it began instead of raising a counter in the row that it locked.
"""

import asyncio

import pytest

from chunk_service.domain.uploads import Upload
from tests.fixtures.audit import audit
from tests.fixtures.chunk_bytes import placed_digest
from tests.fixtures.rows import LEASE_SECONDS, Rows

ROUNDS = 20


async def test_two_chunks_that_complete_one_window_at_once_cover_it(rows: Rows) -> None:
    for _ in range(ROUNDS):
        upload = await rows.begin(chunk_size=4, total_size=16)
        recorded = await asyncio.gather(rows.put(upload, 0, 4), rows.put(upload, 1, 4))
        assert sum(each is not None and each.completes_window for each in recorded) == 1
        claim = await rows.claim(upload)
        assert claim is not None
        assert (claim.number, claim.size_bytes, len(claim.chunks)) == (1, 8, 2)


@pytest.mark.survives("Chunks: 64 at once, in any order", "every part is covered, once")
async def test_sixty_four_chunks_at_once_in_any_order_cover_every_window(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=5)
    await asyncio.gather(*(rows.put(upload, index, 5) for index in reversed(range(64))))
    await audit(rows.database, upload.id)
    assert await rows.relay(upload) == list(range(1, 41))
    await audit(rows.database, upload.id)


@pytest.mark.parametrize("is_last_first", [True, False])
async def test_a_last_chunk_beside_others_completes_the_last_window_once(
    rows: Rows, is_last_first: bool
) -> None:
    for _ in range(ROUNDS):
        upload = await rows.begin(chunk_size=4)
        await rows.put(upload, 0, 4)
        await rows.put(upload, 1, 4)
        chunks = [(3, 2), (2, 4)] if is_last_first else [(2, 4), (3, 2)]
        await asyncio.gather(*(rows.put(upload, *chunk) for chunk in chunks))
        await rows.put(upload, 2, 4)
        await audit(rows.database, upload.id)
        assert await rows.relay(upload) == [1, 2]


async def test_the_first_chunks_of_a_bound_upload_are_all_let_in(rows: Rows) -> None:
    for _ in range(ROUNDS):
        upload = await rows.begin(chunk_size=3)
        attempts = {index: rows.attempt(upload, index, 3) for index in range(6)}
        admissions = await asyncio.gather(
            *(rows.reserve(attempt, upload, index) for index, attempt in attempts.items())
        )
        assert all(admission.reserved for admission in admissions)
        assert (await rows.read(upload)).spool_id == rows.spool_id


async def test_of_two_spools_one_gets_a_bound_upload(rows: Rows) -> None:
    other = await rows.beside()
    for _ in range(ROUNDS):
        upload = await rows.begin(chunk_size=3)
        recorded = await asyncio.gather(rows.put(upload, 0, 3), other.put(upload, 1, 3))
        assert sum(each is not None for each in recorded) == 1


async def test_two_spools_share_a_free_upload(rows: Rows) -> None:
    other = await rows.beside()
    upload = await rows.begin(chunk_size=8)
    await asyncio.gather(*((rows, other)[index % 2].put(upload, index, 8) for index in range(20)))
    assert await rows.relay(upload) == list(range(1, 21, 2))
    assert await other.relay(upload) == list(range(2, 21, 2))


@pytest.mark.survives("Relay: many claim one part", "one gets it")
async def test_a_window_is_claimed_by_one_of_many(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    for index in range(5):
        await rows.put(upload, index, 8)
    claims = await asyncio.gather(*(rows.claim(upload) for _ in range(20)))
    numbers = sorted(claim.number for claim in claims if claim is not None)
    assert len(numbers) == len(set(numbers))
    rest = [claim.number for _ in range(5) if (claim := await rows.claim(upload)) is not None]
    assert sorted([*numbers, *rest]) == [1, 2, 3, 4, 5]


async def test_a_window_claimed_as_it_is_recorded_is_nobody_else_s(rows: Rows) -> None:
    for _ in range(ROUNDS):
        upload = await rows.begin(chunk_size=8, total_size=80)
        recorded = await asyncio.gather(
            *(rows.put(upload, index, 8, lease_seconds=LEASE_SECONDS) for index in range(0, 10, 2)),
            *(rows.put(upload, index, 8) for index in range(1, 10, 2)),
        )
        assert [each is not None and each.is_claimed for each in recorded] == [True] * 5 + [
            False
        ] * 5
        assert await rows.relay(upload) == [2, 4, 6, 8, 10]
        await audit(rows.database, upload.id)


async def test_two_parts_of_one_chunk_noted_at_once_let_its_file_go_once(rows: Rows) -> None:
    for _ in range(ROUNDS):
        upload = await rows.begin(chunk_size=16)
        await rows.put(upload, 0, 16)
        multipart = await rows.multipart(upload)
        claims = [await rows.claim(upload), await rows.claim(upload)]
        noted = await asyncio.gather(
            *(rows.note(claim, multipart) for claim in claims if claim is not None)
        )
        files = [name for each in noted if each is not None for name in each.done_files]
        assert len(files) == 1
        await audit(rows.database, upload.id)


async def test_a_chunk_that_is_lost_and_sent_again_beside_the_relay_is_counted_right(
    rows: Rows,
) -> None:
    for _ in range(ROUNDS):
        upload = await rows.begin(chunk_size=16)
        await rows.put(upload, 0, 16)
        multipart = await rows.multipart(upload)
        claim = await rows.claim(upload)
        assert claim is not None
        await rows.repairing.mark_missing(upload.id, [claim.chunks[0].file_name])
        await asyncio.gather(rows.put(upload, 0, 16), rows.note(claim, multipart))
        await audit(rows.database, upload.id)


async def test_a_chunk_sent_again_while_the_store_forgets_is_counted_right(rows: Rows) -> None:
    for _ in range(ROUNDS):
        upload = await rows.begin(chunk_size=16)
        await rows.put(upload, 0, 16)
        multipart = await rows.multipart(upload)
        claim = await rows.claim(upload)
        assert claim is not None
        await rows.note(claim, multipart)
        await rows.repairing.mark_missing(upload.id, [claim.chunks[0].file_name])
        await asyncio.gather(
            rows.repairing.forget_multipart(upload.id, multipart), rows.put(upload, 0, 16)
        )
        await audit(rows.database, upload.id)


@pytest.mark.survives(
    "Relay: an ETag arrives while the multipart upload changes", "it is dropped with the old one"
)
async def test_an_etag_beside_a_change_of_the_multipart_upload_is_of_the_rows_own(
    rows: Rows,
) -> None:
    for _ in range(ROUNDS):
        upload = await rows.begin(chunk_size=8)
        await rows.put(upload, 0, 8)
        await rows.put(upload, 1, 8)
        multipart = await rows.multipart(upload)
        claims = [await rows.claim(upload), await rows.claim(upload)]
        await asyncio.gather(
            *(rows.note(claim, multipart) for claim in claims if claim is not None),
            rows.repairing.forget_multipart(upload.id, multipart),
        )
        assert await rows.reading.count_relayed(upload.id) == 0
        assert (await rows.read(upload)).multipart is None
        await audit(rows.database, upload.id)


async def test_a_sequence_placed_by_many_at_once_is_placed_once(rows: Rows) -> None:
    for _ in range(5):
        upload = await rows.begin()
        for index in range(1, 8):
            await rows.put(upload, index, 3 + index)
        await rows.put(upload, 0, 3)
        await asyncio.gather(*(_place_as_a_rival(rows, upload) for _ in range(4)))
        placed = await rows.read(upload)
        assert (placed.prefix_chunks, placed.prefix_bytes) == (8, placed.received_bytes)
        await audit(rows.database, upload.id)


async def test_chunks_of_a_sequence_may_be_recorded_while_others_are_placed(rows: Rows) -> None:
    for _ in range(5):
        upload = await rows.begin()
        await asyncio.gather(
            *(rows.put(upload, index, 5) for index in range(12)),
            *(_place_as_a_rival(rows, upload) for _ in range(3)),
        )
        await rows.place_all(upload)
        assert (await rows.read(upload)).prefix_bytes == 60
        await audit(rows.database, upload.id)


async def test_a_chunk_that_is_placed_and_lost_at_once_leaves_no_coverage(rows: Rows) -> None:
    for _ in range(ROUNDS):
        upload = await rows.begin()
        await rows.put(upload, 1, 16)
        await rows.put(upload, 0, 16)
        unplaced = await rows.next_unplaced(upload)
        assert unplaced is not None
        await asyncio.gather(
            rows.placing.place(unplaced, placed_digest(unplaced)),
            rows.repairing.mark_missing(upload.id, [unplaced.chunk.file_name]),
        )
        await audit(rows.database, upload.id)


async def _place_as_a_rival(rows: Rows, upload: Upload) -> None:
    """Try for as long as something is left; a try that comes second changes nothing."""
    while (unplaced := await rows.next_unplaced(upload)) is not None:
        await rows.placing.place(unplaced, placed_digest(unplaced))
