"""Who is given a way to the bytes for a while is noted with the file; the longest time counts."""

from datetime import timedelta

import pytest

from chunk_service.domain.library import File
from chunk_service.domain.principals import Principal
from tests.adapters.postgres.clock import Clock
from tests.adapters.postgres.test_deleting import mark, stored
from tests.fixtures.rows import ALICE, Rows
from tests.fixtures.sql import text

IN_USE = text("SELECT granted_until - service_now() AS left FROM files WHERE id = :file")


async def left(rows: Rows, file: File) -> timedelta | None:
    row = await rows.database.row(IN_USE, file=file.id)
    assert row is not None
    found: timedelta | None = row["left"]
    return found


async def test_the_longest_grant_counts(rows: Rows, clock: Clock) -> None:
    file = await stored(rows)
    assert await left(rows, file) is None
    for minutes, most in ((5, 5), (10, 10), (1, 10)):
        assert await rows.files.grant(ALICE, file.key, timedelta(minutes=minutes)) == file
        counted = await left(rows, file)
        assert counted is not None
        assert timedelta(minutes=most - 1) < counted <= timedelta(minutes=most)
    await clock.advance(hours=1)
    await rows.files.grant(ALICE, file.key, timedelta(minutes=5))
    counted = await left(rows, file)
    assert counted is not None
    assert counted > timedelta(minutes=4)


@pytest.mark.parametrize(
    "stranger", [Principal(owner="bob"), Principal(owner="alice", file_id="124")]
)
async def test_nothing_is_granted_to_strangers_or_of_what_is_deleted(
    rows: Rows, stranger: Principal
) -> None:
    file = await stored(rows)
    assert await rows.files.grant(stranger, file.key, timedelta(minutes=5)) is None
    assert await left(rows, file) is None
    await mark(rows, file)
    assert await rows.files.grant(ALICE, file.key, timedelta(minutes=5)) is None
