"""Remove what an ended upload left: its files in this spool, its multipart uploads in the store.

Goes from our rows and by exact key alone. Repeated once after the longest life of a signed request,
since one that was on its way when the upload ended may land after the first pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

import structlog

from chunk_service.domain.objects import (
    MultipartId,
    ObjectTarget,
    OutcomeUnknown,
    SentPart,
    StoredObject,
    StoreError,
)
from chunk_service.domain.states import TERMINAL, State
from chunk_service.domain.uploads import SpoolId, Upload, UploadId

log = structlog.get_logger(__name__)

PASSES = 2
ABORTS = 3


@dataclass(frozen=True, slots=True)
class Owed:
    upload: Upload
    passes_done: int


class Rows(Protocol):
    async def tidy(
        self, upload_ids: Sequence[UploadId], spool_id: SpoolId
    ) -> Mapping[UploadId, Sequence[str]]: ...
    async def note_tidied(
        self, upload_ids: Sequence[UploadId], spool_id: SpoolId, next_after: timedelta
    ) -> None: ...
    async def owed(self, upload_id: UploadId) -> Owed | None: ...
    async def spooled_files(self, upload_id: UploadId, spool_id: SpoolId) -> Sequence[str]: ...
    async def drop_files(self, upload_id: UploadId, spool_id: SpoolId) -> None: ...
    async def note_pass(self, owed: Owed, next_after: timedelta | None) -> None: ...
    async def put_off(self, upload_id: UploadId, delay: timedelta) -> None: ...


class Guard(Protocol):
    async def may_destroy(self) -> bool:
        """False while the database may have been restored to an earlier day."""
        ...


class Store(Protocol):
    async def abort_multipart(self, target: ObjectTarget, multipart: MultipartId) -> None: ...
    async def list_parts(
        self, target: ObjectTarget, multipart: MultipartId
    ) -> Sequence[SentPart] | None: ...
    async def list_multiparts(self, target: ObjectTarget) -> Sequence[MultipartId]: ...
    async def head(self, target: ObjectTarget) -> StoredObject | None: ...
    async def delete(self, target: ObjectTarget) -> None: ...


class Spool(Protocol):
    @property
    def id(self) -> SpoolId: ...
    async def unlink(self, *file_names: str) -> None: ...
    async def recycle(self, *file_names: str) -> None: ...


@dataclass(frozen=True, slots=True)
class CleanUp:
    """`second_pass_after`: longer than any request that was signed before the end can live."""

    rows: Rows
    guard: Guard
    store: Store
    spool: Spool
    second_pass_after: timedelta
    retry_after: timedelta = timedelta(minutes=1)

    async def __call__(self, upload_id: UploadId) -> bool:
        """One pass; False where the store could not be reached, and the pass is still owed."""
        await self._clean_spool(upload_id)
        owed = await self.rows.owed(upload_id)
        if owed is None or owed.upload.state not in TERMINAL:
            return True
        if not await self.guard.may_destroy():
            return False
        try:
            await self._clean_store(owed)
        except StoreError as error:
            log.warning("clean-up put off", upload_id=str(upload_id), reason=str(error))
            await self.rows.put_off(upload_id, self.retry_after)
            return False
        log.info("cleaned up", upload_id=str(upload_id), number=owed.passes_done + 1, of=PASSES)
        is_last = owed.passes_done + 1 >= PASSES
        await self.rows.note_pass(owed, None if is_last else self.second_pass_after)
        return True

    async def tidy(self, upload_ids: Sequence[UploadId]) -> Sequence[UploadId]:
        """The first pass of those that are stored, whose object needs no look: many cost about what
        one does. Returns those that are left to the call above.
        """
        found = await self.rows.tidy(upload_ids, self.spool.id)
        names = [name for names in found.values() for name in names]
        if names:
            await self.spool.recycle(*names)
        if found:
            await self.rows.note_tidied(list(found), self.spool.id, self.second_pass_after)
        for upload_id in found:
            log.info("cleaned up", upload_id=str(upload_id), number=1, of=PASSES)
        return [upload_id for upload_id in upload_ids if upload_id not in found]

    async def _clean_spool(self, upload_id: UploadId) -> None:
        names = await self.rows.spooled_files(upload_id, self.spool.id)
        if names:
            await self.spool.unlink(*names)
            await self.rows.drop_files(upload_id, self.spool.id)

    async def _clean_store(self, owed: Owed) -> None:
        upload = owed.upload
        if upload.pending is not None:
            await self.store.delete(replace(upload.target, key=upload.pending.key))
        if upload.state is State.STORED and owed.passes_done == 0:
            return
        leftovers = set(await self.store.list_multiparts(upload.target))
        if upload.multipart is not None and upload.state is not State.STORED:
            leftovers.add(upload.multipart)
        for multipart in leftovers:
            await self._abort(upload.target, multipart)
        if upload.state is not State.STORED:
            await self._remove_late_object(upload)

    async def _remove_late_object(self, upload: Upload) -> None:
        """A write that was given up as lost may have landed since; another's object stays."""
        found = await self.store.head(upload.target)
        if found is not None and found.upload_id == str(upload.id):
            log.warning("late object removed", upload_id=str(upload.id))
            await self.store.delete(upload.target)

    async def _abort(self, target: ObjectTarget, multipart: MultipartId) -> None:
        """A part in flight can outlive one abort; ask until the store has nothing left of it."""
        for _ in range(ABORTS):
            await self.store.abort_multipart(target, multipart)
            if await self.store.list_parts(target, multipart) is None:
                return
        raise OutcomeUnknown("the store still lists parts of an aborted upload")
