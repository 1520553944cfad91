"""A database that may lose what it acknowledged is told of, setting by setting."""

from structlog.testing import capture_logs

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.identity import DatabaseIdentity


async def test_settings_that_lose_what_was_acknowledged_are_told_of_loudly(
    database: Database,
) -> None:
    """The server of the tests is such a one."""
    with capture_logs() as lines:
        await DatabaseIdentity(database).warn_of_loss()
    told = {line["setting"] for line in lines if line["log_level"] == "error"}
    assert told == {"fsync", "full_page_writes", "synchronous_commit"}
