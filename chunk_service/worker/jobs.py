"""The queue's side of the worker: job name to use case, and the clock that finds what is due.

Jobs are wake-ups. One that is lost, or raised, is made again by the sweep from the rows that say
what is owed, so nothing here needs to be kept. A lost connection ends the run; it is begun again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom
from uuid import UUID

import asyncpg
import structlog
from pgqueuer import PgQueuer
from pgqueuer.models import Job, Schedule

from chunk_service.domain.errors import ServiceError
from chunk_service.domain.objects import StoreError
from chunk_service.domain.retries import backoff_seconds

log = structlog.get_logger(__name__)

DICE = SystemRandom()

DELIVER = "deliver"
EVERY_MINUTE = "* * * * *"
EVERY_HOUR = "0 * * * *"


@dataclass(frozen=True, slots=True)
class Periodic:
    """Work on a schedule in cron's notation; each due time is taken up by one worker."""

    name: str
    schedule: str
    work: Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class JobParts:
    dsn: str
    deliver: Callable[[UUID], Awaitable[None]]
    periodic: Sequence[Periodic]
    connections: int = 4


async def run_jobs(parts: JobParts, stopping: asyncio.Event) -> None:
    """Work until `stopping`; jobs under way are finished first."""
    failures = 0
    while not stopping.is_set():
        try:
            await _run_once(parts, stopping)
            failures = 0
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, RuntimeError) as error:
            pause_seconds = backoff_seconds(failures, first=0.5, most=15, dice=DICE.random)
            failures += 1
            log.warning("queue put off", error=type(error).__name__, reason=str(error))
            await _pause(stopping, pause_seconds)


async def _run_once(parts: JobParts, stopping: asyncio.Event) -> None:
    async with asyncpg.create_pool(parts.dsn, min_size=1, max_size=parts.connections) as pool:
        queuer = PgQueuer.from_asyncpg_pool(pool)
        _register(queuer, parts)
        watching = asyncio.create_task(_shut_down(queuer, stopping))
        try:
            await queuer.run(dequeue_timeout=timedelta(seconds=5), batch_size=20)
        finally:
            watching.cancel()


async def _shut_down(queuer: PgQueuer, stopping: asyncio.Event) -> None:
    await stopping.wait()
    queuer.shutdown.set()


def _register(queuer: PgQueuer, parts: JobParts) -> None:
    @queuer.entrypoint(DELIVER)
    async def deliver(job: Job) -> None:
        assert job.payload is not None
        await parts.deliver(UUID(job.payload.decode()))

    for each in parts.periodic:
        _register_periodic(queuer, each)


def _register_periodic(queuer: PgQueuer, periodic: Periodic) -> None:
    @queuer.schedule(periodic.name, periodic.schedule)
    async def run(_schedule: Schedule) -> None:
        try:
            await periodic.work()
        except (ServiceError, StoreError) as error:
            log.warning("periodic work put off", job=periodic.name, error=type(error).__name__)


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        pass
