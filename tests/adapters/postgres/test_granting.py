"""Downloads are granted as often as a share allows, whoever asks at the same time."""

import asyncio
from datetime import timedelta

import pytest

from chunk_service.domain.shares import Share, hash_token
from chunk_service.usecases.check_password import GuessLimit
from tests.adapters.postgres.clock import Clock
from tests.adapters.postgres.test_deleting import mark, stored
from tests.fixtures.rows import ALICE, Rows
from tests.fixtures.shares import TOKEN, surely_shared
from tests.fixtures.sql import text

ROUNDS = 20
LIMIT = GuessLimit(per_minute=5)


async def test_a_token_finds_its_share_and_no_other_does(rows: Rows) -> None:
    file = await stored(rows)
    share = await surely_shared(rows, file)
    found = await rows.granting.find(hash_token(TOKEN))
    assert found is not None
    assert (found.id, found.file, found.password_hash) == (share.id, file, None)
    assert await rows.granting.find(hash_token(TOKEN[::-1])) is None


@pytest.mark.survives("A file is due for deletion while its share is downloaded", "it waits")
async def test_retention_waits_for_who_downloads(rows: Rows) -> None:
    file = await stored(rows)
    share = await surely_shared(rows, file)
    await rows.granting.grant(share.id)
    row = await rows.database.row(
        text("SELECT granted_until > service_now() AS in_use FROM files WHERE id = :id"),
        id=file.id,
    )
    assert row is not None
    assert row["in_use"]


@pytest.mark.survives("Shares: 50 downloads at once of one that allows 5", "5 are granted")
async def test_downloads_at_once_never_pass_the_limit(rows: Rows) -> None:
    share = await surely_shared(rows, await stored(rows), max_downloads=5)
    grants = await asyncio.gather(*(rows.granting.grant(share.id) for _ in range(50)))
    counts = [grant.downloads for grant in grants if grant is not None]
    assert sorted(counts) == [1, 2, 3, 4, 5]
    assert await rows.granting.find(hash_token(TOKEN)) is None


async def test_an_ended_share_is_like_one_that_never_was(rows: Rows) -> None:
    revoked = await stored(rows)
    share = await surely_shared(rows, revoked)
    await rows.sharing.revoke(ALICE, revoked.key, share.id)
    assert await _is_closed(rows, share, TOKEN)

    deleted = await stored(rows)
    share = await surely_shared(rows, deleted, token=TOKEN[::-1])
    assert await mark(rows, deleted)
    assert await _is_closed(rows, share, TOKEN[::-1])


async def test_a_share_ends_a_second_early_so_that_no_link_outlives_it(
    rows: Rows, clock: Clock
) -> None:
    end = await rows.sharing.deadline(timedelta(minutes=1))
    share = await surely_shared(rows, await stored(rows), expires_at=end)
    grant = await rows.granting.grant(share.id)
    assert grant is not None
    assert grant.time_left is not None
    assert timedelta(seconds=50) < grant.time_left <= timedelta(minutes=1)
    await clock.advance(seconds=59.5)
    assert await _is_closed(rows, share, TOKEN)


@pytest.mark.survives(
    "A file is deleted, or a share revoked, while it is downloaded", "granted or 404"
)
@pytest.mark.parametrize("ending", ["delete", "revoke"])
async def test_a_download_beside_the_end_is_granted_or_refused(rows: Rows, ending: str) -> None:
    for number in range(ROUNDS):
        token = f"{number:032}"
        file = await stored(rows)
        share = await surely_shared(rows, file, token=token)
        end = mark(rows, file) if ending == "delete" else _revoke(rows, file.key, share)
        results = await asyncio.gather(
            *(rows.granting.grant(share.id) for _ in range(4)),
            end,
            *(rows.granting.grant(share.id) for _ in range(4)),
        )
        assert results[4] is True
        granted = [each for each in (*results[:4], *results[5:]) if each is not None]
        assert await _is_closed(rows, share, token)
        (listed,) = await rows.sharing.list(file.id, before=None, limit=1)
        assert listed.share.downloads == len(granted)


@pytest.mark.survives("A file's row vanishes while its share is downloaded", "granted or 404")
async def test_a_download_beside_the_forgetting_of_its_file(rows: Rows) -> None:
    for _ in range(ROUNDS):
        share = await surely_shared(rows, await stored(rows))
        await asyncio.gather(
            *(rows.granting.grant(share.id) for _ in range(4)),
            rows.database.run(text("DELETE FROM files")),
            *(rows.granting.grant(share.id) for _ in range(4)),
        )
        assert await rows.granting.grant(share.id) is None


async def test_guesses_at_once_never_pass_their_limit(rows: Rows, clock: Clock) -> None:
    share = await surely_shared(rows, await stored(rows))
    booked = await asyncio.gather(*(rows.granting.book(share.id, LIMIT) for _ in range(30)))
    assert sum(booked) == LIMIT.per_minute
    await clock.advance(seconds=LIMIT.pause.total_seconds() + 0.1)
    booked = [await rows.granting.book(share.id, LIMIT) for _ in range(3)]
    assert booked == [True, False, False]


async def test_what_is_given_back_can_be_booked_again(rows: Rows) -> None:
    share = await surely_shared(rows, await stored(rows))
    for _ in range(3 * LIMIT.per_minute):
        assert await rows.granting.book(share.id, LIMIT)
        await rows.granting.give_back(share.id, LIMIT)


async def test_guesses_at_one_share_are_no_guesses_at_another(rows: Rows) -> None:
    file = await stored(rows)
    first = await surely_shared(rows, file)
    second = await surely_shared(rows, file, token=TOKEN[::-1])
    assert [await rows.granting.book(first.id, GuessLimit(1)) for _ in range(2)] == [True, False]
    assert await rows.granting.book(second.id, GuessLimit(1))


async def _revoke(rows: Rows, key: str, share: Share) -> bool:
    return await rows.sharing.revoke(ALICE, key, share.id)


async def _is_closed(rows: Rows, share: Share, token: str) -> bool:
    found = await rows.granting.find(hash_token(token))
    return found is None and await rows.granting.grant(share.id) is None
