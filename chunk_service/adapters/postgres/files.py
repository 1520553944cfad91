"""Statements about one file of a principal; lists and searches have a file of their own."""

import json
from dataclasses import dataclass
from datetime import timedelta

from chunk_service.adapters.postgres.connected import Row
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.statements import statement
from chunk_service.adapters.postgres.values import checksum_of
from chunk_service.domain.library import File, StoredFileId
from chunk_service.domain.principals import Principal
from chunk_service.domain.retention import BY_DEFAULT, Lifetime
from chunk_service.usecases.change_file import FileChange

FILE_COLUMNS = """
    f.id, f.owner, f.main_service_file_id, f.name, f.content_type, f.metadata, f.bucket, f.key,
    f.size_bytes, f.etag, f.checksum, f.created_at, f.updated_at, f.delete_after, f.is_kept,
    f.legal_hold, f.deletion_due_at
"""
# Of a query that names its files `f`: those that this principal may know of.
OWN = """
    f.owner = :owner AND (:file_id IS NULL OR f.main_service_file_id #>> '{}' = :file_id)
"""

FIND = statement(f"""
    SELECT {FILE_COLUMNS} FROM files f WHERE f.key = :key AND {OWN} AND f.deleted_at IS NULL
""")
# Whatever lets somebody fetch the bytes for a while says so: retention waits for its end.
GRANT = statement(f"""
    UPDATE files f SET granted_until = greatest(f.granted_until, service_now() + :expires_in)
    WHERE f.key = :key AND {OWN} AND f.deleted_at IS NULL
    RETURNING {FILE_COLUMNS}
""")

# Who is given another lifetime is no more due by the old one.
CHANGE = statement(f"""
    UPDATE files f SET name = coalesce(:name, name), updated_at = service_now(),
        metadata = coalesce(CAST(:metadata AS jsonb), metadata),
        delete_after = CASE WHEN :is_redated THEN :delete_after ELSE f.delete_after END,
        is_kept = CASE WHEN :is_redated THEN :is_kept ELSE f.is_kept END,
        deletion_due_at = CASE WHEN :is_redated THEN NULL ELSE f.deletion_due_at END
    WHERE f.key = :key AND {OWN} AND f.deleted_at IS NULL
    RETURNING {FILE_COLUMNS}
""")


def file_of(row: Row) -> File:
    return File(
        id=StoredFileId(row["id"]),
        owner=row["owner"],
        main_service_file_id=row["main_service_file_id"],
        name=row["name"],
        content_type=row["content_type"],
        metadata=row["metadata"],
        bucket=row["bucket"],
        key=row["key"],
        size_bytes=row["size_bytes"],
        etag=row["etag"],
        checksum=checksum_of(row["checksum"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        lifetime=Lifetime(row["delete_after"], is_kept=row["is_kept"]),
        legal_hold=row["legal_hold"],
        deletion_due_at=row["deletion_due_at"],
    )


@dataclass(frozen=True, slots=True)
class FileRows:
    database: Database

    async def find(self, principal: Principal, key: str) -> File | None:
        """The file at this key, if it is this principal's and not deleted."""
        row = await self.database.row(
            FIND, key=key, owner=principal.owner, file_id=principal.file_id
        )
        return None if row is None else file_of(row)

    async def grant(self, principal: Principal, key: str, expires_in: timedelta) -> File | None:
        """The file like `find`; retention leaves it alone for so long from now."""
        row = await self.database.row(
            GRANT,
            key=key,
            owner=principal.owner,
            file_id=principal.file_id,
            expires_in=expires_in,
        )
        return None if row is None else file_of(row)

    async def change(self, principal: Principal, key: str, change: FileChange) -> File | None:
        metadata = None if change.metadata is None else json.dumps(dict(change.metadata))
        lifetime = change.lifetime or BY_DEFAULT
        row = await self.database.row(
            CHANGE,
            key=key,
            owner=principal.owner,
            file_id=principal.file_id,
            name=change.name,
            metadata=metadata,
            is_redated=change.lifetime is not None,
            delete_after=lifetime.delete_after,
            is_kept=lifetime.is_kept,
        )
        return None if row is None else file_of(row)
