"""The upload of a file that is in memory: begun completing, in one statement or not at all."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from chunk_service.adapters.digests import digest_of
from chunk_service.adapters.postgres.draining import DrainingRows
from chunk_service.domain.states import State
from chunk_service.domain.uploads import Upload, Way
from chunk_service.usecases.beginning import Draft, IdempotencyKey, NoRoom
from chunk_service.usecases.closing import Closer
from tests.adapters.postgres.clock import Clock
from tests.adapters.postgres.test_beginning import limited
from tests.fixtures.chunk_bytes import bytes_of
from tests.fixtures.drafts import a_draft
from tests.fixtures.rows import Rows

KEY = IdempotencyKey("key", b"fingerprint")


def a_whole(**changes: Any) -> Draft:
    return a_draft(chunk_size=8, way=Way.WHOLE, **changes)


async def begin(
    rows: Rows,
    draft: Draft,
    length: int = 5,
    *,
    key: IdempotencyKey | None = None,
    closer: Closer | None = None,
) -> Upload | NoRoom | None:
    digest = digest_of(bytes_of(0, length), draft.recipe)
    closer = closer or Closer(uuid4(), rows.spool_id)
    return await rows.beginning.begin_in_memory(draft, key, digest=digest, closer=closer)


async def begun(rows: Rows, length: int = 5, **changes: Any) -> Upload:
    upload = await begin(rows, a_whole(**changes), length)
    assert isinstance(upload, Upload)
    return upload


@pytest.mark.parametrize("length", [3, 8])
@pytest.mark.parametrize("is_total_known", [True, False])
async def test_it_is_completing_with_all_its_bytes(
    rows: Rows, length: int, is_total_known: bool
) -> None:
    declared = {"total_size": length} if is_total_known else {}
    upload = await begun(rows, length, **declared)
    assert upload == await rows.read(upload)
    assert upload.state is State.COMPLETING
    assert upload.closing
    assert (upload.total_size, upload.total_chunks) == (length, 1)
    assert (upload.received_bytes, upload.prefix_bytes) == (length, length)
    assert (upload.chunk_count, upload.prefix_chunks, upload.highest_index) == (1, 1, 0)
    assert await rows.reading.received(upload.id) == [(0, 1)]


async def test_a_file_without_bytes_has_no_chunk(rows: Rows) -> None:
    upload = await begun(rows, 0)
    assert (upload.total_size, upload.total_chunks, upload.highest_index) == (0, 0, -1)
    assert await rows.closing.sources(upload.id, rows.spool_id) == []


async def test_it_is_held_by_who_began_it_until_the_lease_lapses(rows: Rows, clock: Clock) -> None:
    closer = Closer(uuid4(), rows.spool_id)
    upload = await begin(rows, a_whole(), closer=closer)
    assert isinstance(upload, Upload)
    assert await rows.closing.take(upload.id, uuid4(), 60) is None
    await clock.advance(seconds=61)
    taken = await rows.closing.take(upload.id, uuid4(), 60)
    assert taken is not None
    assert taken.upload.closing
    assert (taken.chunks, taken.parts) == (None, None)


async def test_whoever_takes_it_finds_that_it_has_no_file(rows: Rows) -> None:
    upload = await begun(rows)
    other = await rows.beside()
    for each in (rows, other):
        sources = await each.closing.sources(upload.id, each.spool_id)
        assert sources is not None
        assert [source.has_file for source in sources] == [False]


async def test_a_key_begins_it_once(rows: Rows) -> None:
    first = await begin(rows, a_whole(), key=KEY)
    assert isinstance(first, Upload)
    assert await begin(rows, a_whole(), key=KEY) is None
    earlier = await rows.beginning.find_earlier("alice", KEY)
    assert earlier is not None
    assert earlier.upload.id == first.id
    assert await rows.end(first, State.FAILED, failure="lost") is not None
    again = await begin(rows, a_whole(), key=KEY)
    assert isinstance(again, Upload)
    assert again.id != first.id


async def test_it_counts_against_the_owner(rows: Rows) -> None:
    few = limited(rows, open_limit=1)
    assert isinstance(await begin(few, a_whole()), Upload)
    assert await begin(few, a_whole()) is NoRoom.OPEN_UPLOADS
    narrow = limited(rows, stored_per_owner=10)
    assert isinstance(await begin(narrow, a_whole(owner="bob"), 6), Upload)
    assert await begin(narrow, a_whole(owner="bob"), 5) is NoRoom.QUOTA
    assert isinstance(await begin(narrow, a_whole(owner="bob"), 4), Upload)


async def test_a_full_spool_does_not_matter_and_a_draining_one_does(rows: Rows) -> None:
    full = limited(rows, spool=0, high_water=0)
    assert isinstance(await begin(full, a_whole()), Upload)
    await DrainingRows(rows.database).drain(rows.spool_id)
    assert await begin(rows, a_whole()) is NoRoom.DRAINING


async def test_stored_it_leaves_nothing_to_clean_up(rows: Rows) -> None:
    upload = await begun(rows)
    stored = await rows.end(upload, State.STORED)
    assert stored is not None
    assert stored.cleanup_due_at is None
    assert await rows.cleaning.find_owed(rows.spool_id, 10) != [upload.id]


async def test_failed_its_object_may_still_come(rows: Rows) -> None:
    upload = await begun(rows)
    failed = await rows.end(upload, State.FAILED, failure="lost")
    assert failed is not None
    assert failed.cleanup_due_at is not None
    assert upload.id in await rows.cleaning.find_owed(rows.spool_id, 10)


async def test_what_has_a_file_leaves_it(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8, way=Way.WHOLE)
    attempt = replace(rows.attempt(upload, 0, 8), way=Way.WHOLE)
    admission = await rows.reserve(attempt, upload, 0)
    assert await rows.record(attempt, admission, 0, bytes_of(0, 8)) is not None
    completing = await rows.complete(await rows.read(upload))
    assert completing is not None
    stored = await rows.end(completing, State.STORED)
    assert stored is not None
    assert stored.cleanup_due_at is not None
