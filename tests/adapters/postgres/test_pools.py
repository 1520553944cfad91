"""A pool that closes waits for who gives a connection back, and not for who never will."""

import asyncio
import time

import asyncpg
import pytest

from chunk_service.adapters.postgres import pools
from chunk_service.adapters.postgres.pools import job_pool


async def test_a_connection_that_nobody_gives_back_is_cut(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "CLOSING_SECONDS", 0.2)
    began = time.monotonic()
    async with job_pool(database_url) as pool:
        kept = await pool.acquire()
    assert time.monotonic() - began < 5
    with pytest.raises(asyncpg.InterfaceError):
        await kept.fetchval("SELECT 1")


async def test_who_is_at_work_may_end(database_url: str) -> None:
    async with job_pool(database_url) as pool:

        async def work() -> object:
            async with pool.acquire() as connection:
                return await connection.fetchval("SELECT 1 FROM pg_sleep(0.3)")

        working = asyncio.create_task(work())
        await asyncio.sleep(0.1)
    assert await working == 1
