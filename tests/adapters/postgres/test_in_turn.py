"""Races on one upload's row, each with a known winner: the second acts on what the first left.

A statement that waited for a lock still sees other rows as they were when it began. Every case here
was once wrong, or is what the obvious statement gets wrong.
"""

import asyncio

import pytest

from chunk_service.adapters.postgres.receiving import RELEASE
from chunk_service.domain.objects import MultipartId
from chunk_service.domain.uploads import Upload
from chunk_service.usecases.receiving import Admission, Recorded
from chunk_service.usecases.relaying import Claim
from tests.adapters.postgres.turns import in_turn, until_waiting
from tests.fixtures.audit import audit
from tests.fixtures.chunk_bytes import bytes_of, placed_digest
from tests.fixtures.rows import LEASE_SECONDS, Rows


async def test_the_second_of_two_chunks_completes_their_window(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=4, total_size=16)
    await rows.put(upload, 3, 4)
    first, second = await in_turn(rows, upload, rows.put(upload, 0, 4), rows.put(upload, 1, 4))
    assert isinstance(first, Recorded)
    assert isinstance(second, Recorded)
    assert (first.completes_window, second.completes_window) == (False, True)
    assert await rows.relay(upload) == [1]
    await audit(rows.database, upload.id)


async def test_the_first_window_is_claimed_where_the_second_came_while_it_waited(
    rows: Rows,
) -> None:
    upload = await rows.begin(chunk_size=8)
    _, first = await in_turn(
        rows,
        upload,
        rows.put(upload, 1, 8),
        rows.put(upload, 0, 8, lease_seconds=LEASE_SECONDS),
    )
    assert isinstance(first, Recorded)
    assert first.is_claimed
    assert await rows.relay(upload) == [2]
    await audit(rows.database, upload.id)


async def test_of_two_recordings_of_one_chunk_the_first_counts(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    first, second = await in_turn(rows, upload, rows.put(upload, 0, 8), rows.put(upload, 0, 8))
    assert isinstance(first, Recorded)
    assert second is None
    await audit(rows.database, upload.id)


async def test_of_two_spools_that_take_up_an_upload_at_once_the_first_has_it(rows: Rows) -> None:
    other = await rows.beside()
    upload = await rows.begin(chunk_size=3)
    first, second = await in_turn(
        rows,
        upload,
        rows.reserve(rows.attempt(upload, 0, 3), upload, 0),
        other.reserve(other.attempt(upload, 1, 3), upload, 1),
    )
    assert isinstance(first, Admission)
    assert isinstance(second, Admission)
    assert (first.reserved, second.reserved) == (True, False)
    assert (await rows.read(upload)).spool_id == rows.spool_id


@pytest.mark.parametrize("is_noted_first", [True, False])
async def test_a_part_noted_beside_the_return_of_its_chunk_is_counted_once(
    rows: Rows, is_noted_first: bool
) -> None:
    upload, claim, multipart = await _claimed(rows)
    await _lose(rows, claim)
    calls = [rows.note(claim, multipart), rows.put(upload, 0, 16)]
    await in_turn(rows, upload, *(calls if is_noted_first else reversed(calls)))
    await audit(rows.database, upload.id)
    assert await rows.relay(upload) == [2]
    await audit(rows.database, upload.id)


@pytest.mark.parametrize("is_forgotten_first", [True, False])
async def test_a_chunk_that_returns_while_the_store_forgets_is_sent_whole(
    rows: Rows, is_forgotten_first: bool
) -> None:
    upload, claim, multipart = await _claimed(rows)
    await rows.note(claim, multipart)
    await _lose(rows, claim)
    calls = [rows.repairing.forget_multipart(upload.id, multipart), rows.put(upload, 0, 16)]
    await in_turn(rows, upload, *(calls if is_forgotten_first else reversed(calls)))
    await audit(rows.database, upload.id)
    assert await rows.relay(upload) == [1, 2]


@pytest.mark.parametrize("is_noted_first", [True, False])
async def test_no_etag_outlives_its_multipart_upload(rows: Rows, is_noted_first: bool) -> None:
    upload, claim, multipart = await _claimed(rows)
    calls = [
        rows.note(claim, multipart),
        rows.repairing.forget_multipart(upload.id, multipart),
    ]
    noted, forgotten = await in_turn(rows, upload, *(calls if is_noted_first else calls[::-1]))
    assert forgotten if is_noted_first else noted
    assert await rows.reading.count_relayed(upload.id) == 0
    await audit(rows.database, upload.id)


@pytest.mark.parametrize("is_placed_first", [True, False])
async def test_a_chunk_that_is_placed_and_lost_leaves_no_coverage(
    rows: Rows, is_placed_first: bool
) -> None:
    upload = await rows.begin()
    await rows.put(upload, 1, 16)
    await rows.put(upload, 0, 16)
    unplaced = await rows.next_unplaced(upload)
    assert unplaced is not None
    calls = [
        rows.placing.place(unplaced, placed_digest(unplaced)),
        rows.repairing.mark_missing(upload.id, [unplaced.chunk.file_name]),
    ]
    await in_turn(rows, upload, *(calls if is_placed_first else reversed(calls)))
    await audit(rows.database, upload.id)
    await rows.put(upload, 1, 16)
    await rows.place_all(upload)
    assert await rows.relay(upload) == [1, 2, 3, 4]
    await audit(rows.database, upload.id)


async def test_a_chunk_that_is_lost_beside_a_neighbour_takes_only_its_own_bytes(
    rows: Rows,
) -> None:
    upload = await rows.begin(chunk_size=4, total_size=16)
    await rows.put(upload, 0, 4)
    name = await _file_of(rows, upload, 0)
    await in_turn(
        rows,
        upload,
        rows.put(upload, 1, 4),
        rows.repairing.mark_missing(upload.id, [name]),
    )
    await audit(rows.database, upload.id)
    assert await rows.claim(upload) is None
    await rows.put(upload, 0, 4)
    assert await rows.relay(upload) == [1]


async def test_a_chunk_that_waited_while_the_upload_turned_completing_is_refused(
    rows: Rows,
) -> None:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    whole = await rows.read(upload)
    began, late = await in_turn(rows, upload, rows.complete(whole), rows.put(upload, 1, 8))
    assert isinstance(began, Upload)
    assert late is None
    await audit(rows.database, upload.id)


async def test_a_chunk_that_came_first_keeps_the_upload_from_completing_without_it(
    rows: Rows,
) -> None:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    whole = await rows.read(upload)
    recorded, began = await in_turn(rows, upload, rows.put(upload, 1, 8), rows.complete(whole))
    assert isinstance(recorded, Recorded)
    assert began is None


async def test_a_reservation_that_is_reaped_first_leaves_the_chunk_out(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    attempt = rows.attempt(upload, 0, 8)
    admission = await rows.reserve(attempt, upload, 0)
    async with rows.database.transaction() as connection:
        await connection.run(RELEASE, attempt=attempt.id)
        recording = asyncio.create_task(rows.record(attempt, admission, 0, bytes_of(0, 8)))
        await until_waiting(rows, 1)
    assert await recording is None
    await audit(rows.database, upload.id)


async def _claimed(rows: Rows) -> tuple[Upload, Claim, MultipartId]:
    """An upload whose only chunk makes two windows, the first of them claimed."""
    upload = await rows.begin(chunk_size=16)
    await rows.put(upload, 0, 16)
    multipart = await rows.multipart(upload)
    claim = await rows.claim(upload)
    assert claim is not None
    return upload, claim, multipart


async def _lose(rows: Rows, claim: Claim) -> None:
    names = [chunk.file_name for chunk in claim.chunks]
    assert await rows.repairing.mark_missing(claim.upload.id, names) == [0]


async def _file_of(rows: Rows, upload: Upload, index: int) -> str:
    return (await rows.chunk(upload, index)).file_name
