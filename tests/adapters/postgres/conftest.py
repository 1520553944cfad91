"""A database of the test's own, the statements over it, and its clock, which tests move."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from chunk_service.adapters.postgres.database import Database, DatabaseOptions, open_database
from chunk_service.domain.uploads import SpoolId
from chunk_service.settings.urls import sqlalchemy_url
from tests.adapters.postgres.clock import Clock
from tests.fixtures.rows import Rows

CONNECTIONS = 12


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    options = DatabaseOptions(url=sqlalchemy_url(database_url), pool_size=CONNECTIONS)
    async with open_database(options) as opened:
        yield opened


@pytest.fixture
async def rows(database: Database) -> Rows:
    rows = Rows(database, SpoolId(uuid4()))
    await rows.spools.add(rows.spool_id)
    return rows


@pytest.fixture
def clock(database: Database) -> Clock:
    return Clock(database, timedelta())
