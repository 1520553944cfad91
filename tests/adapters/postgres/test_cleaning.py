"""An ended upload owes two passes of clean-up, and its files until they are gone."""

from datetime import timedelta

import pytest

from chunk_service.domain.states import State
from chunk_service.domain.uploads import ChunkState, Upload
from chunk_service.usecases.clean_up import Owed
from tests.adapters.postgres.clock import Clock
from tests.fixtures.rows import Rows
from tests.fixtures.sql import text

LATER = timedelta(minutes=20)


async def ended(rows: Rows, state: State = State.ABORTED) -> Upload:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    await rows.put(upload, 1, 8)
    end = await rows.end(await rows.read(upload), state)
    assert end is not None
    return end


async def owed(rows: Rows, upload: Upload) -> Owed:
    found = await rows.cleaning.owed(upload.id)
    assert found is not None
    return found


@pytest.mark.parametrize("state", [State.ABORTED, State.FAILED, State.STORED])
async def test_every_end_owes_two_passes(rows: Rows, clock: Clock, state: State) -> None:
    upload = await ended(rows, state)
    first = await owed(rows, upload)
    assert (first.upload.state, first.passes_done) == (state, 0)
    await rows.cleaning.note_pass(first, LATER)
    assert await rows.cleaning.owed(upload.id) is None
    await clock.advance(minutes=21)
    second = await owed(rows, upload)
    assert second.passes_done == 1
    await rows.cleaning.note_pass(second, None)
    await clock.advance(days=30)
    assert await rows.cleaning.owed(upload.id) is None


async def test_a_pass_is_noted_once(rows: Rows) -> None:
    upload = await ended(rows)
    first = await owed(rows, upload)
    await rows.cleaning.note_pass(first, timedelta())
    await rows.cleaning.note_pass(first, None)
    assert (await owed(rows, upload)).passes_done == 1


@pytest.mark.survives(
    "A process dies over a part of an upload that ends meanwhile", "The clean-up frees its claim"
)
async def test_a_claim_of_the_dead_does_not_outlive_its_upload(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    for index in range(2):
        await rows.put(upload, index, 8)
    assert await rows.claim(upload) is not None
    assert await rows.end(await rows.read(upload), State.ABORTED) is not None
    await rows.cleaning.note_pass(await owed(rows, upload), LATER)
    claimed = text("SELECT number FROM parts WHERE lease_holder IS NOT NULL")
    assert await rows.database.rows(claimed) == []


async def test_a_pass_that_was_put_off_is_owed_again_later(rows: Rows, clock: Clock) -> None:
    upload = await ended(rows)
    await rows.cleaning.put_off(upload.id, LATER)
    assert await rows.cleaning.owed(upload.id) is None
    await clock.advance(minutes=21)
    assert (await owed(rows, upload)).passes_done == 0


async def test_a_live_upload_owes_nothing_and_keeps_its_files(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    await rows.cleaning.put_off(upload.id, timedelta())
    await rows.cleaning.drop_files(upload.id, rows.spool_id)
    assert await rows.cleaning.owed(upload.id) is None
    assert await rows.cleaning.spooled_files(upload.id, rows.spool_id) == []
    assert (await rows.chunk(upload, 0)).state is ChunkState.SPOOLED


async def test_files_are_owed_by_the_spool_that_has_them(rows: Rows) -> None:
    upload = await ended(rows)
    other = await rows.beside()
    names = await rows.cleaning.spooled_files(upload.id, rows.spool_id)
    assert sorted(names) == sorted(
        [(await rows.chunk(upload, index)).file_name for index in (0, 1)]
    )
    assert await rows.cleaning.spooled_files(upload.id, other.spool_id) == []
    await rows.cleaning.drop_files(upload.id, other.spool_id)
    assert len(await rows.cleaning.spooled_files(upload.id, rows.spool_id)) == 2
    await rows.cleaning.drop_files(upload.id, rows.spool_id)
    assert await rows.cleaning.spooled_files(upload.id, rows.spool_id) == []


async def test_files_are_owed_even_when_both_passes_were_made_elsewhere(rows: Rows) -> None:
    upload = await ended(rows)
    await rows.cleaning.note_pass(await owed(rows, upload), None)
    other = await rows.beside()
    assert await other.cleaning.find_owed(other.spool_id, 10) == []
    assert await rows.cleaning.find_owed(rows.spool_id, 10) == [upload.id]


async def test_an_upload_is_pruned_only_when_it_owes_nothing(rows: Rows, clock: Clock) -> None:
    upload = await ended(rows)
    await clock.advance(days=31)
    assert await rows.sweeping.prune(timedelta(days=30), 10) == 0
    await rows.cleaning.note_pass(await owed(rows, upload), None)
    assert await rows.sweeping.prune(timedelta(days=30), 10) == 1
    assert await rows.reading.read(upload.id) is None


async def test_the_first_pass_of_many_that_are_stored_is_one(rows: Rows, clock: Clock) -> None:
    stored = [await ended(rows, State.STORED) for _ in range(3)]
    aborted = await ended(rows)
    ids = [upload.id for upload in (*stored, aborted)]
    found = await rows.cleaning.tidy(ids, rows.spool_id)
    assert {upload_id: len(names) for upload_id, names in found.items()} == {
        upload.id: 2 for upload in stored
    }
    await rows.cleaning.note_tidied(list(found), rows.spool_id, LATER)
    assert await rows.cleaning.tidy(ids, rows.spool_id) == {}
    assert (await rows.chunk(stored[0], 0)).state is ChunkState.RELAYED
    assert await rows.cleaning.find_owed(rows.spool_id, 10) == [aborted.id]
    await clock.advance(days=30)
    assert await rows.cleaning.find_owed(rows.spool_id, 10) == [aborted.id]


async def test_of_parts_that_were_sent_a_second_pass_is_owed(rows: Rows, clock: Clock) -> None:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    await rows.multipart(upload)
    assert await rows.end(await rows.read(upload), State.STORED) is not None
    await rows.cleaning.note_tidied([upload.id], rows.spool_id, LATER)
    assert await rows.cleaning.owed(upload.id) is None
    await clock.advance(minutes=21)
    assert (await owed(rows, upload)).passes_done == 1


async def test_files_in_another_spool_are_left_to_it(rows: Rows) -> None:
    upload = await ended(rows, State.STORED)
    other = await rows.beside()
    assert await other.cleaning.tidy([upload.id], other.spool_id) == {upload.id: []}
    await other.cleaning.note_tidied([upload.id], other.spool_id, LATER)
    assert (await rows.chunk(upload, 0)).state is ChunkState.SPOOLED
    assert await rows.cleaning.find_owed(rows.spool_id, 10) == [upload.id]
