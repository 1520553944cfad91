"""Which database this is, and whether it keeps what it acknowledges.

A database that was restored from a backup, or replaced by a standby that lagged, does not know the
last files that were named in it. Its system identifier or timeline tells; until an operator has had
them adopted, nothing is destroyed because no row names it.
"""

from dataclasses import dataclass

import structlog

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.statements import statement

log = structlog.get_logger(__name__)

COMPARE = statement("""
    WITH now AS (
        SELECT system_identifier, timeline_id
        FROM pg_control_system(), pg_control_checkpoint()
    ), known AS (
        INSERT INTO database_identity (system_identifier, timeline)
        SELECT system_identifier, timeline_id FROM now
        ON CONFLICT (singleton) DO NOTHING
        RETURNING system_identifier
    )
    SELECT EXISTS (SELECT FROM known) OR EXISTS (
        SELECT FROM database_identity d JOIN now
            ON d.system_identifier = now.system_identifier AND d.timeline = now.timeline_id
    ) AS familiar
""")

ADOPT = statement("""
    UPDATE database_identity
    SET system_identifier = now.system_identifier, timeline = now.timeline_id
    FROM (
        SELECT system_identifier, timeline_id FROM pg_control_system(), pg_control_checkpoint()
    ) now
""")

DURABILITY = statement("""
    SELECT name, setting FROM pg_settings
    WHERE (name IN ('fsync', 'full_page_writes') AND setting = 'off')
        OR (name = 'synchronous_commit' AND setting IN ('off', 'local'))
""")


@dataclass(frozen=True, slots=True)
class DatabaseIdentity:
    database: Database

    async def is_familiar(self) -> bool:
        """Whether this is the database that was seen first, in the same life of it."""
        row = await self.database.row(COMPARE)
        return row is not None and bool(row["familiar"])

    async def adopt(self) -> None:
        """Take the database as it is now for the one to trust."""
        await self.database.run(ADOPT)

    async def warn_of_loss(self) -> None:
        """Say loudly which settings let the database lose what it has acknowledged."""
        for row in await self.database.rows(DURABILITY):
            log.error(
                "the database may lose what it acknowledged",
                setting=row["name"],
                value=row["setting"],
            )
