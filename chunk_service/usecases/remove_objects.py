"""Remove the objects of deleted files, by exact key, until the store says that they are gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from chunk_service.domain.library import File, StoredFileId
from chunk_service.domain.objects import ObjectTarget, StoredObject, StoreError

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 200


class Rows(Protocol):
    async def may_destroy(self) -> bool:
        """False while the database may have been restored to an earlier day."""
        ...

    async def find_owed(self, limit: int) -> Sequence[File]: ...
    async def note_removed(self, file_id: StoredFileId) -> None: ...
    async def put_off(self, file_id: StoredFileId, delay: timedelta) -> None: ...


class Store(Protocol):
    async def head(self, target: ObjectTarget) -> StoredObject | None: ...
    async def delete(self, target: ObjectTarget) -> None: ...


@dataclass(frozen=True, slots=True)
class RemoveObjects:
    rows: Rows
    store: Store
    retry_after: timedelta = timedelta(minutes=1)

    async def __call__(self) -> int:
        """How many are gone now; the rest stays owed."""
        owed = await self.rows.find_owed(MOST_AT_ONCE)
        return sum([await self.one(file) for file in owed])

    async def one(self, file: File) -> bool:
        if not await self.rows.may_destroy():
            return False
        try:
            await self._remove(file)
        except StoreError as error:
            log.warning("removal put off", file_id=str(file.id), reason=str(error))
            await self.rows.put_off(file.id, self.retry_after)
            return False
        await self.rows.note_removed(file.id)
        return True

    async def _remove(self, file: File) -> None:
        """Another's object at our key stays: a row may come from a restored database."""
        found = await self.store.head(file.target)
        if found is not None and found.upload_id == str(file.id):
            await self.store.delete(file.target)
