"""What is lost is counted out, asked for again, and taken back only as the same bytes."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from chunk_service.domain.chunking import place
from chunk_service.domain.objects import MultipartId
from chunk_service.domain.states import State
from chunk_service.domain.uploads import ChunkDigest, ChunkState, Upload
from chunk_service.usecases.receiving import Recorded
from tests.adapters.postgres.clock import Clock
from tests.fixtures.audit import audit
from tests.fixtures.chunk_bytes import bytes_of, digest_of
from tests.fixtures.rows import LIMITS, Rows


async def lose(rows: Rows, upload: Upload, *indices: int) -> list[int]:
    names = [(await rows.chunk(upload, index)).file_name for index in indices]
    return list(await rows.repairing.mark_missing(upload.id, names))


async def test_chunks_that_are_lost_and_return_leave_every_counter_as_it_was(rows: Rows) -> None:
    for chunk_size in (3, 4, 8, 12, 16):
        for lost in ([0], [2], [0, 1, 2, 3], [1, 3]):
            await _check_return(rows, chunk_size, lost)


async def _check_return(rows: Rows, chunk_size: int, lost: list[int]) -> None:
    upload = await rows.begin(chunk_size=chunk_size)
    for index in range(4):
        await rows.put(upload, index, chunk_size)
    before = await rows.read(upload)
    assert await lose(rows, upload, *lost) == lost
    await audit(rows.database, upload.id)
    here = await rows.read(upload)
    assert (here.chunk_count, here.received_bytes) == (4 - len(lost), (4 - len(lost)) * chunk_size)
    for index in lost:
        assert await rows.put(upload, index, chunk_size) is not None
    await audit(rows.database, upload.id)
    after = await rows.read(upload)
    assert (after.chunk_count, after.received_bytes) == (4, before.received_bytes)


async def test_a_missing_chunk_keeps_its_place_and_takes_back_only_its_bytes(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 2, 8)
    recorded = await rows.chunk(upload, 2)
    await lose(rows, upload, 2)
    missing = await rows.chunk(upload, 2)
    assert missing.state is ChunkState.MISSING
    assert (missing.offset, missing.size_bytes) == (recorded.offset, recorded.size_bytes)
    assert await rows.put(upload, 2, 8, data=bytes_of(9, 8)) is None
    assert await rows.reading.received(upload.id) == []
    assert await rows.put(upload, 2, 8) is not None
    assert await rows.reading.received(upload.id) == [(2, 3)]


async def test_a_missing_chunk_is_known_by_its_sha256_too(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    digests = [replace(digest_of(upload, bytes_of(0, 8), 0), sha256=bytes([n])) for n in range(2)]
    assert await _record(rows, upload, 0, digests[0]) is not None
    await lose(rows, upload, 0)
    assert await _record(rows, upload, 0, digests[1]) is None
    assert await _record(rows, upload, 0, digests[0]) is not None


async def test_a_chunk_that_was_placed_and_lost_meanwhile_is_not_taken_back_without_its_place(
    rows: Rows,
) -> None:
    """It was missing and without a place when its return began; a rival's came, and was lost."""
    upload = await rows.begin()
    await rows.put(upload, 1, 16)
    await lose(rows, upload, 1)
    slow = rows.attempt(upload, 1, 16)
    admission = await rows.reserve(slow, upload, 1)
    await rows.put(upload, 0, 16)
    await rows.put(upload, 1, 16)
    await rows.place_all(upload)
    await lose(rows, upload, 1)
    assert await rows.record(slow, admission, 1, bytes_of(1, 16)) is None
    assert (await rows.chunk(upload, 1)).offset == 16
    assert await rows.put(upload, 1, 16) is not None
    await audit(rows.database, upload.id)
    assert await rows.relay(upload) == [1, 2, 3, 4]


async def test_what_is_asked_for_again_goes_to_any_spool_of_a_free_upload(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=16)
    await rows.put(upload, 0, 16)
    await lose(rows, upload, 0)
    other = await rows.beside()
    assert await other.put(upload, 0, 16) is not None
    assert await rows.claim(upload) is None
    assert await other.relay(upload) == [1, 2]


async def test_parts_that_are_in_the_store_need_no_file_of_a_chunk_that_returns(
    rows: Rows,
) -> None:
    upload = await rows.begin(chunk_size=12)
    await rows.put(upload, 0, 12)
    await rows.put(upload, 1, 12)
    await rows.relay(upload)
    assert await rows.reading.count_relayed(upload.id) == 3
    recorded = await rows.put(upload, 0, 12)
    assert recorded is None


async def test_a_chunk_half_of_which_was_sent_returns_for_the_other_half(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=12)
    await rows.put(upload, 0, 12)
    assert await rows.relay(upload) == [1]
    assert await lose(rows, upload, 0) == [0]
    recorded = await rows.put(upload, 0, 12)
    assert recorded is not None
    assert recorded.needs_file
    await rows.put(upload, 1, 12)
    assert await rows.relay(upload) == [2, 3]
    await audit(rows.database, upload.id)


async def test_only_the_named_file_is_lost(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    old = (await rows.chunk(upload, 0)).file_name
    await lose(rows, upload, 0)
    await rows.put(upload, 0, 8)
    assert await rows.repairing.mark_missing(upload.id, [old, "no such file"]) == []
    assert (await rows.chunk(upload, 0)).state is ChunkState.SPOOLED


async def test_a_completing_upload_is_open_again_when_a_chunk_is_lost(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    await rows.put(upload, 1, 5)
    await rows.complete(await rows.read(upload))
    assert await lose(rows, upload, 1) == [1]
    opened = await rows.read(upload)
    assert (opened.state, opened.total_chunks, opened.total_size) == (State.OPEN, 2, 13)
    assert await rows.put(upload, 1, 5) is not None
    assert await rows.complete(await rows.read(upload)) is not None


@pytest.mark.parametrize("is_forgotten", [True, False])
async def test_who_must_send_again_gets_the_time_for_it_whatever_the_uploads_age(
    rows: Rows, clock: Clock, is_forgotten: bool
) -> None:
    upload = await rows.begin(chunk_size=8)
    for index in range(3):
        await rows.put(upload, index, 8)
    await rows.complete(await rows.read(upload))
    await clock.advance(hours=7)
    if is_forgotten:
        await rows.relay(upload)
        await rows.repairing.forget_multipart(upload.id, await rows.multipart(upload))
    else:
        await lose(rows, upload, 0, 1)
    await rows.put(upload, 0, 8)
    await clock.advance(minutes=59)
    assert await rows.sweeping.find_expired(10) == []
    await clock.advance(minutes=2)
    assert [each.id for each in await rows.sweeping.find_expired(10)] == [upload.id]


async def test_nothing_is_lost_of_an_upload_that_is_being_closed(rows: Rows) -> None:
    upload, holder = await _closing(rows)
    assert await lose(rows, upload, 0) == []
    assert await rows.closing.clear_closing(upload.id, holder)
    assert await lose(rows, upload, 0) == [0]


@pytest.mark.parametrize("ended", [State.STORED, State.ABORTED, State.FAILED])
async def test_nothing_is_lost_of_an_upload_that_ended(rows: Rows, ended: State) -> None:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    await rows.end(await rows.read(upload), ended)
    assert await lose(rows, upload, 0) == []


async def test_a_store_that_forgets_gets_again_what_is_here_and_the_rest_is_missing(
    rows: Rows,
) -> None:
    upload = await rows.begin(chunk_size=12)
    for index in range(4):
        await rows.put(upload, index, 12)
    multipart = await rows.multipart(upload)
    for _ in range(2):
        claim = await rows.claim(upload)
        assert claim is not None
        await rows.note(claim, multipart)
    assert await rows.repairing.forget_multipart(upload.id, multipart)
    await audit(rows.database, upload.id)
    forgotten = await rows.read(upload)
    assert (forgotten.multipart, forgotten.chunk_count) == (None, 3)
    assert await rows.reading.received(upload.id) == [(1, 4)]
    assert await rows.put(upload, 0, 12) is not None
    assert await rows.relay(upload) == [1, 2, 3, 4, 5, 6]
    await audit(rows.database, upload.id)


async def test_another_multipart_upload_is_not_forgotten(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    multipart = await rows.multipart(upload)
    assert not await rows.repairing.forget_multipart(upload.id, MultipartId("old"))
    assert await rows.repairing.forget_multipart(upload.id, multipart)
    assert not await rows.repairing.forget_multipart(upload.id, multipart)


async def test_forgetting_single_parts_keeps_the_others_and_the_multipart_upload(
    rows: Rows,
) -> None:
    upload = await rows.begin(chunk_size=8)
    for index in range(3):
        await rows.put(upload, index, 8)
    await rows.complete(await rows.read(upload))
    await rows.relay(upload)
    multipart = await rows.multipart(upload)
    assert await rows.repairing.forget_parts(upload.id, multipart, [2])
    await audit(rows.database, upload.id)
    mended = await rows.read(upload)
    assert (mended.state, mended.multipart) == (State.OPEN, multipart)
    assert await rows.reading.received(upload.id) == [(0, 1), (2, 3)]
    await rows.put(upload, 1, 8)
    assert await rows.relay(upload) == [2]


async def test_what_is_still_here_is_sent_again_without_the_client(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=16, total_size=32)
    await rows.put(upload, 0, 16)
    await rows.put(upload, 1, 16)
    multipart = await rows.multipart(upload)
    claim = await rows.claim(upload)
    assert claim is not None
    await rows.complete(await rows.read(upload))
    await rows.note(claim, multipart)
    assert await rows.repairing.forget_multipart(upload.id, multipart)
    assert (await rows.read(upload)).state is State.COMPLETING
    assert await rows.relay(upload) == [1, 2, 3, 4]


async def _closing(rows: Rows) -> tuple[Upload, UUID]:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    await rows.complete(await rows.read(upload))
    holder = uuid4()
    await rows.closing.take(upload.id, holder, 60)
    assert await rows.closing.set_closing(upload.id, holder)
    return await rows.read(upload), holder


async def _record(rows: Rows, upload: Upload, index: int, digest: ChunkDigest) -> Recorded | None:
    attempt = rows.attempt(upload, index, digest.size_bytes)
    admission = await rows.reserve(attempt, upload, index)
    record = rows.receiving.record if admission.chunk is None else rows.receiving.retake
    placement = place(admission.upload.progress, index, digest.size_bytes, LIMITS)
    return await record(attempt, upload, placement, digest)
