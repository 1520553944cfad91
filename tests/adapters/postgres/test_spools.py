"""Spools are volumes that this database knows; one that went away is told from one that is here."""

from datetime import timedelta
from uuid import uuid4

import pytest

from chunk_service.adapters.postgres.identity import DatabaseIdentity
from chunk_service.domain.states import State
from chunk_service.domain.uploads import SpoolId
from tests.adapters.postgres.clock import Clock
from tests.fixtures.rows import Rows
from tests.fixtures.sql import text

LONG = timedelta(minutes=10)


async def test_a_spool_is_known_once_it_was_added(rows: Rows) -> None:
    assert await rows.spools.is_known(rows.spool_id)
    assert not await rows.spools.is_known(SpoolId(uuid4()))
    await rows.spools.add(rows.spool_id)
    assert len(await rows.spools.list()) == 1


async def test_chunks_are_live_until_they_are_relayed_or_their_upload_ends(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    assert not await rows.spools.has_live_chunks()
    await rows.put(upload, 0, 8)
    assert await rows.spools.has_live_chunks()
    await rows.end(await rows.read(upload), State.ABORTED)
    assert not await rows.spools.has_live_chunks()


async def test_a_spool_without_heartbeat_is_away(rows: Rows, clock: Clock) -> None:
    other = await rows.beside()
    await clock.advance(minutes=11)
    await rows.spools.beat(rows.spool_id)
    assert await rows.spools.away(LONG) == [other.spool_id]
    await other.spools.beat(other.spool_id)
    assert await rows.spools.away(LONG) == []


@pytest.mark.survives(
    "A database is restored that saw a spool last longer ago than SPOOL_LOST_AFTER",
    "The spool is not given up, nor is any chunk that only it has",
)
async def test_a_database_that_was_restored_knows_of_no_spool_that_it_is_away(
    rows: Rows, clock: Clock
) -> None:
    await clock.advance(minutes=11)
    identity = DatabaseIdentity(rows.database)
    assert await identity.is_familiar()
    assert await rows.spools.away(LONG) == [rows.spool_id]
    await rows.database.run(text("UPDATE database_identity SET timeline = timeline + 1"))
    assert not await identity.is_familiar()
    assert await rows.spools.away(LONG) == []
    await identity.adopt()
    assert await rows.spools.away(LONG) == []
    await clock.advance(minutes=11)
    assert await rows.spools.away(LONG) == [rows.spool_id]


async def test_a_forgotten_spool_frees_its_uploads_and_its_bookings(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=4)
    await rows.put(upload, 0, 4)
    attempt = rows.attempt(upload, 1, 4)
    await rows.reserve(attempt, upload, 1)
    [(upload_id, names)] = await rows.spools.files_of(rows.spool_id)
    assert (upload_id, await rows.repairing.mark_missing(upload_id, names)) == (upload.id, [0])
    await rows.spools.forget(rows.spool_id)
    assert not await rows.receiving.release(attempt.id)
    other = await rows.beside()
    assert await other.put(upload, 0, 4) is not None
    assert (await rows.read(upload)).spool_id == other.spool_id


async def test_a_spool_that_returns_is_no_longer_forgotten(rows: Rows) -> None:
    await rows.spools.forget(rows.spool_id)
    assert [each.is_forgotten for each in await rows.spools.list()] == [True]
    await rows.spools.beat(rows.spool_id)
    assert [each.is_forgotten for each in await rows.spools.list()] == [False]
