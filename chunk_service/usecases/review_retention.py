"""What operators see of retention, and their word for a bulk that it refused by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import structlog

from chunk_service.domain.errors import StateConflict
from chunk_service.domain.library import File

log = structlog.get_logger(__name__)

# Long enough for the next run to come and to end.
CONFIRMED_FOR = timedelta(hours=3)


class Standing(StrEnum):
    """Of a file that is due: why it is still there."""

    HELD = "held"
    DUE = "due"
    MARKED = "marked"
    IN_USE = "in use"
    READY = "ready"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class DueFile:
    file: File
    due_since: datetime
    standing: Standing


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The batch that there is now, and how many files of it were confirmed: all or none."""

    batch: str | None
    confirmed: int


class Rows(Protocol):
    async def list_due(self, limit: int) -> Sequence[DueFile]: ...
    async def confirm(self, batch: str, ttl: timedelta) -> Confirmation: ...


@dataclass(frozen=True, slots=True)
class ReviewRetention:
    rows: Rows

    async def __call__(self, limit: int) -> Sequence[DueFile]:
        """What goes first comes first."""
        return await self.rows.list_due(limit)

    async def confirm(self, batch: str) -> int:
        """How many files the next run may delete, however many; StateConflict for another batch."""
        done = await self.rows.confirm(batch, CONFIRMED_FOR)
        if done.batch is None:
            raise StateConflict("Nothing waits to be confirmed.")
        if done.batch != batch:
            raise StateConflict(f"What waits to be confirmed is another batch by now: {done.batch}")
        log.info("retention confirmed", batch=batch, files=done.confirmed)
        return done.confirmed
