"""The database's schema, brought forward and back, and how far it is.

Alembic does the work by `migrations/env.py`, which lets one process at a time through. The
functions block and run an event loop of their own: call them in a thread where a loop is running,
and one at a time, since Alembic's context is the process's.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, pool
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from chunk_service.settings.urls import sqlalchemy_url

# Beside the code in an installed package, beside the package in a checkout.
_PLACES: Final = (
    Path(__file__).parents[1] / "migrations",
    Path(__file__).parents[2] / "migrations",
)
_CONNECT_SECONDS: Final = 10


class DatabaseUnreachableError(Exception):
    """`str()` names host, port and database and the reason, never the password."""


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """`current` is None before the first migration.

    `is_behind`: this program knows of migrations that the database lacks. A database that a newer
    release has migrated is not behind, so the older one can still start beside it.
    """

    current: str | None
    newest: str
    is_behind: bool

    @property
    def is_newest(self) -> bool:
        return self.current == self.newest


def upgrade(database_url: str, revision: str = "head") -> None:
    """Migrate forward; waits while another runner is at it, then does what is left."""
    command.upgrade(_config(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Migrate back to `revision`, by `-1` one step, by `base` to nothing. Data goes."""
    command.downgrade(_config(database_url), revision)


def schema_version(database_url: str) -> SchemaVersion:
    """What the database is at and what this program knows. Raises DatabaseUnreachableError."""
    scripts = ScriptDirectory.from_config(_config(database_url))
    newest = scripts.get_current_head()
    if newest is None:
        raise RuntimeError("no migrations are installed")
    current = asyncio.run(_current(database_url))
    older = {each.revision for each in scripts.walk_revisions()} - {newest}
    return SchemaVersion(current, newest, is_behind=current is None or current in older)


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["database_url"] = database_url
    return config


def _folder() -> Path:
    return next(place for place in _PLACES if (place / "env.py").is_file())


async def _current(database_url: str) -> str | None:
    engine = create_async_engine(
        sqlalchemy_url(database_url),
        poolclass=pool.NullPool,
        connect_args={"timeout": _CONNECT_SECONDS},
    )
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_recorded)
    except (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseUnreachableError(_unreachable(database_url, error)) from error
    finally:
        await engine.dispose()


def _recorded(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _unreachable(database_url: str, error: Exception) -> str:
    url = make_url(sqlalchemy_url(database_url))
    cause = getattr(error, "orig", None) or error
    reason = str(cause).partition("\n")[0] or type(cause).__name__
    place = f"{url.host or 'localhost'}:{url.port or 5432}"
    return f"The database {url.database!r} at {place} cannot be reached: {reason}"
