"""The pool of connections to Postgres: statements on their own, and short transactions.

Straight on asyncpg: what lies between it and a statement costs more than the statement itself. One
that stands alone goes out on its own, since a transaction would cost two round trips more.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import asyncpg

from chunk_service.adapters.postgres.connected import Connected, Row, Translated, Watch
from chunk_service.adapters.postgres.lost_connections import note_lost_connections
from chunk_service.adapters.postgres.pools import Pool, closed_in_time
from chunk_service.adapters.postgres.statements import Statement

T = TypeVar("T")

# Every statement of ours fits, so each is prepared once per connection.
_MOST_PREPARED = 1024
_LONGEST_PREPARED = 64 * 1024
_MOST_USES = 1_000_000
_MOST_DEADLOCKS = 3


@dataclass(frozen=True, slots=True)
class DatabaseOptions:
    """`url` begins with postgresql://; time-outs in seconds."""

    url: str
    pool_size: int
    pool_timeout_seconds: float = 5
    command_timeout_seconds: float = 30
    connect_timeout_seconds: float = 5


@dataclass(frozen=True, slots=True)
class Database:
    pool: Pool
    pool_timeout_seconds: float
    watch: Watch | None = None

    def checked_out(self) -> int:
        """Connections of the pool that are in use."""
        return self.pool.get_size() - self.pool.get_idle_size()

    async def rows(self, statement: Statement, **values: object) -> Sequence[Row]:
        """Run one statement on its own and give its rows."""
        return await self._alone(Connected.rows, statement, values)

    async def row(self, statement: Statement, **values: object) -> Row | None:
        found = await self._alone(Connected.rows, statement, values)
        return found[0] if found else None

    async def run(self, statement: Statement, **values: object) -> int:
        """Run one statement on its own and give the number of rows it touched."""
        return await self._alone(Connected.run, statement, values)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connected]:
        """A short transaction; nothing but statements belongs inside."""
        with Translated():
            async with (
                self.pool.acquire(timeout=self.pool_timeout_seconds) as connection,
                connection.transaction(),
            ):
                yield Connected(connection, self.watch)

    async def _alone(
        self,
        ask: Callable[..., Awaitable[T]],
        statement: Statement,
        values: Mapping[str, object],
    ) -> T:
        """Again after a deadlock, which Postgres ends by refusing one of its statements, of which
        nothing is left then.

        There are some that no order of ours prevents: who updates a row that it has locked may have
        to pass a version of it where another queues for that lock.
        """
        with Translated():
            async with self.pool.acquire(timeout=self.pool_timeout_seconds) as connection:
                connected = Connected(connection, self.watch)
                for _ in range(_MOST_DEADLOCKS):
                    try:
                        return await ask(connected, statement, **values)
                    except asyncpg.DeadlockDetectedError:
                        continue
                return await ask(connected, statement, **values)


@asynccontextmanager
async def open_database(
    options: DatabaseOptions, watch: Watch | None = None
) -> AsyncIterator[Database]:
    """A pool of connections, closed at the end; nothing is connected before the first use."""
    note_lost_connections()
    pool = await asyncpg.create_pool(
        options.url,
        min_size=0,
        max_size=options.pool_size,
        max_queries=_MOST_USES,
        timeout=options.connect_timeout_seconds,
        command_timeout=options.command_timeout_seconds,
        statement_cache_size=_MOST_PREPARED,
        max_cached_statement_lifetime=0,
        max_cacheable_statement_size=_LONGEST_PREPARED,
        server_settings={"application_name": "chunk-service", "jit": "off"},
        init=_read_json,
        reset=_as_it_is,
    )
    async with closed_in_time(pool):
        yield Database(pool, options.pool_timeout_seconds, watch)


async def _read_json(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=str, decoder=json.loads, format="text"
    )


async def _as_it_is(_connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Nothing of ours outlives its transaction; to make sure would cost a round trip each time."""
