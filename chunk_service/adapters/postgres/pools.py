"""Pools that end in time: a connection that nobody gives back keeps no process from stopping."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

CLOSING_SECONDS = 5
_JOB_CONNECTIONS = 4
_JOB_COMMAND_SECONDS = 30


@asynccontextmanager
async def closed_in_time(pool: Pool) -> AsyncIterator[Pool]:
    try:
        yield pool
    finally:
        await asyncio.shield(_close(pool))


async def _close(pool: Pool) -> None:
    try:
        async with asyncio.timeout(CLOSING_SECONDS):
            await pool.close()
    except TimeoutError:
        pool.terminate()


@asynccontextmanager
async def job_pool(url: str) -> AsyncIterator[Pool]:
    """For the queue of a worker alone; connected once."""
    pool = await asyncpg.create_pool(
        url, min_size=1, max_size=_JOB_CONNECTIONS, command_timeout=_JOB_COMMAND_SECONDS
    )
    async with closed_in_time(pool):
        yield pool
