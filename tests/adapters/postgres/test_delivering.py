"""A delivery is in one pair of hands, keeps its plan in its row, and is never forgotten."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.adapters.postgres.clock import Clock
from tests.fixtures.deliveries import DELIVERED, FAILED, LEASE, SILENT, Deliveries
from tests.fixtures.rows import ENDPOINTS, Rows
from tests.fixtures.sql import text


async def ids(rows: Rows) -> list[UUID]:
    """Those of a new event, in the order of their endpoints."""
    told = await Deliveries(rows).new()
    return [told.deliveries[endpoint] for endpoint in sorted(ENDPOINTS)]


async def state_of(rows: Rows, delivery_id: UUID) -> dict[str, Any]:
    row = await rows.database.row(
        text("SELECT state, attempts FROM deliveries WHERE id = :id"), id=delivery_id
    )
    assert row is not None
    return dict(row)


async def test_a_delivery_is_taken_with_the_bytes_of_its_event(rows: Rows) -> None:
    main, other = await ids(rows)
    first, second = await Deliveries(rows).take(main), await Deliveries(rows).take(other)
    assert [first.endpoint, second.endpoint] == sorted(ENDPOINTS)
    assert first.payload == second.payload
    assert (first.event_id, first.event_type) == (second.event_id, "upload.aborted")
    assert first.attempts == 1


async def test_of_many_workers_one_takes_a_delivery(rows: Rows) -> None:
    (delivery_id, _) = await ids(rows)
    takes = await asyncio.gather(*(rows.delivering.take(delivery_id, LEASE) for _ in range(10)))
    assert sum(each is not None for each in takes) == 1


async def test_a_worker_that_dies_lets_another_try_with_the_same_bytes(
    rows: Rows, clock: Clock
) -> None:
    (delivery_id, _) = await ids(rows)
    first = await Deliveries(rows).take(delivery_id)
    await clock.advance(minutes=2, seconds=1)
    again = await Deliveries(rows).take(delivery_id)
    assert (again.attempts, again.payload) == (2, first.payload)


async def test_what_was_delivered_is_never_taken_again(rows: Rows, clock: Clock) -> None:
    (delivery_id, _) = await ids(rows)
    await rows.delivering.note_delivered(await Deliveries(rows).take(delivery_id), DELIVERED)
    assert await state_of(rows, delivery_id) == {"state": "delivered", "attempts": 1}
    await clock.advance(days=10)
    assert await rows.delivering.take(delivery_id, LEASE) is None


async def test_a_failed_attempt_waits_as_long_as_was_planned(rows: Rows, clock: Clock) -> None:
    (delivery_id, _) = await ids(rows)
    jobs = await Deliveries(rows).count("pgqueuer")
    delivery = await Deliveries(rows).take(delivery_id)
    await rows.delivering.note_failed(delivery, FAILED, timedelta(minutes=5))
    assert await Deliveries(rows).count("pgqueuer") == jobs + 1
    await clock.advance(minutes=4, seconds=50)
    assert await rows.delivering.take(delivery_id, LEASE) is None
    await clock.advance(seconds=20)
    assert (await Deliveries(rows).take(delivery_id)).attempts == 2


async def test_a_wake_up_never_comes_before_its_delivery_is_due(rows: Rows) -> None:
    (delivery_id, _) = await ids(rows)
    delivery = await Deliveries(rows).take(delivery_id)
    await rows.delivering.note_failed(delivery, FAILED, timedelta(seconds=5))
    (row,) = await rows.database.rows(
        text(
            "SELECT j.execute_after - d.next_attempt_at AS late FROM pgqueuer j JOIN deliveries d "
            "ON j.dedupe_key = d.id || '.2'"
        )
    )
    assert timedelta() <= row["late"] < timedelta(seconds=1)


async def test_the_last_failure_makes_a_dead_letter_that_is_kept(rows: Rows, clock: Clock) -> None:
    (delivery_id, _) = await ids(rows)
    await rows.delivering.note_failed(await Deliveries(rows).take(delivery_id), FAILED, None)
    assert await state_of(rows, delivery_id) == {"state": "dead", "attempts": 1}
    await clock.advance(days=10)
    assert await rows.delivering.take(delivery_id, LEASE) is None


async def test_a_late_failure_does_not_undo_a_later_attempt(rows: Rows, clock: Clock) -> None:
    (delivery_id, _) = await ids(rows)
    slow = await Deliveries(rows).take(delivery_id)
    await clock.advance(minutes=3)
    quick = await Deliveries(rows).take(delivery_id)
    await rows.delivering.note_failed(slow, FAILED, None)
    assert (await state_of(rows, delivery_id))["state"] == "pending"
    await rows.delivering.note_delivered(quick, DELIVERED)
    await rows.delivering.note_failed(quick, FAILED, None)
    assert (await state_of(rows, delivery_id))["state"] == "delivered"


async def test_every_attempt_is_on_record(rows: Rows) -> None:
    (delivery_id, _) = await ids(rows)
    for failed in (FAILED, SILENT):
        await rows.delivering.note_failed(
            await Deliveries(rows).take(delivery_id), failed, timedelta()
        )
    await rows.delivering.note_delivered(await Deliveries(rows).take(delivery_id), DELIVERED)
    attempts = await rows.database.rows(
        text(
            "SELECT number, status, duration_ms, error, excerpt, "
            "service_now() - started_at < interval '1 minute' AS is_now "
            "FROM delivery_attempts ORDER BY number"
        )
    )
    assert [list(attempt.values()) for attempt in attempts] == [
        [1, 500, 1500, None, "sorry", True],
        [2, None, 15000, "ReadTimeout", None, True],
        [3, 204, 3, None, None, True],
    ]


async def test_an_attempt_is_on_record_before_it_is_made(rows: Rows) -> None:
    (delivery_id, _) = await ids(rows)
    await Deliveries(rows).take(delivery_id)
    attempts = await rows.database.rows(text("SELECT * FROM delivery_attempts"))
    assert [(each["number"], each["duration_ms"]) for each in attempts] == [(1, None)]


async def test_an_attempt_whose_worker_died_uses_up_no_other(rows: Rows, clock: Clock) -> None:
    (delivery_id, _) = await ids(rows)
    await Deliveries(rows).take(delivery_id)
    await clock.advance(minutes=3)
    second = await Deliveries(rows).take(delivery_id)
    assert (second.attempts, second.failures) == (2, 0)
    await rows.delivering.note_failed(second, FAILED, timedelta())
    assert (await Deliveries(rows).take(delivery_id)).failures == 1


async def test_who_finds_a_delivery_in_other_hands_knows_for_how_long(
    rows: Rows, clock: Clock
) -> None:
    (delivery_id, _) = await ids(rows)
    assert await rows.delivering.leased_for(delivery_id) is None
    delivery = await Deliveries(rows).take(delivery_id)
    remaining = await rows.delivering.leased_for(delivery_id)
    assert remaining is not None
    assert timedelta(seconds=110) < remaining <= LEASE
    await clock.advance(minutes=3)
    assert await rows.delivering.leased_for(delivery_id) is None
    await rows.delivering.note_delivered(delivery, DELIVERED)
    assert await rows.delivering.leased_for(delivery_id) is None


async def test_a_disabled_address_gets_nothing_and_another_one_does(rows: Rows) -> None:
    main, other = await ids(rows)
    await rows.delivering.disable("main", b"old")
    assert await rows.delivering.take(main, LEASE, b"old") is None
    assert await rows.delivering.leased_for(main) is None
    assert await rows.delivering.take(other, LEASE, b"old") is not None
    assert await rows.delivering.take(main, LEASE, b"new") is not None
