"""The database: reachable, keeping what it acknowledges, with extensions, rights and the time.

Whether its schema is the newest is known to the command, which has the migrations.
"""

import time
from collections.abc import AsyncIterator
from typing import Final

from chunk_service.adapters.postgres.database import Database, open_database
from chunk_service.adapters.postgres.identity import DURABILITY, DatabaseIdentity
from chunk_service.adapters.postgres.statements import statement
from chunk_service.domain.errors import DatabaseUnavailable
from chunk_service.domain.findings import Finding, doubtful, faulty, sound
from chunk_service.settings.model import Settings
from chunk_service.wiring.options import database_options

NEEDED_EXTENSIONS: Final = frozenset({"pg_trgm", "btree_gin"})
MOST_SKEW_SECONDS: Final = 30.0
# All that the migrations make; that of Alembic is only theirs.
TABLES: Final = (
    "chunks",
    "confirmed_deletions",
    "database_identity",
    "deliveries",
    "delivery_attempts",
    "disabled_endpoints",
    "events",
    "files",
    "idempotency_keys",
    "parts",
    "pgqueuer",
    "pgqueuer_log",
    "pgqueuer_schedules",
    "pgqueuer_statistics",
    "reservations",
    "shares",
    "spools",
    "uploads",
)

EXTENSIONS = statement("SELECT extname FROM pg_extension")
ROOM = statement("""
    SELECT extract(epoch FROM clock_timestamp()) AS now,
        CAST(current_setting('max_connections') AS integer) AS connections,
        current_setting('server_version') AS version
""")
# Of several privileges in one call any would do.
WITHHELD = statement("""
    SELECT relname AS name FROM pg_class
    WHERE pg_table_is_visible(oid) AND (
        relname = ANY (:tables) AND NOT (
            has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
            AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE')
        ) OR relkind = 'S' AND relname LIKE 'pgqueuer%' AND NOT has_sequence_privilege(oid, 'USAGE')
    )
    ORDER BY relname
""")
HAS_IDENTITY = statement("SELECT to_regclass('database_identity') IS NOT NULL AS is_there")


async def of_database(settings: Settings) -> AsyncIterator[Finding]:
    async with open_database(database_options(settings)) as database:
        try:
            async for finding in _of(database, settings):
                yield finding
        except DatabaseUnavailable as error:
            said = f"can't be reached ({_root_of(error)})"
            yield faulty("database.reach", said, "Look at DATABASE_URL and at PostgreSQL.")


def _root_of(error: BaseException) -> str:
    """What PostgreSQL or the system called it; their words may hold the address."""
    while error.__cause__ is not None:
        error = error.__cause__
    return type(error).__name__


async def _of(database: Database, settings: Settings) -> AsyncIterator[Finding]:
    async for finding in _of_server(database, settings):
        yield finding
    lost = [f"{row['name']}={row['setting']}" for row in await database.rows(DURABILITY)]
    if lost:
        advice = "Set them to `on`: a power cut or failover loses acknowledged chunks otherwise."
        yield faulty("database.durability", f"does not keep what it acknowledged: {lost}", advice)
    else:
        yield sound("database.durability", "fsync, full_page_writes and synchronous_commit are on")
    there = {row["extname"] for row in await database.rows(EXTENSIONS)}
    if absent := sorted(NEEDED_EXTENSIONS - there):
        advice = "CREATE EXTENSION them as a role that may, then `chunk-service migrate up`."
        yield faulty("database.extensions", f"lacks {', '.join(absent)}", advice)
    else:
        yield sound("database.extensions", f"has {', '.join(sorted(NEEDED_EXTENSIONS))}")
    identity = await database.row(HAS_IDENTITY)
    if identity is not None and identity["is_there"]:
        async for finding in _of_tables(database):
            yield finding


async def _of_tables(database: Database) -> AsyncIterator[Finding]:
    withheld = [row["name"] for row in await database.rows(WITHHELD, tables=TABLES)]
    if withheld:
        advice = "GRANT this role SELECT, INSERT, UPDATE, DELETE on tables, USAGE on sequences."
        yield faulty("database.rights", f"may not use {', '.join(withheld)}", advice)
        return
    yield sound("database.rights", "may use all tables")
    yield await _of_identity(database)


async def _of_server(database: Database, settings: Settings) -> AsyncIterator[Finding]:
    row = await database.row(ROOM)
    assert row is not None
    skew = float(row["now"]) - time.time()
    yield sound("database.reach", f"PostgreSQL {row['version']} answers")
    if abs(skew) > MOST_SKEW_SECONDS:
        advice = "Let both follow one clock (NTP): deadlines go by the database, links by ours."
        yield doubtful("database.clock", f"its clock is {skew:+.0f} s from ours", advice)
    else:
        yield sound("database.clock", f"its clock is {skew:+.1f} s from ours")
    if settings.database_pool_size * 2 > row["connections"]:
        said = f"max_connections is {row['connections']}, DATABASE_POOL_SIZE of one process is"
        advice = "Raise the one or lower the other: every process has a pool of its own."
        said = f"{said} {settings.database_pool_size}"
        yield doubtful("database.connections", said, advice)


async def _of_identity(database: Database) -> Finding:
    if await DatabaseIdentity(database).is_familiar():
        return sound("database.identity", "is the one that was seen first")
    advice = "Run `chunk-service sweep --after-restore`; until then nothing is cleaned up."
    return doubtful("database.identity", "was restored or replaced", advice)
