"""What is due is found again, however its job was lost; each endpoint by itself."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from chunk_service.adapters.postgres.waking import WakingRows
from tests.adapters.postgres.clock import Clock
from tests.fixtures.deliveries import FAILED, Deliveries
from tests.fixtures.rows import Rows

MAIN, OTHER = "deliver:main", "deliver:other"


@pytest.fixture
def deliveries(rows: Rows) -> Deliveries:
    return Deliveries(rows)


async def test_what_is_due_without_a_job_gets_one_and_only_one(
    rows: Rows, deliveries: Deliveries, clock: Clock
) -> None:
    told = await deliveries.new()
    await deliveries.clear_jobs()
    for _ in range(2):
        await rows.waking.wake_due()
    assert await deliveries.jobs() == [MAIN, OTHER]
    await deliveries.take(told.deliveries["main"])
    await deliveries.clear_jobs()
    await rows.waking.wake_due()
    assert await deliveries.jobs() == [OTHER]
    await clock.advance(minutes=3)
    await rows.waking.wake_due()
    assert await deliveries.jobs() == [MAIN, OTHER]


async def test_what_is_not_due_yet_is_left(
    rows: Rows, deliveries: Deliveries, clock: Clock
) -> None:
    told = await deliveries.new()
    delivery = await deliveries.take(told.deliveries["main"])
    await rows.delivering.note_failed(delivery, FAILED, timedelta(hours=1))
    await deliveries.clear_jobs()
    await rows.waking.wake_due()
    assert await deliveries.jobs() == [OTHER]
    await clock.advance(minutes=61)
    await rows.waking.wake_due()
    assert await deliveries.jobs() == [MAIN, OTHER]


async def test_what_was_told_or_given_up_is_not_woken(rows: Rows, deliveries: Deliveries) -> None:
    told = await deliveries.new()
    await deliveries.deliver(told, "main")
    await deliveries.kill(told, "other")
    await deliveries.clear_jobs()
    assert await rows.waking.wake_due() == 0
    assert await deliveries.jobs() == []


async def test_a_disabled_endpoint_is_not_woken_until_its_address_changes(
    rows: Rows, deliveries: Deliveries
) -> None:
    await deliveries.new()
    await deliveries.clear_jobs()
    await rows.delivering.disable("main", b"old")
    await WakingRows(rows.database, {"main": b"old"}).wake_due()
    assert await deliveries.jobs() == []
    await WakingRows(rows.database, {"main": b"new"}).wake_due()
    assert await deliveries.jobs() == [MAIN]


async def test_what_waits_for_an_unknown_endpoint_is_told_and_kept(
    rows: Rows, deliveries: Deliveries
) -> None:
    told = await deliveries.new()
    waking = WakingRows(rows.database, {"main": None})
    with capture_logs() as lines:
        assert await waking.tell_unserved() == ["other"]
    assert ["not configured" in line["event"] for line in lines] == [True]
    assert set((await deliveries.states(told)).values()) == {"pending"}
