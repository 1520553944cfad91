"""Retention over a database alone: for the worker's clock and for commands."""

from dataclasses import dataclass
from datetime import UTC, datetime

from uuid_utils.compat import uuid7

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.holding import HoldingRows
from chunk_service.adapters.postgres.identity import DatabaseIdentity
from chunk_service.adapters.postgres.retiring import RetiringRows
from chunk_service.adapters.postgres.reviewing import ReviewingRows
from chunk_service.domain.retention import RetentionPolicy
from chunk_service.settings.model import Settings
from chunk_service.usecases.delete_file import MarkDeleted
from chunk_service.usecases.hold_files import HoldFiles
from chunk_service.usecases.retire_files import RetireFiles
from chunk_service.usecases.review_retention import ReviewRetention
from chunk_service.wiring.receivers import subscriptions


def retire_files(settings: Settings, database: Database) -> RetireFiles:
    policy = RetentionPolicy(
        default=settings.file_retention,
        grace=settings.retention_grace,
        max_share=settings.retention_max_share,
        bulk_files=settings.retention_bulk_files,
    )
    rows = RetiringRows(database, DatabaseIdentity(database), subscriptions(settings), policy)
    mark = MarkDeleted(rows, now=lambda: datetime.now(UTC), new_id=uuid7)
    return RetireFiles(rows, mark, policy)


@dataclass(frozen=True, slots=True)
class RetentionDesk:
    """What operators do about retention."""

    retire: RetireFiles
    review: ReviewRetention
    holds: HoldFiles


def retention_desk(settings: Settings, database: Database) -> RetentionDesk:
    return RetentionDesk(
        retire=retire_files(settings, database),
        review=ReviewRetention(ReviewingRows(database, settings.file_retention)),
        holds=HoldFiles(HoldingRows(database)),
    )
