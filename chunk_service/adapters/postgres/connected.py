"""Statements on one connection: run, timed, and their faults told in our words.

What a lost connection means is decided by the use case; here it only gets its name.
"""

import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from chunk_service.adapters.postgres.failed_statements import failed_statement
from chunk_service.adapters.postgres.statements import Statement
from chunk_service.domain.errors import DatabaseUnavailable

Row = asyncpg.Record
T = TypeVar("T")

# Connections, authorization, no such database, rollbacks, resources, operators, the system.
_UNAVAILABLE_CLASSES = frozenset({"08", "28", "3D", "40", "53", "57", "58"})
_CLOSED_DATABASE = "55000"


class Watch(Protocol):
    """Told how long each statement took."""

    def asked(self, seconds: float, *, failed: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Connected:
    """`connection` is asyncpg's own, for the queue's library."""

    connection: "PoolConnectionProxy[asyncpg.Record]"
    watch: Watch | None

    async def rows(self, statement: Statement, **values: object) -> Sequence[Row]:
        """Run the statement and give its rows."""
        ask = self.connection.fetch(statement.text, *statement.arguments(values))
        return await self._told(statement, ask)

    async def row(self, statement: Statement, **values: object) -> Row | None:
        found = await self.rows(statement, **values)
        return found[0] if found else None

    async def run(self, statement: Statement, **values: object) -> int:
        """Run the statement and give the number of rows it touched."""
        ask = self.connection.execute(statement.text, *statement.arguments(values))
        tag = await self._told(statement, ask)
        number = tag.rpartition(" ")[2]
        return int(number) if number.isdigit() else 0

    async def _told(self, statement: Statement, ask: Awaitable[T]) -> T:
        began, is_through = time.perf_counter(), False
        try:
            answer = await ask
            is_through = True
            return answer
        except asyncpg.PostgresError as error:
            if is_unavailable(error):
                raise
            raise failed_statement(error, statement.text) from None
        finally:
            if self.watch is not None:
                self.watch.asked(time.perf_counter() - began, failed=not is_through)


class Translated:
    """Names what means that the database can't be reached; other faults are bugs and pass on."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        if error is not None and _is_away(error):
            raise DatabaseUnavailable from error


def _is_away(error: BaseException) -> bool:
    if isinstance(error, asyncpg.PostgresError):
        return is_unavailable(error)
    # The internal one: Postgres was about to say why it closes the connection.
    return isinstance(
        error, asyncpg.InterfaceError | asyncpg.InternalClientError | OSError | TimeoutError
    )


def is_unavailable(error: asyncpg.PostgresError) -> bool:
    """Whether Postgres itself says so: starting, stopping, full, closed to us, in a deadlock.

    https://www.postgresql.org/docs/18/errcodes-appendix.html
    """
    code = error.sqlstate or ""
    return code[:2] in _UNAVAILABLE_CLASSES or code == _CLOSED_DATABASE
