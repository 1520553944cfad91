"""Retention: marked when due, deleted after the grace, unless something changed meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest

from chunk_service.adapters.postgres.holding import HoldingRows
from chunk_service.adapters.postgres.retiring import RetiringRows
from chunk_service.usecases.change_file import FileChange
from chunk_service.usecases.retire_files import Retired, Weighed
from tests.adapters.postgres.clock import Clock
from tests.fixtures.retention import DAY, DyingRows, Retention
from tests.fixtures.rows import ALICE, Rows
from tests.fixtures.sql import text

LATER = datetime.now(UTC) + 1000 * DAY
LONG_AGO = datetime.now(UTC) - 1000 * DAY


@pytest.fixture
def retention(rows: Rows) -> Retention:
    return Retention(rows)


async def test_a_file_goes_in_two_steps_with_a_grace_between_them(
    retention: Retention, clock: Clock
) -> None:
    (file,) = await retention.plant()
    assert await retention.run() == Retired()
    await clock.advance(days=31)
    assert await retention.run.look() == Retired(marked=1)
    assert await retention.run() == Retired(marked=1)
    (marked,) = await retention.live()
    assert marked.deletion_due_at is not None
    assert marked.updated_at == file.updated_at
    await clock.advance(hours=23)
    assert await retention.run() == Retired()
    assert await retention.live() == [marked]
    await clock.advance(hours=2)
    assert await retention.run.look() == Retired(deleted=1)
    assert await retention.run() == Retired(deleted=1)
    assert await retention.live() == []
    assert await retention.told() == {file.id: "retention"}
    assert [owed.id for owed in await retention.rows.deleting.find_owed(10)] == [file.id]
    assert await retention.run() == Retired()


@pytest.mark.parametrize(
    ("default", "own", "is_due"),
    [
        (30 * DAY, LATER, False),
        (30 * DAY, None, False),
        (1000 * DAY, LONG_AGO, True),
        (None, LONG_AGO, True),
        (None, LATER, False),
    ],
    ids=["later", "kept", "earlier", "dated", "dated later"],
)
async def test_a_files_own_date_comes_before_the_default(
    retention: Retention,
    clock: Clock,
    default: timedelta | None,
    own: datetime | None,
    is_due: bool,
) -> None:
    retention = retention.under(default=default)
    (file,) = await retention.plant(age=100 * DAY)
    await retention.redate(file, own)
    assert (await retention.run()).marked == is_due
    await clock.advance(days=2)
    assert (await retention.run()).deleted == is_due


async def test_without_date_and_default_a_file_lives_for_ever(retention: Retention) -> None:
    await retention.plant(age=10_000 * DAY)
    assert await retention.under(default=None).run() == Retired()


@pytest.mark.parametrize("own", [LATER, None], ids=["later", "kept"])
async def test_the_owner_can_undo_it_in_the_grace(
    retention: Retention, clock: Clock, own: datetime | None
) -> None:
    (file,) = await retention.plant(age=31 * DAY)
    await retention.run()
    assert (await retention.redate(file, own)).deletion_due_at is None
    await clock.advance(days=2)
    assert await retention.run() == Retired()


async def test_another_date_that_is_over_begins_a_grace_of_its_own(
    retention: Retention, clock: Clock
) -> None:
    (file,) = await retention.plant(age=31 * DAY)
    await retention.run()
    await clock.advance(hours=23)
    await retention.redate(file, LONG_AGO)
    assert await retention.run() == Retired(marked=1)
    await clock.advance(hours=23)
    assert await retention.run() == Retired()


async def test_a_new_name_changes_nothing_about_its_end(retention: Retention, clock: Clock) -> None:
    (file,) = await retention.plant(age=31 * DAY)
    await retention.run()
    await retention.rows.files.change(ALICE, file.key, FileChange("other.mp3", None))
    await clock.advance(days=2)
    assert (await retention.run()).deleted == 1


async def test_another_setting_takes_the_marks_back(retention: Retention, clock: Clock) -> None:
    await retention.plant(600, age=31 * DAY)
    assert (await retention.run()).marked == 600
    assert len({file.deletion_due_at for file in await retention.live()}) == 1
    assert await retention.under(default=None).run() == Retired()
    assert {file.deletion_due_at for file in await retention.live()} == {None}
    await clock.advance(days=2)
    assert (await retention.run()).deleted == 0


async def test_a_file_for_which_a_link_was_given_stays_until_that_ends(
    retention: Retention, clock: Clock
) -> None:
    (file,) = await retention.plant(age=31 * DAY)
    await retention.run()
    await clock.advance(days=2)
    await retention.rows.files.grant(ALICE, file.key, timedelta(minutes=10))
    assert await retention.run() == Retired()
    await clock.advance(minutes=11)
    assert await retention.run() == Retired(deleted=1)


async def test_a_held_file_is_never_due_and_has_the_whole_grace_afterwards(
    retention: Retention, clock: Clock
) -> None:
    holding = HoldingRows(retention.rows.database)
    (file,) = await retention.plant(age=31 * DAY)
    await retention.run()
    await holding.hold(file.key)
    await clock.advance(days=2)
    assert await retention.run() == Retired()
    await holding.release(file.key)
    assert await retention.run() == Retired(marked=1)
    await clock.advance(days=2)
    assert await retention.run() == Retired(deleted=1)


@pytest.mark.survives(
    "the database was restored, and files are due", "retention deletes and marks nothing"
)
async def test_a_database_that_may_be_an_older_one_loses_nothing(
    retention: Retention, clock: Clock
) -> None:
    await retention.plant(2, age=31 * DAY)
    await retention.run()
    await retention.plant(age=31 * DAY)
    await clock.advance(days=2)
    await retention.rows.database.run(text("UPDATE database_identity SET timeline = timeline + 1"))
    for done in (await retention.run.look(), await retention.run()):
        assert done == Retired(waits=True)
    assert len(await retention.live()) == 3
    assert len([file for file in await retention.live() if file.deletion_due_at is None]) == 1


@pytest.mark.survives(
    "The database's clock is years ahead for a while", "What it made due is taken back"
)
async def test_a_clock_that_is_set_right_takes_back_what_it_made_due(
    retention: Retention, clock: Clock
) -> None:
    await retention.plant()
    await retention.plant(age=31 * DAY)
    await clock.advance(days=1000)
    assert await retention.run() == Retired(marked=2)
    await clock.advance(days=-1000)
    assert await retention.run() == Retired(marked=1)
    due = [file.deletion_due_at for file in await retention.live()]
    assert due[0] is not None
    assert due[0] < datetime.now(UTC) + 2 * DAY
    assert due[1] is None


@pytest.mark.survives(
    "The worker dies while retention deletes", "The next run goes on; every file has one event"
)
async def test_a_run_that_died_is_taken_up_by_the_next(retention: Retention, clock: Clock) -> None:
    files = await retention.plant(5, age=31 * DAY)
    run = retention.run
    await run()
    await clock.advance(days=2)
    statements = retention.statements
    with pytest.raises(ConnectionAbortedError):
        await retention.over(statements, DyingRows(statements, left=2))()
    assert len(await retention.live()) == 3
    assert await run() == Retired(deleted=3)
    assert set(await retention.told()) == {file.id for file in files}


async def test_what_became_ready_after_the_weighing_is_left_to_the_next_run(
    retention: Retention, clock: Clock
) -> None:
    class SlowlyWeighing(RetiringRows):
        async def weigh(self) -> Weighed:
            weighed = await super().weigh()
            await clock.advance(minutes=11)
            return weighed

    files = await retention.plant(3, age=31 * DAY)
    await retention.run()
    await clock.advance(days=2)
    for file in files[:2]:
        await retention.rows.files.grant(ALICE, file.key, timedelta(minutes=10))
    statements = retention.statements
    slow = SlowlyWeighing(
        statements.database, statements.identity, statements.subscriptions, statements.policy
    )
    assert await retention.over(slow)() == Retired(deleted=1)
    assert await retention.run() == Retired(deleted=2)
