"""The proxy before PostgreSQL counts what a client waits for, and when it asked what."""

import time
from collections.abc import Iterator

import asyncpg
import pytest

from benchmarks.counting_proxy import RoundTrips, counting_proxy
from chunk_service.cli.stack.ports import free_port
from chunk_service.cli.stack.postgres import EmbeddedPostgres


@pytest.fixture
def counted(postgres_server: EmbeddedPostgres) -> Iterator[tuple[RoundTrips, str]]:
    """What was counted, and the URL of the server behind the proxy."""
    port = free_port()
    with counting_proxy(postgres_server.port, port=port) as trips:
        url = postgres_server.url().replace(f":{postgres_server.port}/", f":{port}/")
        yield trips, f"{url}?sslmode=disable"


async def test_begin_and_commit_count_as_everything_does(counted: tuple[RoundTrips, str]) -> None:
    trips, url = counted
    connection = await asyncpg.connect(url)
    trips.forget()
    async with connection.transaction():
        await connection.execute("SELECT 1")
    assert trips.count == 3
    assert list(trips.statements) == ["BEGIN;", "SELECT 1", "COMMIT;"]
    await connection.close()


async def test_a_prepared_statement_counts_each_time(counted: tuple[RoundTrips, str]) -> None:
    trips, url = counted
    connection = await asyncpg.connect(url)
    await connection.fetchval("SELECT $1::int", 1)
    trips.forget()
    began = time.monotonic()
    for number in range(3):
        await connection.fetchval("SELECT $1::int", number)
    ended = time.monotonic()
    assert trips.count == 3
    assert trips.asked_between(began, ended) == {"SELECT $1::int": 3}
    assert not trips.asked_between(ended + 1, ended + 2)
    await connection.close()
