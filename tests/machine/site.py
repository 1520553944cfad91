"""What serves all examples of a run: one loop, one database with two ways in, the strict S3 double."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg

from chunk_service.adapters.postgres.database import Database, DatabaseOptions, open_database
from chunk_service.settings.urls import sqlalchemy_url
from tests.doubles.s3.double import S3Double
from tests.machine.instance import mark_tasks

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Site:
    """`pool` is for looking at rows, `database` for the parts of the product that run beside."""

    database_url: str
    double: S3Double
    runner: asyncio.Runner
    pool: asyncpg.Pool
    database: Database

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)


@contextmanager
def open_site(database_url: str, double: S3Double) -> Iterator[Site]:
    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        runner.get_loop().set_task_factory(mark_tasks)
        pool, database = runner.run(_open(database_url, stack))
        yield Site(database_url, double, runner, pool, database)
        runner.run(stack.aclose())


async def _open(database_url: str, stack: AsyncExitStack) -> tuple[asyncpg.Pool, Database]:
    pool = await asyncpg.create_pool(database_url, min_size=1, max_size=4)
    stack.push_async_callback(pool.close)
    options = DatabaseOptions(url=sqlalchemy_url(database_url), pool_size=1)
    return pool, await stack.enter_async_context(open_database(options))
