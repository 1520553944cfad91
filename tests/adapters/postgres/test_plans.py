"""Which rows a statement reads, whatever the planner believed when it last counted them.

The plans are those of a database that has never been counted, and of one counted while nothing was
under way: there the indexes of what is open, spooled or unsent are empty, and seem cheap.
"""

import asyncio
import importlib
import pkgutil
import re
from collections.abc import AsyncIterator, Mapping

import asyncpg
import pytest

import chunk_service.adapters.postgres
from chunk_service.adapters.postgres import listing
from chunk_service.adapters.postgres.statements import Statement
from chunk_service.cli.stack.postgres import EmbeddedPostgres
from tests.fixtures.databases import clone_database

LISTS = frozenset(
    {
        "chunks_spooled",
        "parts_unsent",
        "uploads_live_by_owner",
        "uploads_open_by_expiry",
        "uploads_owed_cleanup",
    }
)
OF_OWNERS = "uploads_by_owner_and_day"
MARKS = (listing.UPLOADS, listing.CHUNKS, listing.PARTS)
LARGE = frozenset({"chunks", "parts", "uploads"})
# Once a round, with a limit: no index knows when uploads ended.
READS_ALL = "sweeping.PRUNE_UPLOADS"
SCANNED = re.compile(r"(?:using|Index Scan on) (\w+)")
READ_WHOLE = re.compile(r"Seq Scan on (\w+)")

ENDED = """
    INSERT INTO spools (id, host) VALUES (gen_random_uuid(), 'here');
    INSERT INTO uploads (id, owner, state, main_service_file_id, original_file_name, bucket, key,
        part_size, chunk_size, max_size, is_free, relay_mode, expires_at, expiry_limit, ttl,
        ended_at)
    SELECT gen_random_uuid(), 'owner ' || n, 'stored', '1', 'a', 'b', 'key ' || n, 8, 8, 1000, true,
        'eager', service_now(), service_now(), interval '1 day', service_now()
    FROM generate_series(1, 20000) n;
    INSERT INTO chunks (upload_id, index, state, offset_bytes, size_bytes, crc64nvme, slices,
        file_name, spool_id, unsent_parts)
    SELECT u.id, 0, 'relayed', 0, 8, '', '[]', '', s.id, 0 FROM uploads u, spools s;
    INSERT INTO parts (upload_id, number, covered_bytes, spool_id, mpu_id, etag)
    SELECT u.id, 1, 8, s.id, 'multipart', 'etag' FROM uploads u, spools s;
"""


def statements() -> Mapping[str, Statement]:
    package = chunk_service.adapters.postgres
    found: dict[str, Statement] = {}
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Statement):
                found[f"{module.name.rpartition('.')[2]}.{name}"] = value
    return found


async def plan_of(connection: asyncpg.Connection, asked: Statement) -> str:
    """The plan that is kept for any values."""
    await connection.execute(f"PREPARE asked AS {asked.text}")
    values = ", ".join(["NULL"] * len(asked.names))
    rows = await connection.fetch(f"EXPLAIN EXECUTE asked{f'({values})' if values else ''}")
    await connection.execute("DEALLOCATE asked")
    return "\n".join(row[0] for row in rows)


async def scanned(connection: asyncpg.Connection, asked: Statement) -> frozenset[str]:
    return frozenset(SCANNED.findall(await plan_of(connection, asked)))


async def read_whole(connection: asyncpg.Connection, asked: Statement) -> frozenset[str]:
    return frozenset(READ_WHOLE.findall(await plan_of(connection, asked)))


def lists(asked: Statement) -> bool:
    return any(mark in asked.text for mark in MARKS)


@pytest.fixture(scope="module", params=["uncounted", "counted while idle"])
def planned_url(
    request: pytest.FixtureRequest, postgres_server: EmbeddedPostgres, migrated_template: str
) -> str:
    async def prepare() -> str:
        url = await clone_database(postgres_server, migrated_template)
        connection = await asyncpg.connect(url)
        if request.param == "counted while idle":
            await connection.execute(ENDED)
            await connection.execute("VACUUM ANALYZE")
        await connection.close()
        return url

    return asyncio.run(prepare())


@pytest.fixture
async def planner(planned_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(planned_url)
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    yield connection
    await connection.close()


async def test_what_is_looked_up_is_not_searched_for_in_a_list(planner: asyncpg.Connection) -> None:
    for name, asked in statements().items():
        if not lists(asked):
            assert not await scanned(planner, asked) & LISTS, name


async def test_what_has_a_key_is_not_searched_for_among_all_of_its_owner(
    planner: asyncpg.Connection,
) -> None:
    for name, asked in statements().items():
        if {"upload", "key"} & set(asked.names):
            assert OF_OWNERS not in await scanned(planner, asked), name


@pytest.mark.parametrize("planned_url", ["counted while idle"], indirect=True)
async def test_each_list_has_who_reads_it(planner: asyncpg.Connection) -> None:
    read = [await scanned(planner, asked) for asked in statements().values() if lists(asked)]
    assert frozenset().union(*read) >= LISTS


@pytest.mark.parametrize("planned_url", ["counted while idle"], indirect=True)
async def test_no_list_reads_whole_tables(planner: asyncpg.Connection) -> None:
    for name, asked in statements().items():
        assert name == READS_ALL or not await read_whole(planner, asked) & LARGE, name
