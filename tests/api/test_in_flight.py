"""Requests in work are counted, by owner too, and end within the grace of a stop."""

import asyncio

import pytest

from chunk_service.api.in_flight import InFlight, whole_seconds
from chunk_service.domain.errors import RateLimited, ShuttingDown


async def test_what_has_ended_is_not_counted() -> None:
    in_flight = InFlight()
    async with in_flight.one() as work:
        work.belong_to("alice", most=1)
        assert len(in_flight) == 1
    assert len(in_flight) == 0
    async with in_flight.one() as work:
        work.belong_to("alice", most=1)


async def test_one_owner_may_have_so_many_and_others_more() -> None:
    in_flight = InFlight()
    async with in_flight.one() as first, in_flight.one() as second:
        first.belong_to("alice", most=1)
        with pytest.raises(RateLimited):
            second.belong_to("alice", most=1)
        second.belong_to("bob", most=1)


async def _stalled(in_flight: InFlight) -> None:
    async with in_flight.one():
        await asyncio.Event().wait()


async def test_a_stop_ends_what_does_not_end_by_itself() -> None:
    in_flight = InFlight()
    tasks = [asyncio.create_task(_stalled(in_flight)) for _ in range(3)]
    await asyncio.sleep(0)
    assert len(in_flight) == len(tasks)
    await in_flight.end_within(0.01)
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(error) for error in ended] == [ShuttingDown] * 3
    with pytest.raises(ShuttingDown):
        await _stalled(in_flight)


async def test_a_time_out_of_its_own_stays_one() -> None:
    with pytest.raises(TimeoutError):
        async with InFlight().one():
            raise TimeoutError


async def test_a_stop_does_not_wait_longer_than_it_must() -> None:
    in_flight = InFlight()
    may_end = asyncio.Event()

    async def brief() -> None:
        async with in_flight.one():
            await may_end.wait()

    task = asyncio.create_task(brief())
    await asyncio.sleep(0)
    ending = asyncio.create_task(in_flight.end_within(3600))
    await asyncio.sleep(0)
    may_end.set()
    await ending
    await task


@pytest.mark.parametrize(("seconds", "whole"), [(0.001, 1), (1, 1), (1.001, 2), (59.5, 60)])
def test_retry_after_is_never_too_early(seconds: float, whole: int) -> None:
    assert whole_seconds(seconds) == whole
