"""A statement that Postgres refuses to end a deadlock is asked again; nothing of it was left."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import pytest

from chunk_service.adapters.postgres.database import Database
from chunk_service.domain.errors import DatabaseUnavailable
from tests.fixtures.sql import text

BOTH = text("SELECT pg_advisory_xact_lock(1), pg_advisory_xact_lock(2)")
FIRST = text("SELECT pg_advisory_xact_lock(1)")
SECOND = text("SELECT pg_advisory_xact_lock(2)")
WAITING = text("SELECT count(*) AS count FROM pg_locks WHERE NOT granted")


T = TypeVar("T")


@pytest.mark.survives("Statements: a deadlock in the database", "the one it refuses is asked again")
async def test_a_statement_on_its_own_is_asked_again(database: Database) -> None:
    async with asyncio.timeout(60):
        asking = await _crossed(database, lambda: database.rows(BOTH))
        assert len(await asking) == 1


async def test_a_transaction_that_is_refused_may_be_tried_later(database: Database) -> None:
    async def ask() -> None:
        async with database.transaction() as transaction:
            await transaction.rows(BOTH)

    async with asyncio.timeout(60):
        asking = await _crossed(database, ask)
        with pytest.raises(DatabaseUnavailable):
            await asking


async def _crossed(
    database: Database, ask: Callable[[], Coroutine[Any, Any, T]]
) -> asyncio.Task[T]:
    """Ask for both locks in a deadlock with a transaction that survives it.

    Postgres refuses whoever has waited for a second and sees it then: on a slow machine it may be
    the transaction, and nothing was shown.
    """
    while True:
        with suppress(DatabaseUnavailable):
            async with database.transaction() as transaction:
                await transaction.rows(SECOND)
                asking = asyncio.create_task(ask())
                await _until_somebody_waits(database)
                await transaction.rows(FIRST)
                return asking
        await asking


async def _until_somebody_waits(database: Database) -> None:
    while True:
        row = await database.row(WAITING)
        if row is not None and row["count"]:
            return
