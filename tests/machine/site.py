"""What serves many worlds, one after the other: a database, the strict S3 double."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from chunk_service.adapters.postgres.database import Database, DatabaseOptions, open_database
from tests.doubles.s3.double import S3Double
from tests.machine.instance import mark_tasks


@dataclass(frozen=True, slots=True)
class Site:
    """`pool` is for looking at rows, `database` for the parts of the product that run beside."""

    database_url: str
    double: S3Double
    pool: "asyncpg.Pool[asyncpg.Record]"
    database: Database


@asynccontextmanager
async def open_site(database_url: str, double: S3Double) -> AsyncIterator[Site]:
    """The running loop marks tasks from now on."""
    loop = asyncio.get_running_loop()
    loop.set_task_factory(mark_tasks)
    loop.set_exception_handler(_say_nothing)
    options = DatabaseOptions(url=database_url, pool_size=1)
    async with (
        asyncpg.create_pool(database_url, min_size=1, max_size=4) as pool,
        open_database(options) as database,
    ):
        yield Site(database_url, double, pool, database)


def _say_nothing(_loop: asyncio.AbstractEventLoop, _context: dict[str, Any]) -> None:
    """Tasks of the dead end as they may."""
