"""What a service stands on, taken away for a while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from chunk_service.cli.stack.postgres import EmbeddedPostgres


@asynccontextmanager
async def shut(server: EmbeddedPostgres, database_url: str) -> AsyncIterator[None]:
    """Nobody gets into the database, and who was in it is thrown out."""
    name = database_url.rpartition("/")[2]
    connection = await asyncpg.connect(server.url())
    try:
        await connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name
        )
        yield
        await connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    finally:
        await connection.close()


@asynccontextmanager
async def mute(database_url: str, table: str) -> AsyncIterator[None]:
    """Whoever asks for the table waits."""
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()
