"""Legal hold: while a file is held neither its owner nor retention can delete it.

Set and released by operators alone, over files of any owner.
"""

from dataclasses import dataclass
from typing import Protocol

import structlog

from chunk_service.domain.library import File
from chunk_service.usecases.delete_file import unknown_file

log = structlog.get_logger(__name__)


class Rows(Protocol):
    async def hold(self, key: str) -> File | None: ...
    async def release(self, key: str) -> File | None: ...


@dataclass(frozen=True, slots=True)
class HoldFiles:
    """Each may be repeated; NotFound for what there is not, or is deleted already."""

    rows: Rows

    async def __call__(self, key: str) -> File:
        return _told("file held", await self.rows.hold(key))

    async def release(self, key: str) -> File:
        """From here on it is like any other file: once due, it has the whole grace."""
        return _told("file released", await self.rows.release(key))


def _told(what: str, file: File | None) -> File:
    if file is None:
        raise unknown_file()
    log.info(what, file_id=str(file.id), owner=file.owner)
    return file
