"""When an object counts as made, and when as refused, whatever way its bytes came.

An upload leaves `completing` only on proof. HEAD showing our upload's id and size proves success; a
definitive refusal followed by HEAD finding nothing proves failure. Whatever else happens, the mark
that a call is outstanding stays, and the next try begins by looking.
"""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog

from chunk_service.domain.checksums import Checksum
from chunk_service.domain.errors import UnsupportedMediaType
from chunk_service.domain.objects import (
    ObjectExists,
    ObjectRefused,
    ObjectTarget,
    OutcomeUnknown,
    StoredObject,
)
from chunk_service.domain.states import State
from chunk_service.domain.uploads import Stored, Upload, UploadId
from chunk_service.usecases.closing import Closed

log = structlog.get_logger(__name__)

FOREIGN = "Another object lies at the key."
REFUSED = "The store refused the object for good."


class Rows(Protocol):
    async def set_closing(self, upload_id: UploadId, holder: UUID) -> bool: ...
    async def clear_closing(self, upload_id: UploadId, holder: UUID) -> bool: ...


class Store(Protocol):
    async def head(self, target: ObjectTarget) -> StoredObject | None: ...


class Check(Protocol):
    async def __call__(self, upload: Upload, target: ObjectTarget, etag: str) -> None:
        """UnsupportedMediaType where it may not be a file."""
        ...


class End(Protocol):
    async def __call__(
        self,
        upload: Upload,
        state: State,
        *,
        stored: Stored | None = None,
        failure: str | None = None,
    ) -> Upload | None: ...


@dataclass(frozen=True, slots=True)
class ProveObject:
    """`checksum`: what is known of the whole object; without it, what the store says of it.

    `check` is of an object whose bytes nobody here has seen.
    """

    rows: Rows
    store: Store
    end: End
    holder: UUID
    check: Check | None = None

    async def begin_call(self, upload: Upload, checksum: Checksum | None = None) -> bool:
        """Set the mark before the call; True where nothing is left to be called for, because an
        earlier call is found to have succeeded, or another process is at it.
        """
        if upload.closing and await self.is_there(upload, checksum):
            return True
        return not await self.rows.set_closing(upload.id, self.holder)

    async def is_there(self, upload: Upload, checksum: Checksum | None = None) -> bool:
        found = await self.store.head(upload.target)
        if found is None or not _is_ours(found, upload):
            return False
        await self._finish(upload, found, checksum)
        return True

    async def prove(
        self, upload: Upload, checksum: Checksum | None = None, seen: StoredObject | None = None
    ) -> Closed:
        """The store said yes; the object itself is the proof: as `seen` since, or looked at now."""
        found = seen or await self.store.head(upload.target)
        if found is not None and _is_ours(found, upload):
            await self._finish(upload, found, checksum)
            return Closed.ENDED
        log.error("object not as completed", upload_id=str(upload.id), found=found is not None)
        raise OutcomeUnknown("the store said yes and does not show the object")

    async def decide_refused(
        self,
        upload: Upload,
        refusal: ObjectExists | ObjectRefused,
        checksum: Checksum | None = None,
    ) -> Closed:
        found = await self.store.head(upload.target)
        if found is not None and _is_ours(found, upload):
            await self._finish(upload, found, checksum)
        elif found is not None or isinstance(refusal, ObjectRefused):
            log.error("object refused", upload_id=str(upload.id), reason=str(refusal))
            await self.fail(upload, REFUSED if found is None else FOREIGN)
        else:
            raise OutcomeUnknown("another write held the key, and left nothing there")
        return Closed.OVER

    async def clear(self, upload: Upload) -> None:
        """The key was proved empty, and nothing is under way that could fill it."""
        await self.rows.clear_closing(upload.id, self.holder)

    async def fail(self, upload: Upload, failure: str) -> Closed:
        await self.end(upload, State.FAILED, failure=failure)
        return Closed.ENDED

    async def _finish(self, upload: Upload, found: StoredObject, checksum: Checksum | None) -> None:
        if self.check is not None:
            try:
                await self.check(upload, upload.target, found.etag)
            except UnsupportedMediaType as fault:
                await self.fail(upload, fault.detail)
                return
        stored = Stored(
            size_bytes=found.size_bytes, etag=found.etag, checksum=checksum or found.checksum
        )
        await self.end(upload, State.STORED, stored=stored)


def _is_ours(found: StoredObject, upload: Upload) -> bool:
    return found.upload_id == str(upload.id) and found.size_bytes == upload.total_size
