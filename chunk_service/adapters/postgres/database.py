"""The connection to Postgres: statements on autocommit, short transactions, errors in our words.

Statements that stand alone go out on autocommit: a transaction of one would cost two round trips
more. What a lost connection means is decided by the use case; here it only gets its name.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from sqlalchemy import RowMapping, TextClause
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from chunk_service.adapters.postgres.failed_statements import failed_statement
from chunk_service.adapters.postgres.timing import Watch, watch_statements
from chunk_service.domain.errors import DatabaseUnavailable

# Connections, authorization, no such database, resources, operators, the system.
UNAVAILABLE_CLASSES = frozenset({"08", "28", "3D", "53", "57", "58"})
CLOSED_DATABASE = "55000"


@dataclass(frozen=True, slots=True)
class DatabaseOptions:
    """`url` is an SQLAlchemy address for asyncpg; time-outs in seconds."""

    url: str
    pool_size: int
    pool_timeout_seconds: float = 5
    command_timeout_seconds: float = 30
    connect_timeout_seconds: float = 5


class Database:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def engine(self) -> AsyncEngine:
        return self._engine

    def checked_out(self) -> int:
        """Connections of the pool that are in use."""
        return cast("QueuePool", self._engine.pool).checkedout()

    async def rows(self, statement: TextClause, **values: object) -> Sequence[RowMapping]:
        """Run one statement on its own and give its rows."""
        async with translated(), self._autocommit.connect() as connection:
            result = await connection.execute(statement, values)
            return result.mappings().all()

    async def row(self, statement: TextClause, **values: object) -> RowMapping | None:
        found = await self.rows(statement, **values)
        return found[0] if found else None

    async def run(self, statement: TextClause, **values: object) -> int:
        """Run one statement on its own and give the number of rows it touched."""
        async with translated(), self._autocommit.connect() as connection:
            result = await connection.execute(statement, values)
            return int(result.rowcount)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A short transaction; nothing but statements belongs inside."""
        async with translated(), self._engine.begin() as connection:
            yield connection


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Name what means that the database can't be reached; other faults are bugs and pass on."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError, OSError) as error:
        raise DatabaseUnavailable from error
    except TimeoutError as error:
        raise DatabaseUnavailable from error
    except DBAPIError as error:
        if error.connection_invalidated or _is_unavailable(error.orig):
            raise DatabaseUnavailable from error
        raise failed_statement(error) from None


def _is_unavailable(cause: BaseException | None) -> bool:
    """Whether Postgres itself says so: starting, stopping, full, closed to us.

    https://www.postgresql.org/docs/18/errcodes-appendix.html
    """
    code = getattr(cause, "sqlstate", None)
    return isinstance(code, str) and (code[:2] in UNAVAILABLE_CLASSES or code == CLOSED_DATABASE)


@asynccontextmanager
async def open_database(
    options: DatabaseOptions, watch: Watch | None = None
) -> AsyncIterator[Database]:
    """A pool of connections, closed at the end; nothing is connected before the first use."""
    engine = create_async_engine(
        options.url,
        pool_size=options.pool_size,
        max_overflow=0,
        pool_timeout=options.pool_timeout_seconds,
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args={
            "timeout": options.connect_timeout_seconds,
            "command_timeout": options.command_timeout_seconds,
            "server_settings": {"application_name": "chunk-service", "jit": "off"},
        },
    )
    if watch is not None:
        watch_statements(engine.sync_engine, watch)
    try:
        yield Database(engine)
    finally:
        await asyncio.shield(engine.dispose())
