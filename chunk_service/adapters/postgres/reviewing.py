"""Statements by which operators see what is due, and confirm one batch of it to the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.due_files import BATCH, CONFIRMED, DUE, READY, UNUSED
from chunk_service.adapters.postgres.files import FILE_COLUMNS, file_of
from chunk_service.adapters.postgres.statements import statement
from chunk_service.usecases.review_retention import Confirmation, DueFile, Standing

CONFIRM = statement(f"""
    WITH f AS (
        SELECT f.id, f.deletion_due_at FROM files f WHERE {READY} AND NOT {CONFIRMED}
    ), batch AS (
        SELECT {BATCH} AS name FROM f
    ), confirmed AS (
        INSERT INTO confirmed_deletions (file_id, deletion_due_at, expires_at)
        SELECT f.id, f.deletion_due_at, service_now() + :ttl FROM f, batch WHERE name = :batch
        ON CONFLICT (file_id) DO UPDATE
        SET deletion_due_at = excluded.deletion_due_at, expires_at = excluded.expires_at
        RETURNING file_id
    )
    SELECT name, (SELECT count(*) FROM confirmed) AS confirmed FROM batch
""")

LIST_DUE = statement(f"""
    SELECT {FILE_COLUMNS}, coalesce(f.delete_after, f.created_at + :retention) AS due_since,
        CASE WHEN f.legal_hold THEN 'held'
            WHEN f.deletion_due_at IS NULL THEN 'due'
            WHEN f.deletion_due_at > service_now() THEN 'marked'
            WHEN NOT {UNUSED} THEN 'in use'
            WHEN {CONFIRMED} THEN 'confirmed'
            ELSE 'ready' END AS standing
    FROM files f WHERE f.deleted_at IS NULL AND {DUE}
    ORDER BY f.deletion_due_at NULLS LAST, due_since, f.id LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class ReviewingRows:
    """`retention`: how long files without a date live; None: for ever."""

    database: Database
    retention: timedelta | None

    async def confirm(self, batch: str, ttl: timedelta) -> Confirmation:
        row = await self.database.row(CONFIRM, batch=batch, ttl=ttl, retention=self.retention)
        assert row is not None
        return Confirmation(batch=row["name"], confirmed=row["confirmed"])

    async def list_due(self, limit: int) -> Sequence[DueFile]:
        rows = await self.database.rows(LIST_DUE, retention=self.retention, limit=limit)
        return [DueFile(file_of(row), row["due_since"], Standing(row["standing"])) for row in rows]
