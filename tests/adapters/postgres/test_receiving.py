"""Reserving, recording and releasing one chunk, as single statements on the real database."""

import asyncio
from datetime import timedelta

import pytest

from chunk_service.domain.chunking import Placement
from chunk_service.domain.principals import Principal
from chunk_service.domain.states import State
from chunk_service.domain.uploads import ChunkState
from chunk_service.usecases.ports import ChunkAddress
from chunk_service.usecases.receiving import offset_of
from tests.adapters.postgres.clock import Clock
from tests.fixtures.audit import audit
from tests.fixtures.chunk_bytes import bytes_of, digest_of
from tests.fixtures.rows import ALICE, Rows

_AT_ONCE = timedelta()
_HOUR = timedelta(hours=1)
_MOMENT = timedelta(minutes=1)


async def test_a_chunk_is_recorded_and_its_reservation_gone(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    attempt = rows.attempt(upload, 0, 8)
    admission = await rows.reserve(attempt, upload, 0)
    assert (admission.reserved, admission.chunk) == (True, None)
    recorded = await rows.record(attempt, admission, 0, bytes_of(0, 8))
    assert recorded is not None
    assert recorded.needs_file
    assert recorded.is_placed
    assert recorded.completes_window
    assert not await rows.receiving.release(attempt.id)
    await audit(rows.database, upload.id)


async def test_what_was_recorded_can_be_read(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 3, 8)
    admission = await rows.receiving.read(ChunkAddress(upload.id, 3))
    assert admission is not None
    chunk = admission.recorded
    assert chunk is not None
    assert (chunk.state, chunk.offset, chunk.size_bytes) == (ChunkState.SPOOLED, 24, 8)
    assert chunk.has_bytes_of(digest_of(upload, bytes_of(3, 8), 24))
    assert not chunk.has_bytes_of(digest_of(upload, bytes_of(4, 8), 24))
    assert await rows.reading.received(upload.id) == [(3, 4)]


async def test_a_reservation_is_released_once(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    attempt = rows.attempt(upload, 0, 8)
    await rows.reserve(attempt, upload, 0)
    assert await rows.receiving.release(attempt.id)
    assert not await rows.receiving.release(attempt.id)


async def test_without_its_reservation_a_chunk_is_not_recorded(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    attempt = rows.attempt(upload, 0, 8)
    admission = await rows.reserve(attempt, upload, 0)
    await rows.receiving.release(attempt.id)
    assert await rows.record(attempt, admission, 0, bytes_of(0, 8)) is None
    assert await rows.reading.received(upload.id) == []


@pytest.mark.parametrize(
    "principal", [Principal(owner="bob"), Principal(owner="alice", file_id="124")]
)
async def test_another_principal_has_no_such_upload(rows: Rows, principal: Principal) -> None:
    upload = await rows.begin()
    attempt = rows.attempt(upload, 0, 8)
    address = ChunkAddress(upload.id, 0)
    assert await rows.receiving.reserve(attempt, address, principal) is None
    assert not await rows.receiving.release(attempt.id)


@pytest.mark.parametrize("file_id", [123, "123"])
async def test_a_bound_token_is_compared_as_text(rows: Rows, file_id: int | str) -> None:
    upload = await rows.begin(main_service_file_id=file_id)
    bound = Principal(owner="alice", file_id="123")
    admission = await rows.receiving.reserve(
        rows.attempt(upload, 0, 8), ChunkAddress(upload.id, 0), bound
    )
    assert admission is not None
    assert admission.reserved


async def test_a_recorded_chunk_is_not_reserved_again(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    admission = await rows.reserve(rows.attempt(upload, 0, 8), upload, 0)
    assert not admission.reserved
    assert admission.recorded is not None


@pytest.mark.parametrize("data", [bytes_of(0, 8), bytes_of(1, 8)])
async def test_of_twenty_at_once_one_is_recorded_and_the_first_bytes_stay(
    rows: Rows, data: bytes
) -> None:
    upload = await rows.begin(chunk_size=8)
    attempts = [rows.attempt(upload, 0, 8) for _ in range(20)]
    admissions = [await rows.reserve(attempt, upload, 0) for attempt in attempts]
    first = await rows.record(attempts[0], admissions[0], 0, bytes_of(0, 8))
    others = await asyncio.gather(
        *(
            rows.record(attempt, admission, 0, data)
            for attempt, admission in zip(attempts[1:], admissions[1:], strict=True)
        )
    )
    assert first is not None
    assert set(others) == {None}
    chunk = await rows.chunk(upload, 0)
    assert chunk.file_name == attempts[0].file_name
    assert chunk.has_bytes_of(digest_of(upload, bytes_of(0, 8), 0))
    await audit(rows.database, upload.id)


@pytest.mark.parametrize("ended", [State.ABORTED, State.EXPIRED, State.FAILED, State.STORED])
async def test_an_upload_that_ended_meanwhile_takes_nothing(rows: Rows, ended: State) -> None:
    upload = await rows.begin(chunk_size=8, ttl=_AT_ONCE)
    attempt = rows.attempt(upload, 0, 8)
    admission = await rows.reserve(attempt, upload, 0)
    assert await rows.end(await rows.read(upload), ended) is not None
    assert await rows.record(attempt, admission, 0, bytes_of(0, 8)) is None
    assert not (await rows.reserve(rows.attempt(upload, 1, 8), upload, 1)).reserved
    assert await rows.reading.received(upload.id) == []
    assert not await rows.receiving.release(attempt.id)


async def test_the_last_chunk_fixes_the_totals_for_all_that_come_later(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    later = rows.attempt(upload, 5, 8)
    admission = await rows.reserve(later, upload, 5)
    await rows.put(upload, 4, 3)
    fixed = await rows.read(upload)
    assert (fixed.total_chunks, fixed.total_size) == (5, 35)
    assert await rows.record(later, admission, 5, bytes_of(5, 8)) is None
    await audit(rows.database, upload.id)


async def test_of_two_last_chunks_at_once_one_is_taken(rows: Rows) -> None:
    for _ in range(10):
        upload = await rows.begin(chunk_size=8)
        attempts = {index: rows.attempt(upload, index, 3) for index in (2, 4)}
        admissions = {
            index: await rows.reserve(attempt, upload, index) for index, attempt in attempts.items()
        }
        recorded = await asyncio.gather(
            *(
                rows.record(attempts[index], admissions[index], index, bytes_of(index, 3))
                for index in (2, 4)
            )
        )
        assert sum(each is not None for each in recorded) == 1
        fixed = await rows.read(upload)
        assert fixed.total_chunks == fixed.highest_index + 1


async def test_a_last_chunk_that_waited_is_not_the_last_where_a_later_one_came(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    short = rows.attempt(upload, 1, 3)
    admission = await rows.reserve(short, upload, 1)
    await rows.put(upload, 2, 8)
    assert await rows.record(short, admission, 1, bytes_of(1, 3)) is None
    assert (await rows.read(upload)).total_chunks is None
    await audit(rows.database, upload.id)


async def test_after_a_completion_that_found_a_chunk_lost_no_further_one_comes_in(
    rows: Rows,
) -> None:
    """It was let in before the client said how many there are."""
    upload = await rows.begin()
    await rows.put(upload, 0, 8)
    further = rows.attempt(upload, 1, 8)
    admission = await rows.reserve(further, upload, 1)
    await rows.complete(await rows.read(upload))
    name = (await rows.chunk(upload, 0)).file_name
    assert await rows.repairing.mark_missing(upload.id, [name]) == [0]
    assert await rows.record(further, admission, 1, bytes_of(1, 8)) is None
    assert await rows.put(upload, 0, 8) is not None
    await audit(rows.database, upload.id)


async def test_what_was_judged_on_old_facts_is_judged_again_when_it_is_recorded(
    rows: Rows,
) -> None:
    upload = await rows.begin(max_size=20)
    first, second = (rows.attempt(upload, index, 12) for index in (0, 1))
    admissions = [await rows.reserve(first, upload, 0), await rows.reserve(second, upload, 1)]
    assert await rows.record(first, admissions[0], 0, bytes_of(0, 12)) is not None
    assert await rows.record(second, admissions[1], 1, bytes_of(1, 12)) is None
    assert (await rows.read(upload)).received_bytes == 12


async def test_an_empty_chunk_needs_no_file_and_ends_the_upload(rows: Rows) -> None:
    upload = await rows.begin()
    recorded = await rows.put(upload, 0, 0)
    assert recorded is not None
    assert not recorded.needs_file
    fixed = await rows.read(upload)
    assert (fixed.total_chunks, fixed.total_size, fixed.chunk_count) == (1, 0, 1)


async def test_an_offset_that_is_no_longer_the_prefix_is_not_believed(rows: Rows) -> None:
    upload = await rows.begin()
    early = rows.attempt(upload, 1, 8)
    admission = await rows.reserve(early, upload, 1)
    assert offset_of(admission, 1) is None
    digest = digest_of(upload, bytes_of(1, 8), 8)
    guessed = Placement(index=1, length=8, offset=8, is_last=False)
    recorded = await rows.receiving.record(early, upload, guessed, digest)
    assert recorded is not None
    assert not recorded.is_placed
    await audit(rows.database, upload.id)


async def test_a_held_form_is_booked_for_its_upload_once_it_says_which(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    attempt = rows.attempt(upload, 0, 8)
    assert await rows.receiving.hold(attempt, ALICE)
    admission = await rows.reserve(attempt, upload, 0)
    assert admission.reserved
    assert await rows.record(attempt, admission, 0, bytes_of(0, 8)) is not None


async def test_progress_puts_the_deadline_off_but_not_beyond_the_oldest_age(
    rows: Rows, clock: Clock
) -> None:
    upload = await rows.begin(chunk_size=8, max_age=1.5 * _HOUR)
    assert upload.expires_at - upload.created_at < _HOUR + _MOMENT
    for minutes, age in ((15, 1.25 * _HOUR), (30, 1.5 * _HOUR)):
        await clock.advance(minutes=minutes)
        await rows.put(upload, minutes, 8)
        expires_after = (await rows.read(upload)).expires_at - upload.created_at
        assert abs(expires_after - age) < _MOMENT
