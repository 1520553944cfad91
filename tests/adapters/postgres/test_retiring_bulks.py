"""A bulk waits for an operator's word, which counts for exactly that batch and not for long."""

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from chunk_service.domain.errors import StateConflict
from chunk_service.usecases.retire_files import Retired
from chunk_service.usecases.review_retention import CONFIRMED_FOR, Standing
from tests.adapters.postgres.clock import Clock
from tests.fixtures.retention import DAY, DyingRows, Retention
from tests.fixtures.rows import ALICE, Rows

LONG_AGO = datetime.now(UTC) - 1000 * DAY


@pytest.fixture
async def retention(rows: Rows, clock: Clock) -> Retention:
    """Of ten files five may go, which is over the share of four and the number of two."""
    retention = Retention(rows).under(max_share=0.4, bulk_files=2)
    await retention.plant(5)
    await retention.plant(5, age=31 * DAY)
    assert await retention.run() == Retired(marked=5)
    await clock.advance(days=2)
    return retention


async def batch_of(retention: Retention) -> str:
    batch = (await retention.run.look()).batch
    assert batch is not None
    return batch


@pytest.mark.survives(
    "A wrong setting or clock makes most files due", "Nothing is deleted until an operator confirms"
)
async def test_a_bulk_is_refused_loudly_however_often_it_is_tried(retention: Retention) -> None:
    batch = await batch_of(retention)
    assert await retention.run.look() == Retired(refused=5, batch=batch)
    for _ in range(2):
        with capture_logs() as logs:
            assert await retention.run() == Retired(refused=5, batch=batch)
        (error,) = [line for line in logs if line["log_level"] == "error"]
        assert (error["files"], error["live"]) == (5, 10)
        assert error["confirm_by"].endswith(f"retention confirm {batch}")
    assert len(await retention.live()) == 10
    assert await retention.told() == {}


async def test_what_is_no_bulk_needs_no_word(retention: Retention) -> None:
    assert (await retention.under(max_share=0.5).run()).deleted == 5


async def test_a_confirmed_batch_goes_with_the_next_run(retention: Retention) -> None:
    assert await retention.review.confirm(await batch_of(retention)) == 5
    standings = {due.standing for due in await retention.review(100)}
    assert standings == {Standing.CONFIRMED}
    assert await retention.run.look() == Retired(deleted=5)
    assert await retention.run() == Retired(deleted=5)


async def test_another_batch_is_not_confirmed(retention: Retention) -> None:
    batch = await batch_of(retention)
    for other in ("", "x", f"6-{batch.partition('-')[2]}"):
        with pytest.raises(StateConflict):
            await retention.review.confirm(other)
    (file, *_) = await retention.live()
    await retention.rows.files.grant(ALICE, file.key, timedelta(minutes=10))
    with pytest.raises(StateConflict):
        await retention.review.confirm(batch)
    done = await retention.run()
    assert (done.deleted, done.refused) == (0, 4)


async def test_a_bulk_is_no_smaller_for_being_fetched_in_part(retention: Retention) -> None:
    (file, *_) = await retention.live()
    await retention.rows.files.grant(ALICE, file.key, timedelta(minutes=10))
    done = await retention.run()
    assert (done.deleted, done.refused) == (0, 4)


async def test_without_anything_to_go_there_is_nothing_to_confirm(retention: Retention) -> None:
    with pytest.raises(StateConflict):
        await retention.under(default=None).review.confirm("0-0")


async def test_what_comes_after_the_word_is_not_meant_by_it(
    retention: Retention, clock: Clock
) -> None:
    await retention.review.confirm(await batch_of(retention))
    fresh = [file for file in await retention.live() if file.deletion_due_at is None]
    for file in fresh[:4]:
        await retention.redate(file, LONG_AGO)
    short = retention.under(grace=timedelta(seconds=1))
    assert (await short.run()).deleted == 5
    await clock.advance(seconds=2)
    done = await short.run()
    assert (done.deleted, done.refused) == (0, 4)
    assert {file.id for file in await retention.live()} == {file.id for file in fresh}


async def test_a_confirmed_file_that_was_marked_anew_is_not_meant_by_it(
    retention: Retention, clock: Clock
) -> None:
    await retention.review.confirm(await batch_of(retention))
    for file in await retention.live():
        if file.deletion_due_at is not None:
            await retention.redate(file, LONG_AGO)
    short = retention.under(grace=timedelta(seconds=1))
    assert await short.run() == Retired(marked=5)
    await clock.advance(seconds=2)
    assert (await short.run()).refused == 5


async def test_the_word_does_not_count_for_long(retention: Retention, clock: Clock) -> None:
    batch = await batch_of(retention)
    await retention.review.confirm(batch)
    await clock.advance(seconds=CONFIRMED_FOR.total_seconds() + 1)
    assert await retention.run.look() == Retired(refused=5, batch=batch)
    assert await retention.run() == Retired(refused=5, batch=batch)


async def test_a_confirmed_batch_survives_a_run_that_dies(retention: Retention) -> None:
    await retention.review.confirm(await batch_of(retention))
    statements = retention.statements
    with pytest.raises(ConnectionAbortedError):
        await retention.over(statements, DyingRows(statements, left=2))()
    assert len(await retention.told()) == 2
    assert await retention.run() == Retired(deleted=3)
