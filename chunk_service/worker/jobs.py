"""The queue's side of the worker: job name to use case, and the clock that finds what is due.

Jobs are wake-ups. One that is lost, or raised, is made again by the sweep from the rows that say
what is owed, so nothing here needs to be kept. A lost connection ends the run; it is begun again.
A worker that dies holds its jobs until its heartbeat has been silent for HEARTBEAT_TIMEOUT.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg
import structlog
from pgqueuer import PgQueuer
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job, Schedule

from chunk_service.domain.errors import ServiceError
from chunk_service.domain.objects import StoreError
from chunk_service.domain.receivers import lane
from chunk_service.domain.retries import backoff_seconds

log = structlog.get_logger(__name__)

EVERY_MINUTE = "* * * * *"
EVERY_HOUR = "0 * * * *"
HEARTBEAT_TIMEOUT = timedelta(seconds=10)
# Nobody rings for the jobs of a worker that died: they are found by asking.
LONGEST_WAIT = timedelta(seconds=2)
BATCH = 20
OUTAGES = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # Postgres was about to say why it closes the connection.
    asyncpg.InternalClientError,
    ServiceError,
    StoreError,
)


@dataclass(frozen=True, slots=True)
class Lane:
    """The deliveries of one endpoint, `most_at_once` of them in all workers together.

    `deliver` gives how long another worker may still have a delivery in hand, if one has.
    """

    endpoint: str
    deliver: Callable[[UUID], Awaitable[timedelta | None]]
    most_at_once: int


@dataclass(frozen=True, slots=True)
class Periodic:
    """Work on a schedule in cron's notation; each due time is taken up by one worker."""

    name: str
    schedule: str
    work: Callable[[], Awaitable[object]]
    at_start: bool = False


@dataclass(frozen=True, slots=True)
class JobParts:
    """`open_pool`: connections of the queue's own, for one run."""

    open_pool: Callable[[], AbstractAsyncContextManager["asyncpg.Pool[asyncpg.Record]"]]
    lanes: Sequence[Lane]
    periodic: Sequence[Periodic]


async def run_jobs(parts: JobParts, stopping: asyncio.Event) -> None:
    """Work until `stopping`; jobs under way are finished first."""
    failures = 0
    while not stopping.is_set():
        try:
            await _run_once(parts, stopping)
            failures = 0
            continue
        except OUTAGES as error:
            log.warning("queue put off", error=type(error).__name__, reason=str(error))
        except Exception:
            # Whatever it was: without this run nobody is told of anything.
            log.exception("queue failed")
        await _pause(stopping, backoff_seconds(failures, first=0.5, most=15, dice=random.random))
        failures += 1


async def _run_once(parts: JobParts, stopping: asyncio.Event) -> None:
    for periodic in parts.periodic:
        if periodic.at_start:
            await _work(periodic)
    async with parts.open_pool() as pool:
        queuer = PgQueuer.from_asyncpg_pool(pool)
        _register(queuer, parts)
        watching = asyncio.create_task(_shut_down(queuer, stopping))
        try:
            await queuer.run(
                dequeue_timeout=LONGEST_WAIT,
                batch_size=BATCH,
                heartbeat_timeout=HEARTBEAT_TIMEOUT,
            )
        finally:
            watching.cancel()


async def _shut_down(queuer: PgQueuer, stopping: asyncio.Event) -> None:
    await stopping.wait()
    queuer.shutdown.set()


def _register(queuer: PgQueuer, parts: JobParts) -> None:
    for each in parts.lanes:
        _register_lane(queuer, each)
    for periodic in parts.periodic:
        _register_periodic(queuer, periodic)


def _register_lane(queuer: PgQueuer, served: Lane) -> None:
    @queuer.entrypoint(lane(served.endpoint), concurrency_limit=served.most_at_once)
    async def deliver(job: Job) -> None:
        assert job.payload is not None
        try:
            wait = await served.deliver(UUID(job.payload.decode()))
        except ServiceError as error:
            log.warning("delivery put off", endpoint=served.endpoint, error=type(error).__name__)
            return
        if wait is not None:
            raise RetryRequested(wait, "another worker has it in hand")


def _register_periodic(queuer: PgQueuer, periodic: Periodic) -> None:
    @queuer.schedule(periodic.name, periodic.schedule)
    async def run(_schedule: Schedule) -> None:
        await _work(periodic)


async def _work(periodic: Periodic) -> None:
    try:
        await periodic.work()
    except OUTAGES as error:
        log.warning("periodic work put off", job=periodic.name, error=type(error).__name__)
    except Exception:
        log.exception("periodic work failed", job=periodic.name)


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        pass
