"""Statements of retention's two steps: mark what is due, delete what was marked long enough ago."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.deleting import mark_values, marking, run_marking
from chunk_service.adapters.postgres.due_files import (
    BATCH,
    CONFIRMED,
    DUE,
    OVERDUE,
    READY,
    UNMARKED,
    UNUSED,
)
from chunk_service.adapters.postgres.files import FILE_COLUMNS, file_of
from chunk_service.adapters.postgres.identity import DatabaseIdentity
from chunk_service.adapters.postgres.statements import Statement, statement
from chunk_service.domain.events import Event
from chunk_service.domain.library import File
from chunk_service.domain.receivers import Subscription
from chunk_service.domain.retention import RetentionPolicy
from chunk_service.usecases.retire_files import Weighed

FORGET_CONFIRMATIONS = statement("""
    DELETE FROM confirmed_deletions WHERE expires_at <= service_now()
""")

UNMARK = statement(f"""
    UPDATE files SET deletion_due_at = NULL WHERE id IN (
        SELECT f.id FROM files f
        WHERE f.deletion_due_at IS NOT NULL AND f.deleted_at IS NULL AND {DUE} IS NOT TRUE
        LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
    )
""")

GRACE_ENDS = statement("SELECT service_now() + :grace AS ends_at")

MARK_DUE = statement(f"""
    UPDATE files SET deletion_due_at = :due_at WHERE id IN (
        SELECT f.id FROM files f WHERE {UNMARKED} LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
    )
""")

WEIGH = statement(f"""
    SELECT (SELECT count(*) FROM files f WHERE f.deleted_at IS NULL) AS live,
        (SELECT count(*) FROM files f WHERE {UNMARKED}) AS unmarked,
        (SELECT count(*) FROM files f WHERE {OVERDUE} AND NOT {UNUSED}) AS in_use,
        (SELECT count(*) FROM files f WHERE {READY} AND {CONFIRMED}) AS confirmed,
        count(*) AS ready, {BATCH} AS batch
    FROM files f WHERE {READY} AND NOT {CONFIRMED}
""")

MARK = marking(READY)


def _find(also: str) -> Statement:
    return statement(f"""
        SELECT {FILE_COLUMNS} FROM files f WHERE {READY} AND {also}
            AND (:behind_at IS NULL OR (f.deletion_due_at, f.id) > (:behind_at, :behind))
        ORDER BY f.deletion_due_at, f.id LIMIT :limit
    """)


FIND_READY = _find(f"NOT {CONFIRMED}")
FIND_CONFIRMED = _find(CONFIRMED)


@dataclass(frozen=True, slots=True)
class RetiringRows:
    database: Database
    identity: DatabaseIdentity
    subscriptions: Sequence[Subscription]
    policy: RetentionPolicy

    async def may_destroy(self) -> bool:
        return await self.identity.is_familiar()

    async def forget_confirmations(self) -> None:
        await self.database.run(FORGET_CONFIRMATIONS)

    async def unmark(self, limit: int) -> int:
        return await self.database.run(UNMARK, limit=limit, retention=self.policy.default)

    async def grace_ends_at(self) -> datetime:
        row = await self.database.row(GRACE_ENDS, grace=self.policy.grace)
        assert row is not None
        moment: datetime = row["ends_at"]
        return moment

    async def mark_due(self, due_at: datetime, limit: int) -> int:
        policy = self.policy
        return await self.database.run(
            MARK_DUE, due_at=due_at, limit=limit, retention=policy.default, grace=policy.grace
        )

    async def weigh(self) -> Weighed:
        policy = self.policy
        row = await self.database.row(WEIGH, retention=policy.default, grace=policy.grace)
        assert row is not None
        return Weighed(**row)

    async def find_ready(self, behind: File | None, limit: int) -> Sequence[File]:
        return await self._find(FIND_READY, behind, limit)

    async def find_confirmed(self, behind: File | None, limit: int) -> Sequence[File]:
        return await self._find(FIND_CONFIRMED, behind, limit)

    async def _find(
        self, statement_of: Statement, behind: File | None, limit: int
    ) -> Sequence[File]:
        rows = await self.database.rows(
            statement_of,
            retention=self.policy.default,
            behind_at=None if behind is None else behind.deletion_due_at,
            behind=None if behind is None else behind.id,
            limit=limit,
        )
        return [file_of(row) for row in rows]

    async def mark(self, file: File, event: Event, *, reason: str) -> bool:
        """False where it changed since it was read, or is not ready now."""
        values = mark_values(file, event, self.subscriptions, reason=reason)
        values["retention"] = self.policy.default
        return await run_marking(self.database, MARK, values)
