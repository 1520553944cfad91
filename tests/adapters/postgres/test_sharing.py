"""A share is made together with its event, listed with its state, and revoked by its owner only."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from chunk_service.domain.events import FILE_DELETED, FILE_SHARED
from chunk_service.domain.principals import Principal
from chunk_service.domain.shares import ShareId, ShareState
from tests.adapters.postgres.clock import Clock
from tests.adapters.postgres.test_deleting import mark, stored
from tests.fixtures.rows import ALICE, ENDPOINTS, Rows
from tests.fixtures.shares import TOKEN, shared, surely_shared
from tests.fixtures.sql import text

ROUNDS = 20
TOLD = text("""
    SELECT e.type, e.payload, d.endpoint FROM events e LEFT JOIN deliveries d ON d.event_id = e.id
    WHERE e.type IN ('file.shared', 'file.deleted') ORDER BY e.created_at, d.endpoint
""")


async def test_every_share_of_a_file_is_told_to_everybody_and_its_token_to_nobody(
    rows: Rows,
) -> None:
    file = await stored(rows)
    await surely_shared(rows, file)
    await surely_shared(rows, file, token=TOKEN[::-1])
    told = await rows.database.rows(TOLD)
    assert sorted(row["endpoint"] for row in told) == sorted(ENDPOINTS * 2)
    assert {row["type"] for row in told} == {FILE_SHARED}
    assert not any(TOKEN.encode() in row["payload"] for row in told)


async def test_the_token_is_nowhere_in_the_row(rows: Rows) -> None:
    await surely_shared(rows, await stored(rows))
    (row,) = await rows.database.rows(text("SELECT s::text AS written FROM shares s"))
    assert TOKEN not in row["written"]
    assert TOKEN.encode().hex() not in row["written"]


async def test_a_deleted_file_is_shared_no_more(rows: Rows) -> None:
    file = await stored(rows)
    assert await mark(rows, file)
    assert await shared(rows, file) is None
    assert FILE_SHARED not in [row["type"] for row in await rows.database.rows(TOLD)]


@pytest.mark.survives("A file is shared while it is deleted", "shared before it, or not at all")
async def test_nobody_is_told_of_a_share_after_the_files_deletion(rows: Rows) -> None:
    for number in range(ROUNDS):
        file = await stored(rows)
        await asyncio.gather(mark(rows, file), shared(rows, file, token=f"{number:032}"))
        told = [row["type"] for row in await rows.database.rows(TOLD)]
        assert FILE_DELETED in told
        assert FILE_SHARED not in told[told.index(FILE_DELETED) :]
        await rows.database.run(text("TRUNCATE events, deliveries CASCADE"))


async def test_a_list_is_newest_first_in_pages_with_their_states(rows: Rows, clock: Clock) -> None:
    file = await stored(rows)
    end = await rows.sharing.deadline(timedelta(minutes=1))
    expired = await surely_shared(rows, file, token="a" * 32, expires_at=end)
    used_up = await surely_shared(rows, file, token="b" * 32, max_downloads=1)
    revoked = await surely_shared(rows, file, token="c" * 32)
    active = await surely_shared(rows, file, token="d" * 32, max_downloads=2)
    assert await rows.granting.grant(used_up.id) is not None
    assert await rows.sharing.revoke(ALICE, file.key, revoked.id)
    await clock.advance(minutes=2)
    first = await rows.sharing.list(file.id, before=None, limit=3)
    rest = await rows.sharing.list(file.id, before=first[-1].share.id, limit=3)
    assert [(each.share.id, each.state) for each in (*first, *rest)] == [
        (active.id, ShareState.ACTIVE),
        (revoked.id, ShareState.REVOKED),
        (used_up.id, ShareState.USED_UP),
        (expired.id, ShareState.EXPIRED),
    ]


async def test_a_share_is_revoked_once_and_for_good(rows: Rows, clock: Clock) -> None:
    file = await stored(rows)
    share = await surely_shared(rows, file)
    assert await rows.sharing.revoke(ALICE, file.key, share.id)
    (before,) = await rows.sharing.list(file.id, before=None, limit=10)
    await clock.advance(minutes=1)
    assert await rows.sharing.revoke(ALICE, file.key, share.id)
    (after,) = await rows.sharing.list(file.id, before=None, limit=10)
    assert after.share == before.share
    assert await rows.granting.grant(share.id) is None


@pytest.mark.parametrize(
    "stranger", [Principal(owner="bob"), Principal(owner="alice", file_id="124")]
)
async def test_a_stranger_revokes_nothing(rows: Rows, stranger: Principal) -> None:
    file = await stored(rows)
    share = await surely_shared(rows, file)
    assert not await rows.sharing.revoke(stranger, file.key, share.id)
    assert not await rows.sharing.revoke(ALICE, "uploads/another", share.id)
    assert not await rows.sharing.revoke(ALICE, file.key, ShareId(uuid4()))
    assert await rows.granting.grant(share.id) is not None


async def test_a_file_that_is_forgotten_takes_its_shares_along(rows: Rows) -> None:
    await surely_shared(rows, await stored(rows))
    await rows.database.run(text("DELETE FROM files"))
    assert await rows.database.rows(text("SELECT 1 FROM shares")) == []
