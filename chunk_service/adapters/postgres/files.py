"""Statements about one file of a principal; lists and searches have a file of their own."""

import json
from dataclasses import dataclass

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.statements import statement
from chunk_service.adapters.postgres.values import Row, checksum_of
from chunk_service.domain.library import File, StoredFileId
from chunk_service.domain.principals import Principal
from chunk_service.usecases.change_file import FileChange

FILE_COLUMNS = """
    f.id, f.owner, f.main_service_file_id, f.name, f.content_type, f.metadata, f.bucket, f.key,
    f.size_bytes, f.etag, f.checksum, f.created_at, f.updated_at
"""
# Of a query that names its files `f`: those that this principal may know of.
OWN = """
    f.owner = :owner AND (:file_id IS NULL OR f.main_service_file_id #>> '{}' = :file_id)
"""

FIND = statement(f"""
    SELECT {FILE_COLUMNS} FROM files f WHERE f.key = :key AND {OWN} AND f.deleted_at IS NULL
""")


CHANGE = statement(f"""
    UPDATE files f SET name = coalesce(:name, name), updated_at = service_now(),
        metadata = coalesce(CAST(:metadata AS jsonb), metadata)
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

    async def change(self, principal: Principal, key: str, change: FileChange) -> File | None:
        metadata = None if change.metadata is None else json.dumps(dict(change.metadata))
        row = await self.database.row(
            CHANGE,
            key=key,
            owner=principal.owner,
            file_id=principal.file_id,
            name=change.name,
            metadata=metadata,
        )
        return None if row is None else file_of(row)
