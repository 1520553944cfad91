"""An operator has an event told again: same row, same bytes, as many attempts as a new one."""

from datetime import timedelta

import pytest

from chunk_service.adapters.postgres.replaying import ReplayingRows
from chunk_service.usecases.replay_events import Told
from tests.fixtures.deliveries import FAILED, Deliveries
from tests.fixtures.rows import ENDPOINTS, Rows

MAIN, OTHER = "deliver:main", "deliver:other"


@pytest.fixture
def deliveries(rows: Rows) -> Deliveries:
    return Deliveries(rows)


@pytest.fixture
def replaying(rows: Rows) -> ReplayingRows:
    return ReplayingRows(rows.database)


async def test_what_was_delivered_is_told_again(
    deliveries: Deliveries, replaying: ReplayingRows
) -> None:
    told = await deliveries.new()
    await deliveries.deliver(told)
    await deliveries.clear_jobs()
    assert await replaying.replay(told.event_id, ["main"]) == ["main"]
    assert await deliveries.jobs() == [MAIN]
    assert await deliveries.states(told) == {"main": "pending", "other": "delivered"}
    again = await deliveries.take(told.deliveries["main"])
    assert (again.attempts, again.failures) == (2, 0)


async def test_a_wait_of_hours_is_cut_short(
    rows: Rows, deliveries: Deliveries, replaying: ReplayingRows
) -> None:
    told = await deliveries.new()
    delivery = await deliveries.take(told.deliveries["main"])
    await deliveries.clear_jobs()
    await rows.delivering.note_failed(delivery, FAILED, timedelta(hours=5))
    assert await deliveries.jobs() == []
    await replaying.replay(told.event_id, ["main"])
    assert await deliveries.jobs() == [MAIN]
    await deliveries.take(told.deliveries["main"])


async def test_what_is_being_told_is_left_to_that_attempt(
    deliveries: Deliveries, replaying: ReplayingRows
) -> None:
    told = await deliveries.new()
    await deliveries.take(told.deliveries["main"])
    assert await replaying.replay(told.event_id, ENDPOINTS) == ["other"]


async def test_who_was_not_there_then_can_be_told_now(
    deliveries: Deliveries, replaying: ReplayingRows
) -> None:
    told = await deliveries.new()
    assert await replaying.replay(told.event_id, ["late"]) == ["late"]
    assert (await deliveries.states(told))["late"] == "pending"
    assert "deliver:late" in await deliveries.jobs()
    assert await replaying.told(told.event_id) == Told(
        "upload.aborted", frozenset({"late", "main", "other"})
    )


async def test_an_unknown_event_is_told_to_nobody(replaying: ReplayingRows) -> None:
    assert await replaying.told("msg_x") is None
    assert await replaying.replay("msg_x", ["main"]) == []


async def test_all_dead_letters_are_tried_again_or_those_of_one_endpoint(
    deliveries: Deliveries, replaying: ReplayingRows
) -> None:
    told = [await deliveries.new() for _ in range(3)]
    for each in told:
        await deliveries.kill(each)
    await deliveries.clear_jobs()
    assert await replaying.replay_dead("other") == 3
    assert await deliveries.jobs() == [OTHER] * 3
    assert await deliveries.states(told[0]) == {"main": "dead", "other": "pending"}
    assert await replaying.replay_dead(None) == 3
    assert await replaying.replay_dead(None) == 0
    again = await deliveries.take(told[0].deliveries["main"])
    assert (again.attempts, again.failures) == (2, 0)
    assert await deliveries.jobs() == [MAIN] * 3 + [OTHER] * 3
