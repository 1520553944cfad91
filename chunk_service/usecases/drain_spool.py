"""Let a spool take no new uploads, and say what is left there until it can be taken away."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

import structlog

from chunk_service.domain.errors import NotFound
from chunk_service.domain.uploads import SpoolId

LOOK_AGAIN_SECONDS = 1.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Left:
    """Live uploads that are bound to the spool or have chunks there; `attempts` are coming in."""

    uploads: int
    chunks: int
    size_bytes: int
    attempts: int

    @property
    def is_nothing(self) -> bool:
        return not (self.uploads or self.chunks or self.attempts)


class Rows(Protocol):
    async def drain(self, spool_id: SpoolId) -> bool: ...
    async def undo(self, spool_id: SpoolId) -> bool: ...
    async def left(self, spool_id: SpoolId) -> Left: ...


@dataclass(frozen=True, slots=True)
class DrainSpool:
    """It lasts beyond restarts, until it is undone. NotFound where there is no such spool."""

    rows: Rows

    async def __call__(self, spool_id: SpoolId) -> Left:
        if not await self.rows.drain(spool_id):
            raise _unknown_spool()
        log.info("spool drains", spool_id=str(spool_id))
        return await self.rows.left(spool_id)

    async def undo(self, spool_id: SpoolId) -> None:
        if not await self.rows.undo(spool_id):
            raise _unknown_spool()
        log.info("spool drains no more", spool_id=str(spool_id))

    async def until_empty(self, spool_id: SpoolId) -> AsyncIterator[Left]:
        """What is left, each time that it has changed; the last is nothing."""
        before: Left | None = None
        while True:
            left = await self.rows.left(spool_id)
            if left != before:
                yield left
            if left.is_nothing:
                return
            before = left
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _unknown_spool() -> NotFound:
    return NotFound("There is no such spool; see `chunk-service spool list`.")
