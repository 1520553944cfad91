"""Which database this is, and whether it keeps what it acknowledges.

A database that was restored from a backup, or replaced by a standby that lagged, does not know the
last files that were named in it. Its system identifier or timeline tells; until an operator has had
them adopted, nothing is destroyed because no row names it.
"""

from dataclasses import dataclass
from typing import Final

import structlog

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.statements import statement

log = structlog.get_logger(__name__)

# Of the database that a statement runs in; one that was never asked is the first.
IS_FAMILIAR: Final = """
    NOT EXISTS (
        SELECT FROM database_identity d, pg_control_system() system, pg_control_checkpoint() log
        WHERE d.system_identifier <> system.system_identifier OR d.timeline <> log.timeline_id
    )
"""

COMPARE = statement(f"""
    WITH first AS (
        INSERT INTO database_identity (system_identifier, timeline)
        SELECT system_identifier, timeline_id FROM pg_control_system(), pg_control_checkpoint()
        ON CONFLICT (singleton) DO NOTHING
    )
    SELECT {IS_FAMILIAR} AS familiar
""")

# What it knows of the spools may be days old: from now on they are waited for as long as ever.
ADOPT = statement("""
    WITH waited_for AS (
        UPDATE spools SET seen_at = service_now() WHERE forgotten_at IS NULL
    )
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
