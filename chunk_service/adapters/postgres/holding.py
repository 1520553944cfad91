"""Statements by which operators hold files and release them, whoever owns them."""

from dataclasses import dataclass

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.files import FILE_COLUMNS, file_of
from chunk_service.adapters.postgres.statements import statement
from chunk_service.domain.library import File

HOLD = statement(f"""
    UPDATE files f SET legal_hold = true, deletion_due_at = NULL, updated_at = service_now()
    WHERE f.key = :key AND f.deleted_at IS NULL
    RETURNING {FILE_COLUMNS}
""")

RELEASE = statement(f"""
    UPDATE files f SET legal_hold = false, updated_at = service_now()
    WHERE f.key = :key AND f.deleted_at IS NULL
    RETURNING {FILE_COLUMNS}
""")


@dataclass(frozen=True, slots=True)
class HoldingRows:
    database: Database

    async def hold(self, key: str) -> File | None:
        row = await self.database.row(HOLD, key=key)
        return None if row is None else file_of(row)

    async def release(self, key: str) -> File | None:
        row = await self.database.row(RELEASE, key=key)
        return None if row is None else file_of(row)
