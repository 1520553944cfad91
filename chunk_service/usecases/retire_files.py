"""Retention: delete the files whose time is over, in two steps with a grace period between them.

The first marks what is due, which its owner can still undo; the second deletes what was marked long
enough ago, is still due, is not in use and has not changed since it was read. A bulk waits for an
operator. All that is known stands in the rows, so a run may die anywhere, or meet another one.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog

from chunk_service.domain.library import File
from chunk_service.domain.retention import RetentionPolicy
from chunk_service.usecases.delete_file import MarkDeleted

log = structlog.get_logger(__name__)

BY_RETENTION = "retention"
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Weighed:
    """How many files there are, are due but not marked, would go if nobody used them, may go now,
    and may as was confirmed.

    `batch` names exactly those that are `ready`, none of which is confirmed; None where there are
    none.
    """

    live: int
    unmarked: int
    in_use: int
    ready: int
    confirmed: int
    batch: str | None


@dataclass(frozen=True, slots=True)
class Retired:
    """What a run did, or would do; `refused` files are a bulk, to be confirmed as `batch`.

    `waits`: nothing is done at all while the database may have been restored to an earlier day.
    """

    marked: int = 0
    deleted: int = 0
    refused: int = 0
    batch: str | None = None
    waits: bool = False


class Rows(Protocol):
    async def may_destroy(self) -> bool:
        """False while the database may have been restored to an earlier day."""
        ...

    async def forget_confirmations(self) -> None: ...
    async def unmark(self, limit: int) -> int:
        """Of files that are no more due, by another setting or a clock that was set right."""
        ...

    async def grace_ends_at(self) -> datetime: ...
    async def mark_due(self, due_at: datetime, limit: int) -> int: ...
    async def weigh(self) -> Weighed: ...
    async def find_ready(self, behind: File | None, limit: int) -> Sequence[File]: ...
    async def find_confirmed(self, behind: File | None, limit: int) -> Sequence[File]: ...


Find = Callable[[File | None, int], Awaitable[Sequence[File]]]


@dataclass(frozen=True, slots=True)
class RetireFiles:
    """`mark_deleted` must refuse what is not ready when it comes to it."""

    rows: Rows
    mark_deleted: MarkDeleted
    policy: RetentionPolicy

    async def __call__(self) -> Retired:
        if not await self.rows.may_destroy():
            log.warning("retention waits: the database was restored or replaced")
            return Retired(waits=True)
        await self.rows.forget_confirmations()
        await _all_of(self.rows.unmark)
        marked = await self._mark()
        weighed = await self.rows.weigh()
        deleted = await self._delete(self.rows.find_confirmed, most=weighed.confirmed)
        if self._refuses(weighed):
            _tell_refusal(weighed)
            return Retired(marked, deleted, refused=weighed.ready, batch=weighed.batch)
        deleted += await self._delete(self.rows.find_ready, most=weighed.ready)
        log.info("retention", marked=marked, deleted=deleted)
        return Retired(marked, deleted)

    async def look(self) -> Retired:
        """What a run would do now."""
        if not await self.rows.may_destroy():
            return Retired(waits=True)
        weighed = await self.rows.weigh()
        if self._refuses(weighed):
            return Retired(weighed.unmarked, weighed.confirmed, weighed.ready, weighed.batch)
        return Retired(weighed.unmarked, weighed.confirmed + weighed.ready)

    def _refuses(self, weighed: Weighed) -> bool:
        """Who fetches some of a bulk makes it no smaller."""
        return self.policy.is_bulk(weighed.ready + weighed.in_use, live=weighed.live)

    async def _mark(self) -> int:
        """All for one moment, so that what became due together is weighed together."""
        due_at = await self.rows.grace_ends_at()
        return await _all_of(partial(self.rows.mark_due, due_at))

    async def _delete(self, find: Find, *, most: int) -> int:
        """Each file is tried once: what has become ready since the weighing was not weighed."""
        deleted, left, behind = 0, most, None
        while left > 0 and (files := await find(behind, min(left, MOST_AT_ONCE))):
            marks = [await self.mark_deleted(file, reason=BY_RETENTION) for file in files]
            deleted, left, behind = deleted + sum(marks), left - len(files), files[-1]
        return deleted


async def _all_of(step: Callable[[int], Awaitable[int]]) -> int:
    done = 0
    while count := await step(MOST_AT_ONCE):
        done += count
    return done


def _tell_refusal(weighed: Weighed) -> None:
    log.error(
        "retention refused: too many files at once",
        files=weighed.ready,
        live=weighed.live,
        confirm_by=f"chunk-service retention confirm {weighed.batch}",
    )
