"""Statements of who shares: a share is made with its event, listed, revoked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chunk_service.adapters.postgres.announcing import (
    ANNOUNCE,
    ANNOUNCED,
    announcement,
    wake_announced,
)
from chunk_service.adapters.postgres.connected import Row
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.files import OWN
from chunk_service.adapters.postgres.statements import statement
from chunk_service.domain.events import Event
from chunk_service.domain.library import StoredFileId
from chunk_service.domain.principals import Principal
from chunk_service.domain.receivers import Subscription, recipients
from chunk_service.domain.shares import Share, ShareId
from chunk_service.usecases.share_file import NewShare
from chunk_service.usecases.tend_shares import ListedShare

SHARE_COLUMNS = """
    s.id, s.password_hash IS NOT NULL AS has_password, s.expires_at, s.max_downloads, s.downloads,
    s.created_at, s.revoked_at
"""

DEADLINE = statement("SELECT service_now() + :expires_in AS deadline")

# The file is locked against its deletion: nobody is told of a share after `file.deleted`.
ADD = statement(f"""
    WITH u AS (
        SELECT id FROM files WHERE id = :file AND deleted_at IS NULL FOR SHARE
    ), s AS (
        INSERT INTO shares
            (id, file_id, owner, token_hash, password_hash, expires_at, max_downloads)
        SELECT :share, id, :owner, :token_hash, :password_hash, :expires_at, :max_downloads FROM u
        RETURNING *
    ), {ANNOUNCE}
    SELECT {SHARE_COLUMNS}, {ANNOUNCED} FROM s
""")

LIST = statement(f"""
    SELECT {SHARE_COLUMNS}, service_now() AS read_at FROM shares s
    WHERE s.file_id = :file AND (:behind IS NULL OR s.id < :behind)
    ORDER BY s.id DESC LIMIT :limit
""")

REVOKE = statement(f"""
    UPDATE shares s SET revoked_at = coalesce(s.revoked_at, service_now()) FROM files f
    WHERE s.id = :share AND f.id = s.file_id AND f.key = :key AND {OWN} AND f.deleted_at IS NULL
""")


def share_of(row: Row) -> Share:
    return Share(
        id=ShareId(row["id"]),
        has_password=row["has_password"],
        expires_at=row["expires_at"],
        max_downloads=row["max_downloads"],
        downloads=row["downloads"],
        created_at=row["created_at"],
        revoked_at=row["revoked_at"],
    )


@dataclass(frozen=True, slots=True)
class SharingRows:
    database: Database
    subscriptions: Sequence[Subscription]

    async def deadline(self, expires_in: timedelta) -> datetime:
        row = await self.database.row(DEADLINE, expires_in=expires_in)
        assert row is not None
        deadline: datetime = row["deadline"]
        return deadline

    async def add(self, share: NewShare, event: Event) -> Share | None:
        """None where the file was deleted meanwhile."""
        told = recipients(self.subscriptions, event.type)
        async with self.database.transaction() as connection:
            row = await connection.row(
                ADD,
                share=share.id,
                file=share.file_id,
                owner=share.owner,
                token_hash=share.token_hash,
                password_hash=share.password_hash,
                expires_at=share.expires_at,
                max_downloads=share.max_downloads,
                **announcement(event, told),
            )
            if row is None:
                return None
            await wake_announced(connection, row)
        return share_of(row)

    async def list(
        self, file_id: StoredFileId, *, before: ShareId | None, limit: int
    ) -> Sequence[ListedShare]:
        rows = await self.database.rows(LIST, file=file_id, behind=before, limit=limit)
        return [ListedShare(share_of(row), row["read_at"]) for row in rows]

    async def revoke(self, principal: Principal, key: str, share_id: ShareId) -> bool:
        """False where this principal has no such share."""
        return bool(
            await self.database.run(
                REVOKE,
                share=share_id,
                key=key,
                owner=principal.owner,
                file_id=principal.file_id,
            )
        )
