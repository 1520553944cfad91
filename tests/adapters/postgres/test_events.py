"""Operators find events by what they look for, and see every attempt."""

from datetime import timedelta

import pytest

from chunk_service.adapters.postgres.events import EventRows
from chunk_service.domain.states import State
from chunk_service.usecases.find_events import DeliveryState, EventFilter
from tests.adapters.postgres.clock import Clock
from tests.fixtures.deliveries import DELIVERED, FAILED, Deliveries
from tests.fixtures.rows import Rows


@pytest.fixture
def deliveries(rows: Rows) -> Deliveries:
    return Deliveries(rows)


@pytest.fixture
def events(rows: Rows) -> EventRows:
    return EventRows(rows.database)


async def test_events_are_paged_newest_first(deliveries: Deliveries, events: EventRows) -> None:
    ids = sorted([(await deliveries.new()).event_id for _ in range(5)], reverse=True)
    first = await events.list(EventFilter(limit=3))
    second = await events.list(EventFilter(limit=3, before=first[-1].id))
    assert [each.id for each in (*first, *second)] == ids


async def test_events_are_found_by_the_state_of_a_delivery(
    deliveries: Deliveries, events: EventRows
) -> None:
    dead, delivered, pending = [await deliveries.new() for _ in range(3)]
    await deliveries.kill(dead, "main")
    await deliveries.deliver(delivered)

    async def found(state: DeliveryState | None, endpoint: str | None = None) -> set[str]:
        wanted = EventFilter(limit=10, state=state, endpoint=endpoint)
        return {each.id for each in await events.list(wanted)}

    assert await found(DeliveryState.DEAD) == {dead.event_id}
    assert await found(DeliveryState.DEAD, "other") == set()
    assert await found(DeliveryState.DELIVERED) == {delivered.event_id}
    assert await found(DeliveryState.PENDING) == {dead.event_id, pending.event_id}
    assert await found(DeliveryState.PENDING, "main") == {pending.event_id}
    assert await found(None, "nobody") == set()


async def test_events_are_found_by_type_and_upload(rows: Rows, events: EventRows) -> None:
    aborted, failed = await rows.begin(), await rows.begin()
    await rows.end(aborted, State.ABORTED)
    await rows.end(failed, State.FAILED, failure="no")
    (by_type,) = await events.list(EventFilter(limit=10, event_type="upload.failed"))
    (by_upload,) = await events.list(EventFilter(limit=10, upload_id=aborted.id))
    assert (by_type.upload_id, by_upload.type) == (failed.id, "upload.aborted")


async def test_an_event_is_shown_with_its_bytes_and_every_attempt(
    rows: Rows, deliveries: Deliveries, events: EventRows, clock: Clock
) -> None:
    told = await deliveries.new()
    first = await deliveries.take(told.deliveries["main"])
    await rows.delivering.note_failed(first, FAILED, timedelta())
    await deliveries.take(told.deliveries["main"])
    await clock.advance(minutes=3)
    third = await deliveries.take(told.deliveries["main"])
    await rows.delivering.note_delivered(third, DELIVERED)
    shown = await events.read(told.event_id)
    assert shown is not None
    assert shown.payload == first.payload
    attempts = [(each.number, each.status, each.excerpt) for each in shown.attempts["main"]]
    assert attempts == [(1, 500, "sorry"), (2, None, None), (3, 204, None)]
    main, other = shown.summary.deliveries
    assert (main.state, main.attempts, main.last_status) == ("delivered", 3, 204)
    assert (other.state, other.attempts, other.last_status) == ("pending", 0, None)
    assert await events.read("msg_x") is None
