"""Jobs are done once while all is well, and again when a worker died over them."""

import asyncio
import time
from datetime import timedelta
from uuid import UUID

import pytest

from chunk_service.domain.errors import DatabaseUnavailable
from chunk_service.worker.jobs import EVERY_HOUR, HEARTBEAT_TIMEOUT, LONGEST_WAIT, Periodic
from tests.service.waiting import until
from tests.worker.conftest import Log, Queue


async def asked(log: Log, count: int) -> None:
    async def now() -> int:
        return len(log.asked)

    await until(now, lambda number: number >= count)


async def test_every_job_is_done_once(queue: Queue) -> None:
    log = Log()
    async with queue.worked({"main": log}), queue.worked({"main": log}):
        ids = await queue.put("main", 50)
        await asked(log, 50)
        await until(queue.count, lambda left: left == 0)
    assert sorted(log.asked) == sorted(ids)


@pytest.mark.survives(
    "A receiver hangs, with many events for it", "The events of all others are delivered at once"
)
async def test_a_dead_receiver_delays_nobody_else(queue: Queue) -> None:
    living, hanging = Log(), 0
    release = asyncio.Event()

    async def hang(_: UUID) -> None:
        nonlocal hanging
        hanging += 1
        await release.wait()

    await queue.put("dead", 100)
    await queue.put("living", 100)
    async with queue.worked({"dead": hang, "living": living}, most=3):
        await asked(living, 100)
        assert hanging == 3
        release.set()


@pytest.mark.survives(
    "A worker is killed with jobs in hand",
    "Another takes them up when its heartbeat has been silent for ten seconds",
)
async def test_the_jobs_of_a_dead_worker_are_taken_up_in_bounded_time(queue: Queue) -> None:
    wake_up = await queue.put("main")
    almost = HEARTBEAT_TIMEOUT - timedelta(seconds=1)
    await queue.execute(
        "UPDATE pgqueuer SET status = 'picked', queue_manager_id = gen_random_uuid(), slot = 0, "
        f"heartbeat = now() - interval '{almost.total_seconds()} seconds'"
    )
    await queue.wake("main", wake_up)
    assert await queue.count() == 1
    log = Log()
    started = time.monotonic()
    async with queue.worked({"main": log}, most=1):
        await asked(log, 1)
    assert log.asked == wake_up
    assert time.monotonic() - started < 1 + LONGEST_WAIT.total_seconds() + 2


async def test_what_another_worker_has_in_hand_is_asked_for_again(queue: Queue) -> None:
    log = Log(answers=[timedelta(milliseconds=200)])
    async with queue.worked({"main": log}):
        (job,) = await queue.put("main")
        await asked(log, 2)
        await until(queue.count, lambda left: left == 0)
    assert log.asked == [job, job]


async def test_stopping_lets_what_is_under_way_finish(queue: Queue) -> None:
    begun, finished = asyncio.Event(), False

    async def deliver(_: UUID) -> None:
        nonlocal finished
        begun.set()
        await stopping.wait()
        assert await queue.count() == 1
        finished = True

    async with queue.worked({"main": deliver}) as stopping:
        await queue.put("main")
        await begun.wait()
        stopping.set()
    assert finished
    assert await queue.count() == 0


async def test_a_delivery_that_the_database_refused_ends_no_worker(queue: Queue) -> None:
    log = Log()

    async def fail_first(delivery_id: UUID) -> None:
        await log(delivery_id)
        if len(log.asked) == 1:
            raise DatabaseUnavailable

    async with queue.worked({"main": fail_first}):
        await queue.put("main")
        await asked(log, 1)
        await queue.put("main")
        await asked(log, 2)


@pytest.mark.survives("The worker's connections are cut", "It connects again and goes on")
async def test_a_lost_connection_ends_no_worker(queue: Queue) -> None:
    log = Log()
    async with queue.worked({"main": log}):
        await queue.put("main")
        await asked(log, 1)
        await queue.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND application_name <> 'chunk-service'"
        )
        await queue.put("main")
        await asked(log, 2)


async def test_work_that_breaks_in_an_unknown_way_ends_no_worker(queue: Queue) -> None:
    async def break_down() -> None:
        raise ValueError("a bug")

    log = Log()
    periodic = [Periodic("break", EVERY_HOUR, break_down, at_start=True)]
    async with queue.worked({"main": log}, periodic=periodic):
        await queue.put("main")
        await asked(log, 1)


async def test_what_is_due_is_looked_for_at_the_start(queue: Queue) -> None:
    looked = asyncio.Event()

    async def look() -> None:
        looked.set()

    periodic = [Periodic("look", EVERY_HOUR, look, at_start=True)]
    async with queue.worked({"main": Log()}, periodic=periodic):
        async with asyncio.timeout(5):
            await looked.wait()
