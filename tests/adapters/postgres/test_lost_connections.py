"""A connection that is lost to nobody is a line in the log; other surprises stay surprises."""

import asyncio
import gc

import asyncpg
import pytest
from structlog.testing import capture_logs


async def _fail(error: Exception) -> None:
    raise error


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("error", "lines"),
    [
        (asyncpg.ConnectionDoesNotExistError("closed in the middle"), ["connection lost"]),
        (asyncpg.InternalClientError("cannot switch to state 12"), ["connection lost"]),
        (ConnectionResetError("by peer"), ["connection lost"]),
        (ValueError("a fault of ours"), []),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_only_lost_connections_are_no_surprise(
    error: Exception, lines: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """What a task was lost with, when nobody was left to be told."""
    with capture_logs() as captured:
        await asyncio.wait([asyncio.create_task(_fail(error))])
        gc.collect()
    assert [each["event"] for each in captured if "lost" in each["event"]] == lines
    surprises = [each.message for each in caplog.records if "never retrieved" in each.message]
    assert len(surprises) == 1 - len(lines)
