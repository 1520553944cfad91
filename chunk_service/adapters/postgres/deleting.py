"""Deleting a file: the row is marked and the event written first, the object goes after.

What is owed stays in the row until the object is known to be gone, so a crash in between only
delays it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from chunk_service.adapters.postgres.announcing import (
    ANNOUNCE,
    ANNOUNCED,
    announcement,
    wake_announced,
)
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.files import FILE_COLUMNS, OWN, file_of
from chunk_service.adapters.postgres.identity import DatabaseIdentity
from chunk_service.adapters.postgres.statements import Statement, statement
from chunk_service.domain.events import Event
from chunk_service.domain.library import File, StoredFileId
from chunk_service.domain.principals import Principal
from chunk_service.domain.receivers import Subscription, recipients


def marking(condition: str) -> Statement:
    """Mark the file `f` and write the event, where it is as it was read and the condition holds."""
    return statement(f"""
        WITH u AS (
            UPDATE files f SET deleted_at = service_now(), removal_due_at = service_now(),
                delete_reason = :reason
            WHERE f.id = :file AND f.deleted_at IS NULL AND f.updated_at = :unchanged_since
                AND {condition}
            RETURNING f.id
        ), {ANNOUNCE}
        SELECT u.id, {ANNOUNCED} FROM u
    """)


MARK = marking("NOT f.legal_hold")

WAS_DELETED = statement(f"""
    SELECT EXISTS (
        SELECT FROM files f WHERE f.key = :key AND {OWN} AND f.deleted_at IS NOT NULL
    ) AS deleted
""")

FIND_OWED = statement(f"""
    SELECT {FILE_COLUMNS} FROM files f WHERE f.removal_due_at <= service_now()
    ORDER BY f.removal_due_at LIMIT :limit
""")

NOTE_REMOVED = statement("""
    UPDATE files SET removal_due_at = NULL WHERE id = :file AND deleted_at IS NOT NULL
""")

PUT_OFF = statement("""
    UPDATE files SET removal_due_at = service_now() + :delay
    WHERE id = :file AND removal_due_at IS NOT NULL
""")


def mark_values(
    file: File, event: Event, subscriptions: Sequence[Subscription], *, reason: str
) -> dict[str, object]:
    """The parameters of a marking, but for those of its condition."""
    return {
        "file": file.id,
        "reason": reason,
        "unchanged_since": file.updated_at,
        **announcement(event, recipients(subscriptions, event.type)),
    }


async def run_marking(database: Database, marking: Statement, values: Mapping[str, object]) -> bool:
    """The row, the event, its deliveries and their wake-ups; or nothing, and False."""
    async with database.transaction() as connection:
        row = await connection.row(marking, **values)
        if row is None:
            return False
        await wake_announced(connection, row)
    return True


@dataclass(frozen=True, slots=True)
class DeletingRows:
    database: Database
    identity: DatabaseIdentity
    subscriptions: Sequence[Subscription]

    async def mark(self, file: File, event: Event, *, reason: str) -> bool:
        """False where it was deleted, held or changed since it was read."""
        values = mark_values(file, event, self.subscriptions, reason=reason)
        return await run_marking(self.database, MARK, values)

    async def was_deleted(self, principal: Principal, key: str) -> bool:
        row = await self.database.row(
            WAS_DELETED, key=key, owner=principal.owner, file_id=principal.file_id
        )
        return row is not None and bool(row["deleted"])

    async def may_destroy(self) -> bool:
        return await self.identity.is_familiar()

    async def find_owed(self, limit: int) -> Sequence[File]:
        return [file_of(row) for row in await self.database.rows(FIND_OWED, limit=limit)]

    async def note_removed(self, file_id: StoredFileId) -> None:
        await self.database.run(NOTE_REMOVED, file=file_id)

    async def put_off(self, file_id: StoredFileId, delay: timedelta) -> None:
        await self.database.run(PUT_OFF, file=file_id, delay=delay)
