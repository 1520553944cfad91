"""Retention beside everybody else: the first on the row wins, and the other one sees it.

`in_file_turn` lets both wait for the row's lock with what each saw when it began.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chunk_service.adapters.postgres.holding import HoldingRows
from chunk_service.domain.events import file_deleted_event
from chunk_service.domain.library import File
from chunk_service.domain.retention import Lifetime
from chunk_service.usecases.change_file import FileChange
from chunk_service.usecases.retire_files import BY_RETENTION, Retired
from tests.adapters.postgres.clock import Clock
from tests.adapters.postgres.test_deleting import WHY, mark
from tests.adapters.postgres.turns import in_file_turn
from tests.fixtures.retention import DAY, Retention
from tests.fixtures.rows import ALICE, Rows
from tests.fixtures.uploads import MOMENT

LATER = datetime.now(UTC) + 1000 * DAY
Rival = Callable[[Retention, File], Coroutine[Any, Any, object]]

each_order = pytest.mark.parametrize("is_rival_first", [True, False], ids=["rival", "retention"])


@pytest.fixture
def retention(rows: Rows) -> Retention:
    return Retention(rows)


async def ready(retention: Retention, clock: Clock) -> File:
    await retention.plant(age=31 * DAY)
    await retention.run()
    await clock.advance(days=2)
    (file,) = await retention.live()
    return file


async def retire(retention: Retention, file: File) -> bool:
    event = file_deleted_event(file, reason=BY_RETENTION, unique=uuid4(), at=MOMENT)
    return await retention.statements.mark(file, event, reason=BY_RETENTION)


async def redated(retention: Retention, file: File) -> object:
    change = FileChange(name=None, metadata=None, lifetime=Lifetime(LATER))
    return await retention.rows.files.change(ALICE, file.key, change)


async def fetched(retention: Retention, file: File) -> object:
    return await retention.rows.files.grant(ALICE, file.key, timedelta(minutes=10))


async def held(retention: Retention, file: File) -> object:
    return await HoldingRows(retention.rows.database).hold(file.key)


@each_order
@pytest.mark.parametrize("rival", [redated, fetched, held])
@pytest.mark.survives(
    "A file is dated anew, fetched or held while retention deletes it",
    "Whoever comes first: it stays, or it is gone and that is a 404",
)
async def test_who_wants_a_file_to_stay_comes_first_or_finds_it_gone(
    retention: Retention, clock: Clock, rival: Rival, is_rival_first: bool
) -> None:
    file = await ready(retention, clock)
    calls = [rival(retention, file), retire(retention, file)]
    if not is_rival_first:
        calls.reverse()
    results = await in_file_turn(retention.rows, file, *calls)
    found, retired = results if is_rival_first else reversed(results)
    assert (found is not None, retired) == (is_rival_first, not is_rival_first)
    assert len(await retention.live()) == is_rival_first
    assert len(await retention.told()) == (not is_rival_first)


@each_order
async def test_owner_and_retention_delete_a_file_once(
    retention: Retention, clock: Clock, is_rival_first: bool
) -> None:
    file = await ready(retention, clock)
    calls = [mark(retention.rows, file), retire(retention, file)]
    if not is_rival_first:
        calls.reverse()
    assert await in_file_turn(retention.rows, file, *calls) == [True, False]
    reason = WHY if is_rival_first else BY_RETENTION
    assert await retention.told() == {file.id: reason}


@each_order
async def test_a_date_beside_the_marking_is_the_one_that_counts(
    retention: Retention, is_rival_first: bool
) -> None:
    (file,) = await retention.plant(age=31 * DAY)
    if is_rival_first:
        await asyncio.gather(redated(retention, file), retention.run())
    else:
        await asyncio.gather(retention.run(), redated(retention, file))
    await retention.run()
    (left,) = await retention.live()
    assert left.deletion_due_at is None


async def test_a_setting_that_changed_meanwhile_keeps_a_file(
    retention: Retention, clock: Clock
) -> None:
    file = await ready(retention, clock)
    assert not await retire(retention.under(default=None), file)
    assert await retire(retention, file)


@pytest.mark.survives("Two workers run retention at once", "Every file goes once, with one event")
async def test_runs_at_once_delete_every_file_once(retention: Retention, clock: Clock) -> None:
    files = await retention.plant(40, age=31 * DAY)
    await asyncio.gather(*(retention.run() for _ in range(3)))
    assert len({file.id for file in await retention.live() if file.deletion_due_at}) == 40
    await clock.advance(days=2)
    done = await asyncio.gather(*(retention.run() for _ in range(3)))
    assert sum(each.deleted for each in done) == 40
    assert set(await retention.told()) == {file.id for file in files}
    assert await retention.run() == Retired()
