"""What a presigned request has written becomes a file, if it is what was agreed on.

Looked at in the store, pinned by its ETag, and copied from the pending key to the one that was
announced; what breaks the agreement fails the upload and is deleted. Clients that never ask for it
find their files all the same: it happens in passing, and from time to time.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from chunk_service.domain.errors import (
    ContentTooLarge,
    Refused,
    ServiceError,
    StateConflict,
    StorageUnavailable,
    UploadIncomplete,
    ValidationFailed,
)
from chunk_service.domain.objects import ObjectTarget, StoredObject, StoreError
from chunk_service.domain.principals import Principal
from chunk_service.domain.states import LIVE, Change, State, after
from chunk_service.domain.uploads import Upload, UploadId
from chunk_service.usecases.await_end import AwaitEnd
from chunk_service.usecases.check_stored import CheckStored
from chunk_service.usecases.delete_file import unknown_file
from chunk_service.usecases.end_upload import EndUpload

log = structlog.get_logger(__name__)

MOST_IN_PASSING = 20
PASSING_SECONDS = 5.0


class Rows(Protocol):
    async def find_by_key(self, principal: Principal, key: str) -> Upload | None: ...
    async def pending_of(self, principal: Principal, limit: int) -> Sequence[Upload]: ...
    async def begin_completing(
        self, upload: Upload, *, size_bytes: int, etag: str | None
    ) -> Upload | None: ...


class Reading(Protocol):
    async def read(self, upload_id: UploadId) -> Upload | None: ...


class Store(Protocol):
    async def head(self, target: ObjectTarget) -> StoredObject | None: ...


@dataclass(frozen=True, slots=True)
class ConfirmUpload:
    rows: Rows
    reading: Reading
    store: Store
    check: CheckStored
    end: EndUpload
    await_end: AwaitEnd

    async def __call__(self, principal: Principal, key: str) -> Upload:
        """The upload, `stored`; UploadIncomplete where nothing has been written yet."""
        upload = await self.rows.find_by_key(principal, key)
        if upload is None:
            raise unknown_file()
        if upload.state is State.OPEN:
            upload = await self._look_now(upload)
        if upload.state is State.COMPLETING:
            upload = await self.await_end(upload)
        return await self.await_end.check_stored(upload)

    async def in_passing(self, principal: Principal) -> None:
        """All that this principal may have written; what can't be told now is let be."""
        uploads = await self.rows.pending_of(principal, MOST_IN_PASSING)
        with suppress(TimeoutError):
            async with asyncio.timeout(PASSING_SECONDS):
                await asyncio.gather(*map(self._try, uploads))

    async def one_in_passing(self, principal: Principal, key: str) -> bool:
        """Whether it may be a file now. StorageUnavailable where that can't be told: what may be
        there is not absent.
        """
        upload = await self.rows.find_by_key(principal, key)
        if upload is None or upload.pending is None or upload.state not in LIVE:
            return False
        try:
            seen = await self.look(upload) if upload.state is State.OPEN else upload
        except StoreError as error:
            raise StorageUnavailable from error
        except Refused:
            return False
        if seen is not None:
            await self.await_end(seen)
        return seen is not None

    async def _try(self, upload: Upload) -> None:
        with suppress(ServiceError, StoreError):
            seen = await self.look(upload)
            if seen is not None:
                await self.await_end(seen)

    async def _look_now(self, upload: Upload) -> Upload:
        if upload.pending is None:
            raise StateConflict("This upload is completed by another call.", way=str(upload.way))
        try:
            seen = await self.look(upload)
        except StoreError as error:
            raise StorageUnavailable from error
        if seen is None:
            raise UploadIncomplete("Nothing has been uploaded yet.")
        return seen

    async def look(self, upload: Upload) -> Upload | None:
        """The upload on its way to be a file or past that; None where nothing is there yet.

        ServiceError says how it broke the agreement: then it has failed.
        """
        assert upload.pending is not None
        target = replace(upload.target, key=upload.pending.key)
        found = await self.store.head(target)
        if found is None:
            return await self._moved_on(upload)
        try:
            _check_agreed(upload, found)
            await self.check(upload, target, found.etag)
        except ServiceError as breach:
            if not await self._refuse(upload, breach):
                return await self._moved_on(upload)
            raise
        began = await self.rows.begin_completing(
            upload, size_bytes=found.size_bytes, etag=found.etag
        )
        if began is not None:
            return self.await_end.pursue(began)
        return await self.reading.read(upload.id)

    async def _moved_on(self, upload: Upload) -> Upload | None:
        """What was seen may be what another confirmation left behind."""
        current = await self.reading.read(upload.id)
        return None if current is None or current.state is State.OPEN else current

    async def _refuse(self, upload: Upload, breach: ServiceError) -> bool:
        """False where it was not open any more: what was judged was not what another took."""
        log.warning("agreement broken", upload_id=str(upload.id), problem=breach.type)
        target = after(upload.state, Change.REFUSE)
        assert target is not None
        return await self.end(upload, target, failure=breach.detail) is not None


def _check_agreed(upload: Upload, found: StoredObject) -> None:
    if upload.total_size not in (None, found.size_bytes):
        raise ValidationFailed(
            f"What was uploaded has {found.size_bytes} bytes, not {upload.total_size} as agreed."
        )
    if found.size_bytes > upload.max_size:
        raise ContentTooLarge(
            f"What was uploaded has more than {upload.max_size} bytes.", max_size=upload.max_size
        )
