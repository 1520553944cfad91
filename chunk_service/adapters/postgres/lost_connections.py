"""Connections that break when nobody is left to be told.

A pool takes connections back on its own: whoever had one may have been cancelled meanwhile. That
the connection broke just then is no fault of ours, and a line in the log is enough.
"""

import asyncio
from typing import Any

import asyncpg
import structlog

log = structlog.get_logger(__name__)

# The internal one: Postgres was about to say why it closes the connection.
LOST = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ConnectionError,
)


def note_lost_connections() -> None:
    """From now on, in this event loop, unless somebody else minds its exceptions."""
    loop = asyncio.get_running_loop()
    if loop.get_exception_handler() is None:
        loop.set_exception_handler(_note)


def _note(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if isinstance(error, LOST):
        log.warning("connection lost", error=type(error).__name__, reason=str(error))
    else:
        loop.default_exception_handler(context)
