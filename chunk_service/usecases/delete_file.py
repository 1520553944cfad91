"""Delete a file: at once for everybody, in the store as soon as the store can be reached."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog

from chunk_service.domain.errors import NotFound, StateConflict
from chunk_service.domain.events import Event, file_deleted_event
from chunk_service.domain.library import File
from chunk_service.domain.principals import Principal
from chunk_service.usecases.remove_objects import RemoveObjects

log = structlog.get_logger(__name__)

BY_OWNER = "deleted by its owner"


class Files(Protocol):
    async def find(self, principal: Principal, key: str) -> File | None: ...


class Marking(Protocol):
    async def mark(self, file: File, event: Event, *, reason: str) -> bool:
        """False where it may not be deleted as it was read."""
        ...


class Rows(Protocol):
    async def was_deleted(self, principal: Principal, key: str) -> bool: ...


def unknown_file() -> NotFound:
    """The same for a file that never was and one that is somebody else's."""
    return NotFound("There is no such file.")


@dataclass(frozen=True, slots=True)
class MarkDeleted:
    """The one way out of being a file: row and event together, whoever wants it and why."""

    rows: Marking
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]

    async def __call__(self, file: File, *, reason: str) -> bool:
        """False where the file has changed since it was read, or must stay."""
        event = file_deleted_event(file, reason=reason, unique=self.new_id(), at=self.now())
        marked = await self.rows.mark(file, event, reason=reason)
        if marked:
            log.info(event.type, file_id=str(file.id), owner=file.owner, event_id=event.id)
        return marked


@dataclass(frozen=True, slots=True)
class DeleteFile:
    files: Files
    rows: Rows
    mark: MarkDeleted
    remove: RemoveObjects
    patience_seconds: float = 2.0

    async def __call__(self, principal: Principal, key: str) -> None:
        """Return also where it was deleted before; NotFound where there never was such a file.

        StateConflict where it is held; that too may change while it is read.
        """
        while True:
            file = await self.files.find(principal, key)
            if file is None:
                break
            if file.legal_hold:
                raise StateConflict("The file is under legal hold: it cannot be deleted.")
            if await self.mark(file, reason=BY_OWNER):
                await self._remove(file)
                return
        if not await self.rows.was_deleted(principal, key):
            raise unknown_file()

    async def _remove(self, file: File) -> None:
        """What a slow store leaves undone now is still owed, and done by the next round."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.patience_seconds):
                await self.remove.one(file)
