"""An upload ends once, and what follows from it is committed with it or not at all."""

import asyncio
from collections.abc import Sequence

import pytest

from chunk_service.adapters.postgres.connected import Row
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.ending import EndingRows
from chunk_service.adapters.postgres.failed_statements import StatementFailedError
from chunk_service.domain.receivers import Subscription
from chunk_service.domain.states import EVENTS, State
from chunk_service.domain.uploads import Upload
from tests.adapters.postgres.clock import Clock
from tests.fixtures.rows import ENDPOINTS, Rows
from tests.fixtures.sql import text

ENDS = sorted(EVENTS)


async def rows_of(database: Database, sql: str) -> Sequence[Row]:
    return await database.rows(text(sql))


async def count_all(database: Database) -> dict[str, int]:
    tables = ("files", "events", "deliveries", "pgqueuer")
    counts = {}
    for table in tables:
        counts[table] = (await rows_of(database, f"SELECT count(*) FROM {table}"))[0]["count"]
    return counts


async def ready_to_end(rows: Rows, clock: Clock) -> Upload:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    await clock.advance(hours=3)
    return await rows.read(upload)


@pytest.mark.parametrize("state", ENDS)
async def test_the_end_its_event_its_deliveries_and_their_jobs_are_there_together(
    rows: Rows, clock: Clock, state: State
) -> None:
    upload = await ready_to_end(rows, clock)
    ended = await rows.end(upload, state)
    assert ended is not None
    assert ended.state is state
    is_stored = state is State.STORED
    assert await count_all(rows.database) == {
        "files": int(is_stored),
        "events": 1,
        "deliveries": len(ENDPOINTS),
        "pgqueuer": len(ENDPOINTS),
    }
    (event,) = await rows_of(rows.database, "SELECT * FROM events")
    assert (event["type"], event["upload_id"]) == (EVENTS[state], upload.id)
    deliveries = await rows_of(rows.database, "SELECT endpoint FROM deliveries ORDER BY endpoint")
    assert [delivery["endpoint"] for delivery in deliveries] == sorted(ENDPOINTS)
    assert (ended.stored is not None) is is_stored


async def test_the_file_has_the_facts_of_its_upload(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8, content_type=None)
    await rows.put(upload, 0, 8)
    await rows.end(await rows.read(upload), State.STORED)
    (file,) = await rows_of(rows.database, "SELECT * FROM files")
    assert (file["upload_id"], file["owner"], file["key"]) == (upload.id, "alice", upload.key)
    assert (file["size_bytes"], file["etag"]) == (8, '"etag"')
    assert file["content_type"] == "application/octet-stream"
    assert not await rows.reading.was_deleted(upload.id)


@pytest.mark.parametrize("state", ENDS)
async def test_of_many_who_end_an_upload_one_does(rows: Rows, clock: Clock, state: State) -> None:
    upload = await ready_to_end(rows, clock)
    ended = await asyncio.gather(*(rows.end(upload, state) for _ in range(10)))
    assert sum(each is not None for each in ended) == 1
    assert (await count_all(rows.database))["events"] == 1


async def test_of_two_different_ends_at_once_one_is_told(rows: Rows) -> None:
    for _ in range(10):
        upload = await rows.begin()
        ends = (State.ABORTED, State.FAILED)
        ended = await asyncio.gather(*(rows.end(upload, state) for state in ends))
        winners = [each.state for each in ended if each is not None]
        assert winners == [(await rows.read(upload)).state]
    events = await rows_of(
        rows.database, "SELECT count(*), count(DISTINCT upload_id) AS uploads FROM events"
    )
    assert dict(events[0]) == {"count": 10, "uploads": 10}


async def test_a_state_that_was_left_meanwhile_is_not_ended(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    read = await rows.read(upload)
    assert await rows.complete(read) is not None
    assert await rows.end(read, State.ABORTED) is None
    assert set((await count_all(rows.database)).values()) == {0}
    assert (await rows.read(upload)).state is State.COMPLETING


async def test_a_rollback_leaves_nothing_behind(rows: Rows) -> None:
    upload = await rows.begin()
    ending = EndingRows(rows.database, [Subscription("main"), Subscription("main")])
    event = rows.event(upload, State.ABORTED)
    with pytest.raises(StatementFailedError):
        await ending.end(upload, State.ABORTED, event)
    assert set((await count_all(rows.database)).values()) == {0}
    assert (await rows.read(upload)).state is State.OPEN


async def test_no_endpoint_means_an_event_without_deliveries(rows: Rows) -> None:
    upload = await rows.begin()
    event = rows.event(upload, State.ABORTED)
    await EndingRows(rows.database, ()).end(upload, State.ABORTED, event)
    counts = await count_all(rows.database)
    assert counts == {"files": 0, "events": 1, "deliveries": 0, "pgqueuer": 0}


async def test_an_upload_that_made_progress_does_not_expire(rows: Rows, clock: Clock) -> None:
    upload = await rows.begin(chunk_size=8)
    await clock.advance(minutes=61)
    assert [each.id for each in await rows.sweeping.find_expired(10)] == [upload.id]
    await rows.put(upload, 0, 8)
    assert await rows.end(upload, State.EXPIRED) is None
    assert await rows.sweeping.find_expired(10) == []
    await clock.advance(minutes=61)
    assert await rows.end(upload, State.EXPIRED) is not None


async def test_why_an_upload_failed_is_kept(rows: Rows) -> None:
    upload = await rows.begin()
    await rows.end(upload, State.FAILED, failure="The store refused it.")
    failed = await rows.read(upload)
    assert (failed.failure, failed.stored) == ("The store refused it.", None)
