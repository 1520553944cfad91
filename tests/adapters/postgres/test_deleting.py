"""A file is deleted once, with its event; its object stays owed until it is known to be gone."""

from datetime import timedelta
from uuid import uuid4

import pytest

from chunk_service.domain.events import FILE_DELETED, file_deleted_event
from chunk_service.domain.library import File
from chunk_service.domain.principals import Principal
from chunk_service.domain.states import State
from tests.adapters.postgres.clock import Clock
from tests.fixtures.rows import ALICE, ENDPOINTS, Rows
from tests.fixtures.sql import text
from tests.fixtures.uploads import MOMENT

WHY = "nobody wants it"


async def stored(rows: Rows, **changes: object) -> File:
    upload = await rows.begin(chunk_size=8, **changes)
    await rows.put(upload, 0, 8)
    upload = await rows.read(upload)
    completing = await rows.complete(upload)
    assert completing is not None
    assert await rows.end(completing, State.STORED) is not None
    file = await rows.files.find(Principal(owner=upload.owner), upload.key)
    assert file is not None
    return file


async def mark(rows: Rows, file: File) -> bool:
    event = file_deleted_event(file, reason=WHY, unique=uuid4(), at=MOMENT)
    return await rows.deleting.mark(file, event, reason=WHY)


async def test_it_is_gone_for_everybody_and_everybody_is_told_once(rows: Rows) -> None:
    file = await stored(rows)
    assert await mark(rows, file)
    assert not await mark(rows, file)
    assert await rows.files.find(ALICE, file.key) is None
    assert await rows.deleting.was_deleted(ALICE, file.key)
    told = text(
        "SELECT d.endpoint FROM events e JOIN deliveries d ON d.event_id = e.id "
        f"WHERE e.type = '{FILE_DELETED}' AND e.upload_id = '{file.id}' ORDER BY 1"
    )
    assert [row["endpoint"] for row in await rows.database.rows(told)] == sorted(ENDPOINTS)


async def test_what_changed_since_it_was_read_is_not_deleted(rows: Rows) -> None:
    file = await stored(rows)
    await rows.database.run(text("UPDATE files SET updated_at = service_now()"))
    assert not await mark(rows, file)
    assert await rows.files.find(ALICE, file.key) is not None


@pytest.mark.parametrize(
    "stranger", [Principal(owner="bob"), Principal(owner="alice", file_id="124")]
)
async def test_a_stranger_neither_finds_it_nor_learns_that_it_was(
    rows: Rows, stranger: Principal
) -> None:
    file = await stored(rows)
    assert await rows.files.find(stranger, file.key) is None
    assert await mark(rows, file)
    assert not await rows.deleting.was_deleted(stranger, file.key)


async def test_its_object_is_owed_until_noted_as_removed(rows: Rows, clock: Clock) -> None:
    file = await stored(rows)
    assert await rows.deleting.find_owed(10) == []
    await mark(rows, file)
    assert [owed.id for owed in await rows.deleting.find_owed(10)] == [file.id]
    await rows.deleting.put_off(file.id, timedelta(minutes=1))
    assert await rows.deleting.find_owed(10) == []
    await clock.advance(minutes=2)
    assert len(await rows.deleting.find_owed(10)) == 1
    await rows.deleting.note_removed(file.id)
    assert await rows.deleting.find_owed(10) == []
