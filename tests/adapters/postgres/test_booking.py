"""Bytes are booked before they are taken in, so that neither spool nor shares overflow."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chunk_service.adapters.postgres.admission import AdmissionLimits
from chunk_service.adapters.postgres.statements import statement
from chunk_service.domain.uploads import RelayMode, Upload
from chunk_service.usecases.beginning import NoRoom
from chunk_service.usecases.receiving import Admission, Attempt
from tests.adapters.postgres.clock import Clock
from tests.fixtures.chunk_bytes import bytes_of
from tests.fixtures.drafts import a_draft
from tests.fixtures.rows import ALICE, Rows
from tests.fixtures.sql import text

USED = statement("SELECT spool_used_bytes(:spool, :attempt) AS size_bytes")
READ = text("SELECT pg_stat_get_xact_tuples_returned('reservations_by_spool'::regclass) AS entries")
ROOM = 80


def limited(rows: Rows, **limits: Any) -> Rows:
    values = {"spool": 10**9, "high_water": 10**9, **limits}
    return Rows(rows.database, rows.spool_id, AdmissionLimits(**values))


async def used_bytes(rows: Rows) -> int:
    row = await rows.database.row(USED, spool=rows.spool_id, attempt=rows.spool_id)
    assert row is not None
    return int(row["size_bytes"])


async def reserve_many(rows: Rows, upload: Upload, count: int) -> int:
    """How many of so many reservations of 8 bytes at once were let in."""
    admissions = await asyncio.gather(
        *(
            rows.reserve(rows.attempt(upload, index, 8), upload, index)
            for index in range(100, 100 + count)
        )
    )
    return sum(admission.reserved for admission in admissions)


@pytest.mark.parametrize(
    "limits",
    [
        {"spool": ROOM, "high_water": ROOM},
        {"spool_per_owner": ROOM},
        {"spool_per_upload": ROOM},
        {"stored_per_owner": ROOM},
        {"day_per_owner": ROOM},
    ],
)
async def test_no_more_is_booked_than_fits_however_many_ask_at_once(
    rows: Rows, limits: dict[str, int]
) -> None:
    small = limited(rows, **limits)
    upload = await small.begin(chunk_size=8)
    assert await reserve_many(small, upload, 16) == 10
    assert await used_bytes(small) == ROOM


async def test_a_first_chunk_is_booked_with_its_upload_or_neither_is_there(rows: Rows) -> None:
    small = limited(rows, spool=ROOM, high_water=ROOM)
    begun = await asyncio.gather(*(begin_with_first(small) for _ in range(16)))
    assert [each for each in begun if each is not None and not isinstance(each, Upload)] == [
        NoRoom.SPOOL
    ] * 6
    assert await used_bytes(small) == ROOM


async def test_what_was_booked_with_its_upload_is_recorded(rows: Rows) -> None:
    draft = a_draft(chunk_size=8)
    first = replace(rows.attempt(await rows.begin(), 0, 8), file_name=f"{draft.id}.0.a")
    upload = await rows.try_begin(replace(draft, first=first))
    assert isinstance(upload, Upload)
    admission = Admission(upload, None, reserved=True, fits_spool=True, fits_quota=True)
    assert await rows.record(first, admission, 0, bytes_of(0, 8)) is not None
    assert (await rows.chunk(upload, 0)).file_name == first.file_name
    assert not await rows.receiving.release(first.id), "recording took the booking away"


async def begin_with_first(rows: Rows) -> Upload | NoRoom | None:
    draft = a_draft(chunk_size=8)
    attempt_id = uuid4()
    name = f"{draft.id}.0.{attempt_id}"
    first = Attempt(attempt_id, rows.spool_id, name, 8, timedelta(minutes=5))
    return await rows.try_begin(replace(draft, first=first))


async def test_recorded_bytes_stay_booked_until_they_are_relayed(rows: Rows) -> None:
    small = limited(rows, spool=ROOM, high_water=ROOM)
    upload = await small.begin(chunk_size=8)
    for index in range(10):
        assert await small.put(upload, index, 8) is not None
    assert await reserve_many(small, upload, 1) == 0
    assert await small.relay(upload) == list(range(1, 11))
    assert await used_bytes(small) == 0
    assert await reserve_many(small, upload, 1) == 1


async def test_a_released_booking_makes_room(rows: Rows) -> None:
    small = limited(rows, spool=8, high_water=8)
    upload = await small.begin(chunk_size=8)
    attempt = small.attempt(upload, 0, 8)
    assert (await small.reserve(attempt, upload, 0)).reserved
    refused = await small.reserve(small.attempt(upload, 1, 8), upload, 1)
    assert (refused.reserved, refused.fits_spool) == (False, False)
    await small.receiving.release(attempt.id)
    assert (await small.reserve(small.attempt(upload, 1, 8), upload, 1)).reserved


async def test_above_the_high_water_mark_only_what_can_move_is_taken(rows: Rows) -> None:
    high = limited(rows, spool=10**6, high_water=8)
    bound = await high.begin(chunk_size=4)
    await high.put(bound, 0, 4)
    await high.put(bound, 4, 4)
    assert await high.put(bound, 6, 4) is None
    assert await high.put(bound, 1, 4) is not None
    free = await high.begin(chunk_size=8)
    assert await high.put(free, 5, 8) is not None


async def test_a_chunk_that_is_refused_for_room_costs_the_upload_no_time(
    rows: Rows, clock: Clock
) -> None:
    full = limited(rows, spool=4, high_water=4)
    upload = await full.begin(chunk_size=8)
    await clock.advance(minutes=30)
    assert await full.put(upload, 0, 8) is None
    put_off = (await full.read(upload)).expires_at - upload.expires_at
    assert 29 * 60 < put_off.total_seconds() < 31 * 60


async def test_chunks_that_the_store_forgot_come_back_only_where_there_is_room(rows: Rows) -> None:
    """What an upload booked at its beginning had gone to the store; others have the room since."""
    small = limited(rows, spool=24, high_water=24)
    kept = await small.begin(chunk_size=8, total_size=24, relay_mode=RelayMode.ON_COMPLETION)
    for index in range(3):
        assert await small.put(kept, index, 8) is not None
    await small.complete(await small.read(kept))
    assert await small.relay(kept) == [1, 2, 3]
    other = await small.begin(chunk_size=8)
    assert await reserve_many(small, other, 2) == 2
    assert await small.repairing.forget_multipart(kept.id, await small.multipart(kept))
    assert await small.put(kept, 0, 8) is not None
    assert await used_bytes(small) == 24
    assert await small.put(kept, 1, 8) is None
    assert await used_bytes(small) == 24


async def test_chunks_that_the_spool_lost_are_booked_again_with_it(rows: Rows) -> None:
    small = limited(rows, spool=24, high_water=24)
    kept = await small.begin(chunk_size=8, total_size=24, relay_mode=RelayMode.ON_COMPLETION)
    for index in range(3):
        await small.put(kept, index, 8)
    name = (await small.chunk(kept, 1)).file_name
    await small.repairing.mark_missing(kept.id, [name])
    assert await used_bytes(small) == 24
    assert await small.put(kept, 1, 8) is not None
    assert await used_bytes(small) == 24


async def test_bytes_of_a_form_are_held_before_it_says_whose_they_are(rows: Rows) -> None:
    small = limited(rows, spool=8, high_water=8)
    upload = await small.begin(chunk_size=8)
    attempt = small.attempt(upload, 0, 8)
    assert await small.receiving.hold(attempt, ALICE)
    assert not await small.receiving.hold(small.attempt(upload, 1, 8), ALICE)
    assert (await small.reserve(attempt, upload, 0)).reserved
    assert await used_bytes(small) == 8


async def test_a_booking_that_lapsed_is_reaped_once_and_no_other(rows: Rows, clock: Clock) -> None:
    upload = await rows.begin(chunk_size=8)
    lapsed = rows.attempt(upload, 0, 8)
    await rows.reserve(lapsed, upload, 0)
    await clock.advance(minutes=4)
    await rows.reserve(rows.attempt(upload, 1, 8), upload, 1)
    await clock.advance(minutes=2)
    assert await rows.sweeping.lapsed_reservations(rows.spool_id) == [lapsed.file_name]
    assert await rows.sweeping.reap_reservations(rows.spool_id) == [lapsed.file_name]
    assert await rows.sweeping.reap_reservations(rows.spool_id) == []
    assert await used_bytes(rows) == 8


async def test_a_file_is_named_while_it_is_booked_or_recorded(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    attempt = rows.attempt(upload, 0, 8)
    await rows.reserve(attempt, upload, 0)
    await rows.put(upload, 1, 8)
    recorded = (await rows.chunk(upload, 1)).file_name
    named = await rows.sweeping.named_files(rows.spool_id)
    assert named == {attempt.file_name, recorded}
    expected = await rows.sweeping.expected_files(rows.spool_id)
    assert [each.file_name for each in expected] == [recorded]


@pytest.mark.parametrize("limit", ["stored_per_owner", "day_per_owner"])
async def test_a_chunk_that_may_be_the_last_is_booked_as_far_as_it_reaches(
    rows: Rows, limit: str
) -> None:
    small = limited(rows, **{limit: ROOM})
    upload = await small.begin(chunk_size=8)
    too_far = await small.reserve(small.attempt(upload, 10, 3), upload, 10)
    assert not too_far.fits_quota
    reaches = small.attempt(upload, 9, 3)
    assert (await small.reserve(reaches, upload, 9)).reserved
    before_it = await small.reserve(small.attempt(upload, 2, 8), upload, 2)
    assert before_it.reserved
    another = await small.begin(chunk_size=8)
    assert not (await small.reserve(small.attempt(another, 0, 8), another, 0)).fits_quota


async def test_what_was_booked_and_given_back_is_not_read_again_and_again(rows: Rows) -> None:
    upload = await rows.begin()
    for _ in range(10):
        attempts = [rows.attempt(upload, index, 8) for index in range(50)]
        for index, attempt in enumerate(attempts):
            await rows.reserve(attempt, upload, index)
            await rows.receiving.release(attempt.id)
    await used_bytes(rows)
    async with rows.database.transaction() as connection:
        before = await connection.row(READ)
        await connection.row(USED, spool=rows.spool_id, attempt=rows.spool_id)
        after = await connection.row(READ)
    assert before is not None
    assert after is not None
    assert after["entries"] - before["entries"] < 50
