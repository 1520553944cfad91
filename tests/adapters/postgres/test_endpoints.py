"""Operators see what waits for whom, and take a disabled endpoint into use again."""

from datetime import timedelta

from chunk_service.adapters.postgres.endpoints import EndpointRows
from tests.fixtures.deliveries import FAILED, Deliveries
from tests.fixtures.rows import Rows


async def test_what_waits_and_what_is_dead_is_counted(rows: Rows) -> None:
    deliveries = Deliveries(rows)
    for _ in range(2):
        await deliveries.new()
    await deliveries.kill(await deliveries.new(), "other")
    await deliveries.deliver(await deliveries.new())
    endpoints = EndpointRows(rows.database, {"main": b"m", "idle": b"i"})
    found = {each.name: each for each in await endpoints.list()}
    assert sorted(found) == ["idle", "main", "other"]
    assert (found["main"].pending, found["main"].dead) == (3, 0)
    assert (found["other"].pending, found["other"].dead) == (2, 1)
    assert (found["idle"].pending, found["idle"].dead) == (0, 0)
    assert [each.name for each in found.values() if not each.is_configured] == ["other"]


async def test_an_endpoint_is_disabled_at_its_address_only(rows: Rows) -> None:
    await rows.delivering.disable("main", b"old")
    (old,) = await EndpointRows(rows.database, {"main": b"old"}).list()
    (new,) = await EndpointRows(rows.database, {"main": b"new"}).list()
    assert old.disabled_at is not None
    assert new.disabled_at is None


async def test_what_waited_for_a_disabled_endpoint_goes_out_when_it_is_enabled(rows: Rows) -> None:
    deliveries = Deliveries(rows)
    told = await deliveries.new()
    delivery = await deliveries.take(told.deliveries["main"])
    await rows.delivering.disable("main", b"m")
    await rows.delivering.note_failed(delivery, FAILED, timedelta(hours=2))
    await deliveries.new()
    await deliveries.clear_jobs()
    endpoints = EndpointRows(rows.database, {"main": b"m"})
    assert await endpoints.enable("main") == 2
    assert await deliveries.jobs() == ["deliver:main"] * 2
    assert await rows.delivering.take(told.deliveries["main"], timedelta(minutes=1), b"m")


async def test_what_is_not_disabled_cannot_be_enabled(rows: Rows) -> None:
    assert await EndpointRows(rows.database, {"main": b"m"}).enable("main") is None
