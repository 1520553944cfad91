"""How migrations run: over asyncpg, one transaction each, one runner at a time.

Alembic loads this file, for `chunk-service migrate` (which hands the database's address over) and
for the plain `alembic` command (which has DATABASE_URL from the environment or `.env`).
"""

import asyncio
import logging

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, event, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from chunk_service.settings.loading import SettingsError, load_database_settings
from chunk_service.settings.urls import sqlalchemy_url

# Any number will do, as long as every runner asks for the same one.
_ADVISORY_LOCK = 0x6368_756E_6B73
_CONNECT_SECONDS = 10


def _address() -> str:
    handed_over: str | None = context.config.attributes.get("database_url")
    if handed_over is not None:
        return sqlalchemy_url(handed_over)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        return load_database_settings().database_url.get_secret_value()
    except SettingsError as error:
        raise CommandError(str(error)) from None


async def _migrate_alone(address: str) -> None:
    engine = create_async_engine(
        address, poolclass=pool.NullPool, connect_args={"timeout": _CONNECT_SECONDS}
    )
    event.listen(engine.sync_engine, "begin", _begin_at_once)
    try:
        async with engine.connect() as connection:
            lock = text("SELECT pg_advisory_lock(:key)")
            await connection.execute(lock, {"key": _ADVISORY_LOCK})
            # The lock is the session's; an open transaction would be taken for Alembic's own.
            await connection.commit()
            await connection.run_sync(_migrate)
    finally:
        await engine.dispose()


def _begin_at_once(connection: Connection) -> None:
    """SQLAlchemy begins at its first statement; one given to the driver would come before."""
    connection.exec_driver_sql("SELECT 1")


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    raise CommandError("Migrations need a live database: --sql is not supported.")
asyncio.run(_migrate_alone(_address()))
