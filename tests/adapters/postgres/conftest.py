"""One database for all tests of statements, empty at the start of each, and its clock set right.

To clone a database for each of so many would take longer than they do.
"""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from chunk_service.adapters.postgres.database import Database, DatabaseOptions, open_database
from chunk_service.cli.stack.postgres import EmbeddedPostgres
from chunk_service.domain.uploads import SpoolId
from tests.adapters.postgres.clock import Clock
from tests.fixtures.databases import clone_database
from tests.fixtures.rows import Rows
from tests.fixtures.sql import text

CONNECTIONS = 12

EMPTY = """
    DO $$ BEGIN EXECUTE (
        SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    ); END $$
"""


@pytest.fixture(scope="session")
def statements_url(postgres_server: EmbeddedPostgres, migrated_template: str) -> str:
    return asyncio.run(clone_database(postgres_server, migrated_template))


@pytest.fixture
async def database(statements_url: str) -> AsyncIterator[Database]:
    options = DatabaseOptions(url=statements_url, pool_size=CONNECTIONS)
    async with open_database(options) as opened:
        async with opened.transaction() as connection:
            await connection.run(text(EMPTY))
        yield opened


@pytest.fixture
async def rows(database: Database) -> Rows:
    rows = Rows(database, SpoolId(uuid4()))
    await rows.spools.add(rows.spool_id)
    return rows


@pytest.fixture
async def clock(database: Database) -> AsyncIterator[Clock]:
    clock = Clock(database)
    yield clock
    await clock.set_right()
