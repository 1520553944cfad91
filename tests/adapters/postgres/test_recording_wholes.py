"""The only chunk of a file: recorded, and its upload completing, in one statement or not at all."""

from dataclasses import replace
from uuid import uuid4

import pytest

from chunk_service.domain.chunking import place
from chunk_service.domain.states import State
from chunk_service.domain.uploads import Upload
from chunk_service.usecases.closing import Closer
from chunk_service.usecases.receiving import Attempt
from tests.fixtures.audit import audit
from tests.fixtures.chunk_bytes import bytes_of, digest_of
from tests.fixtures.rows import LIMITS, Rows


def a_closer(rows: Rows) -> Closer:
    return Closer(uuid4(), rows.spool_id)


async def record(
    rows: Rows, upload: Upload, attempt: Attempt, *, length: int, closer: Closer
) -> Upload | None:
    placement = replace(place(upload.progress, 0, length, LIMITS), is_last=True)
    digest = digest_of(upload, bytes_of(0, length), 0)
    return await rows.receiving.record_whole(attempt, upload, placement, digest, closer)


@pytest.mark.parametrize("length", [3, 8])
@pytest.mark.parametrize("is_total_known", [True, False])
async def test_it_is_as_if_recorded_first_and_completed_then(
    rows: Rows, length: int, is_total_known: bool
) -> None:
    declared = {"total_size": length} if is_total_known else {}
    upload = await rows.begin(chunk_size=8, **declared)
    attempt = rows.attempt(upload, 0, length)
    await rows.reserve(attempt, upload, 0)
    closer = a_closer(rows)
    began = await record(rows, upload, attempt, length=length, closer=closer)
    assert began == await rows.read(upload)
    await audit(rows.database, upload.id)
    apart = await rows.begin(chunk_size=8, **declared)
    await rows.put(apart, 0, length)
    expected = await rows.complete(await rows.read(apart))
    assert expected is not None
    assert began == replace(
        expected,
        id=began.id,
        key=began.key,
        closing=True,
        created_at=began.created_at,
        expires_at=began.expires_at,
        completed_at=began.completed_at,
    )
    assert began.completed_at is not None
    assert await rows.closing.take(upload.id, uuid4(), 60) is None
    assert await rows.closing.clear_closing(upload.id, closer.holder)
    assert not await rows.receiving.release(attempt.id)


async def test_what_was_aborted_meanwhile_stays_so(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    attempt = rows.attempt(upload, 0, 8)
    await rows.reserve(attempt, upload, 0)
    assert await rows.end(upload, State.ABORTED)
    assert await record(rows, upload, attempt, length=8, closer=a_closer(rows)) is None
    assert (await rows.read(upload)).state is State.ABORTED


async def test_who_was_reaped_records_nothing(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    attempt = rows.attempt(upload, 0, 8)
    assert await record(rows, upload, attempt, length=8, closer=a_closer(rows)) is None
    found = await rows.read(upload)
    assert (found.state, found.chunk_count) == (State.OPEN, 0)


async def test_beside_a_rival_it_is_not_the_only_one(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    attempt = rows.attempt(upload, 0, 3)
    await rows.reserve(attempt, upload, 0)
    await rows.put(upload, 1, 8)
    assert await record(rows, upload, attempt, length=3, closer=a_closer(rows)) is None
    assert (await rows.read(upload)).state is State.OPEN
    await audit(rows.database, upload.id)
