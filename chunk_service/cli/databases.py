"""The database of a command that needs nothing else, or one sentence where it can't be reached."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from chunk_service.cli.endings import end
from chunk_service.settings.model import Settings

if TYPE_CHECKING:
    from chunk_service.adapters.postgres.database import Database


@asynccontextmanager
async def opened_database(settings: Settings) -> "AsyncIterator[Database]":
    from chunk_service.adapters.postgres.database import open_database
    from chunk_service.domain.errors import DatabaseUnavailable
    from chunk_service.wiring.options import database_options

    try:
        async with open_database(database_options(settings)) as database:
            yield database
    except DatabaseUnavailable:
        end("The database can't be reached.")
