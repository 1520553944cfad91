"""Completing begins only where every chunk is here, and one process at a time closes."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from chunk_service.adapters.postgres.statements import statement
from chunk_service.domain.completion import Completion
from chunk_service.domain.states import State
from chunk_service.domain.uploads import SpoolId, Upload, Way
from chunk_service.usecases.closing import Closer, Taken
from tests.adapters.postgres.clock import Clock
from tests.fixtures.rows import Rows

LEASE_SECONDS = 60
REPLACED = statement("UPDATE uploads SET mpu_id = :mpu_id WHERE id = :upload")
UNMARKED = statement("UPDATE uploads SET closing = false, way = :way WHERE id = :upload")


async def completing(rows: Rows) -> Upload:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    await rows.put(upload, 1, 3)
    began = await rows.complete(await rows.read(upload))
    assert began is not None
    return began


@pytest.mark.parametrize(
    ("declared", "chunks"),
    [
        ({"chunk_size": 8}, [0, 1, 2]),
        ({"chunk_size": 8, "total_size": 24}, [2, 0, 1]),
        ({"chunk_size": 8, "total_chunks": 3}, [2, 1, 0]),
        ({}, [0, 1, 2]),
    ],
)
async def test_a_whole_upload_turns_completing_with_its_totals(
    rows: Rows, declared: dict[str, Any], chunks: list[int]
) -> None:
    upload = await rows.begin(**declared)
    for index in chunks:
        await rows.put(upload, index, 8)
    began = await rows.complete(await rows.read(upload))
    assert began is not None
    assert (began.state, began.total_chunks, began.total_size) == (State.COMPLETING, 3, 24)
    assert began.completed_at is not None
    assert await rows.closing.find_completing(10) == [upload.id]


@pytest.mark.parametrize("chunks", [[1], [0, 2], [1, 2], [0, 1, 3]])
async def test_an_upload_with_a_hole_stays_open(rows: Rows, chunks: list[int]) -> None:
    upload = await rows.begin(chunk_size=8)
    for index in chunks:
        await rows.put(upload, index, 8)
    for total_chunks in range(max(chunks) + 3):
        assert await rows.complete(await rows.read(upload), total_chunks=total_chunks) is None
    assert (await rows.read(upload)).state is State.OPEN


async def test_an_empty_file_may_have_no_chunk_at_all(rows: Rows) -> None:
    upload = await rows.begin(total_size=0)
    began = await rows.complete(upload)
    assert began is not None
    assert (began.total_chunks, began.total_size) == (0, 0)
    assert await rows.closing.sources(upload.id, rows.spool_id) == []


async def test_what_was_judged_must_still_be_so(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    judged = await rows.read(upload)
    await rows.put(upload, 1, 8)
    assert await rows.complete(judged) is None


async def test_of_fifty_who_complete_at_once_one_begins(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    whole = await rows.read(upload)
    began = await asyncio.gather(*(rows.complete(whole) for _ in range(50)))
    assert sum(each is not None for each in began) == 1


async def test_one_process_closes_until_it_lets_go_or_its_lease_lapses(
    rows: Rows, clock: Clock
) -> None:
    upload = await completing(rows)
    first, second = uuid4(), uuid4()
    taken = await asyncio.gather(
        *(rows.closing.take(upload.id, holder, LEASE_SECONDS) for holder in (first, second))
    )
    winner, loser = (first, second) if taken[0] is not None else (second, first)
    assert sum(each is not None for each in taken) == 1
    assert await rows.closing.find_completing(10) == []
    await rows.closing.let_go(upload.id, loser)
    assert await rows.closing.take(upload.id, loser, LEASE_SECONDS) is None
    await rows.closing.let_go(upload.id, winner)
    assert await rows.closing.take(upload.id, loser, LEASE_SECONDS) is not None
    await clock.advance(seconds=LEASE_SECONDS + 1)
    assert await rows.closing.find_completing(10) == [upload.id]
    assert await rows.closing.take(upload.id, winner, LEASE_SECONDS) is not None


async def begin_to_close(rows: Rows, upload: Upload, closer: Closer) -> Taken:
    judged = await rows.read(upload)
    wanted = Completion(upload.id, judged.chunk_count, None, None, None)
    taken = await rows.closing.begin_completing(judged, wanted, closer)
    assert taken is not None
    return taken


async def test_who_begins_holds_it_and_puts_what_fits_one_part(rows: Rows, clock: Clock) -> None:
    upload = await rows.begin(chunk_size=4)
    await rows.put(upload, 1, 3)
    await rows.put(upload, 0, 4)
    closer = Closer(uuid4(), rows.spool_id)
    taken = await begin_to_close(rows, upload, closer)
    assert taken.upload.closing
    assert taken.chunks == await rows.closing.sources(upload.id, rows.spool_id)
    assert await rows.closing.take(upload.id, uuid4(), LEASE_SECONDS) is None
    assert await rows.closing.find_completing(10) == []
    await clock.advance(seconds=closer.lease_seconds + 1)
    assert await rows.closing.find_completing(10) == [upload.id]
    late = await rows.closing.take(upload.id, uuid4(), LEASE_SECONDS)
    assert late is not None
    assert late.upload.closing, "whoever comes next looks first"


async def test_a_file_of_no_chunks_is_put_as_well(rows: Rows) -> None:
    upload = await rows.begin(total_size=0)
    taken = await begin_to_close(rows, upload, Closer(uuid4(), rows.spool_id))
    assert (taken.upload.closing, taken.chunks) == (True, [])


async def test_what_lies_in_another_spool_is_not_marked(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    taken = await begin_to_close(rows, upload, Closer(uuid4(), SpoolId(uuid4())))
    assert (taken.upload.closing, taken.chunks) == (False, None)


async def of_parts(rows: Rows, **changes: Any) -> Upload:
    upload = await rows.begin(chunk_size=8, **changes)
    await rows.put(upload, 0, 8)
    await rows.put(upload, 1, 3)
    return upload


async def test_what_has_parts_that_are_still_to_be_sent_is_not_marked(rows: Rows) -> None:
    upload = await of_parts(rows)
    await send_one(rows, upload)
    taken = await begin_to_close(rows, upload, Closer(uuid4(), rows.spool_id))
    assert (taken.upload.closing, taken.chunks, taken.parts) == (False, None, None)
    assert await rows.closing.sent_parts(upload.id) is None


async def send_one(rows: Rows, upload: Upload) -> None:
    multipart = await rows.multipart(upload)
    claim = await rows.claim(upload)
    assert claim is not None
    assert await rows.note(claim, multipart) is not None


async def test_who_begins_completes_what_the_store_has_all_parts_of(
    rows: Rows, clock: Clock
) -> None:
    upload = await of_parts(rows)
    await rows.relay(upload)
    closer = Closer(uuid4(), rows.spool_id)
    taken = await begin_to_close(rows, upload, closer)
    assert (taken.upload.closing, taken.chunks) == (True, None)
    assert taken.parts == await rows.reading.parts(upload.id)
    assert [part.number for part in taken.parts or ()] == [1, 2]
    await clock.advance(seconds=closer.lease_seconds + 1)
    late = await rows.closing.take(upload.id, uuid4(), LEASE_SECONDS)
    assert late is not None
    assert (late.upload.closing, late.parts) == (True, None), "whoever comes next looks first"
    assert await rows.closing.sent_parts(upload.id) == taken.parts


async def test_who_takes_it_after_its_last_part_completes_it_as_well(rows: Rows) -> None:
    upload = await of_parts(rows)
    await send_one(rows, upload)
    assert await rows.complete(await rows.read(upload)) is not None
    early, late = uuid4(), uuid4()
    taken = await rows.closing.take(upload.id, early, LEASE_SECONDS)
    assert taken is not None
    assert (taken.upload.closing, taken.parts) == (False, None)
    await rows.closing.let_go(upload.id, early)
    await rows.relay(upload)
    taken = await rows.closing.take(upload.id, late, LEASE_SECONDS)
    assert taken is not None
    assert taken.upload.closing
    assert taken.parts == await rows.reading.parts(upload.id)


async def test_parts_of_a_multipart_upload_that_is_gone_do_not_count(rows: Rows) -> None:
    upload = await of_parts(rows)
    await rows.relay(upload)
    await rows.database.run(REPLACED, upload=upload.id, mpu_id="another")
    taken = await begin_to_close(rows, upload, Closer(uuid4(), rows.spool_id))
    assert (taken.upload.closing, taken.parts) == (False, None)


async def test_parts_that_were_presigned_are_marked_by_who_completes_them(rows: Rows) -> None:
    upload = await of_parts(rows)
    await rows.relay(upload)
    assert await rows.complete(await rows.read(upload)) is not None
    await rows.database.run(UNMARKED, upload=upload.id, way=Way.MULTIPART)
    taken = await rows.closing.take(upload.id, uuid4(), LEASE_SECONDS)
    assert taken is not None
    assert (taken.upload.closing, taken.parts) == (False, None)


async def test_only_who_closes_sets_and_clears_the_mark(rows: Rows, clock: Clock) -> None:
    upload = await completing(rows)
    slow, quick = uuid4(), uuid4()
    await rows.closing.take(upload.id, slow, LEASE_SECONDS)
    await clock.advance(seconds=LEASE_SECONDS + 1)
    await rows.closing.take(upload.id, quick, LEASE_SECONDS)
    assert not await rows.closing.set_closing(upload.id, slow)
    assert await rows.closing.set_closing(upload.id, quick)
    assert (await rows.read(upload)).closing
    assert not await rows.closing.clear_closing(upload.id, slow)
    assert await rows.closing.clear_closing(upload.id, quick)
    assert not (await rows.read(upload)).closing


async def test_an_open_upload_is_not_closed(rows: Rows) -> None:
    upload = await rows.begin()
    assert await rows.closing.take(upload.id, uuid4(), LEASE_SECONDS) is None
    assert not await rows.closing.set_closing(upload.id, uuid4())


async def test_the_mark_outlives_the_process_that_set_it(rows: Rows, clock: Clock) -> None:
    upload = await completing(rows)
    holder = uuid4()
    await rows.closing.take(upload.id, holder, LEASE_SECONDS)
    await rows.closing.set_closing(upload.id, holder)
    await clock.advance(seconds=LEASE_SECONDS + 1)
    taken = await rows.closing.take(upload.id, uuid4(), LEASE_SECONDS)
    assert taken is not None
    assert taken.upload.closing


async def test_the_sources_are_all_chunks_in_order_or_nothing(rows: Rows) -> None:
    upload = await completing(rows)
    sources = await rows.closing.sources(upload.id, rows.spool_id)
    assert sources is not None
    places = [(each.index, each.offset, each.size_bytes) for each in sources]
    assert places == [(0, 0, 8), (1, 8, 3)]
    other = await rows.beside()
    assert await rows.closing.sources(upload.id, other.spool_id) is None


async def test_an_etag_is_replaced_only_for_the_multipart_upload_that_has_it(rows: Rows) -> None:
    upload = await completing(rows)
    await rows.relay(upload)
    before = await rows.read(upload)
    stale = await rows.read(upload)
    await rows.closing.replace_etag(before, 1, '"new"')
    parts = await rows.reading.parts(upload.id)
    assert parts[0].sent is not None
    assert parts[0].sent.etag == '"new"'
    assert before.multipart is not None
    await rows.repairing.forget_multipart(upload.id, before.multipart)
    await rows.closing.replace_etag(stale, 1, '"late"')
    assert [part.sent for part in await rows.reading.parts(upload.id)] == [None, None]
