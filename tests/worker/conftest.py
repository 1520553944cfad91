"""A worker's run over the real queue, and deliveries that only have a name."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import asyncpg
import pytest

from chunk_service.adapters.postgres.database import Database, DatabaseOptions, open_database
from chunk_service.adapters.postgres.jobs import WakeUp, enqueue_deliveries
from chunk_service.adapters.postgres.pools import job_pool
from chunk_service.worker.jobs import JobParts, Lane, Periodic, run_jobs

Deliver = Callable[[UUID], Awaitable[timedelta | None]]


@dataclass
class Log:
    """What a lane was asked to deliver, in order."""

    asked: list[UUID] = field(default_factory=list)
    answers: list[timedelta | None] = field(default_factory=list)

    async def __call__(self, delivery_id: UUID) -> timedelta | None:
        self.asked.append(delivery_id)
        return self.answers.pop(0) if self.answers else None


@dataclass(frozen=True, slots=True)
class Queue:
    url: str
    database: Database

    async def put(self, endpoint: str, count: int = 1) -> list[UUID]:
        ids = [uuid4() for _ in range(count)]
        await self.wake(endpoint, ids)
        return ids

    async def wake(self, endpoint: str, ids: Sequence[UUID]) -> None:
        """Wake-ups for the first attempts; none where there is one already."""
        async with self.database.transaction() as connection:
            await enqueue_deliveries(connection, [WakeUp(each, endpoint, 1) for each in ids])

    async def execute(self, sql: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    async def count(self) -> int:
        connection = await asyncpg.connect(self.url)
        try:
            return int(await connection.fetchval("SELECT count(*) FROM pgqueuer"))
        finally:
            await connection.close()

    @asynccontextmanager
    async def worked(
        self, lanes: dict[str, Deliver], *, periodic: Sequence[Periodic] = (), most: int = 4
    ) -> AsyncIterator[asyncio.Event]:
        """A worker at it, until the block ends or the event is set."""
        stopping = asyncio.Event()
        parts = JobParts(
            open_pool=partial(job_pool, self.url),
            lanes=[Lane(name, deliver, most) for name, deliver in lanes.items()],
            periodic=periodic,
        )
        task = asyncio.create_task(run_jobs(parts, stopping))
        try:
            yield stopping
        finally:
            stopping.set()
            await task


@pytest.fixture
async def queue(database_url: str) -> AsyncIterator[Queue]:
    options = DatabaseOptions(url=database_url, pool_size=4)
    async with open_database(options) as database:
        yield Queue(database_url, database)
