"""Make the object of an upload whose parts were sent by presigned requests, as the client listed
them and the store had them when completing began."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog

from chunk_service.domain.objects import (
    MultipartGone,
    MultipartId,
    ObjectExists,
    ObjectRefused,
    ObjectTarget,
    OutcomeUnknown,
    PartsRefused,
    SentPart,
)
from chunk_service.domain.uploads import Upload, UploadId
from chunk_service.usecases.closing import Closed, CompletingStore, ReadingParts
from chunk_service.usecases.prove_object import ProveObject

log = structlog.get_logger(__name__)

FORGOTTEN = "The store has dropped the parts of this upload."


class Rows(Protocol):
    async def reopen(self, upload_id: UploadId, holder: UUID) -> None: ...


class Store(CompletingStore, Protocol):
    async def list_parts(
        self, target: ObjectTarget, multipart: MultipartId
    ) -> Sequence[SentPart] | None: ...


@dataclass(frozen=True, slots=True)
class MakeOfParts:
    rows: Rows
    reading: ReadingParts
    store: Store
    proof: ProveObject

    async def __call__(self, upload: Upload) -> Closed:
        assert upload.multipart is not None
        assert upload.total_size is not None
        parts = await self.reading.parts(upload.id)
        if await self.proof.begin_call(upload):
            return Closed.OVER
        try:
            await self.store.complete_multipart(
                upload.target,
                multipart=upload.multipart,
                parts=[part.sent for part in parts if part.sent is not None],
                size_bytes=upload.total_size,
                checksum=None,
            )
        except (MultipartGone, PartsRefused) as refusal:
            return await self._reopen(upload, upload.multipart, refusal)
        except (ObjectExists, ObjectRefused) as refusal:
            return await self.proof.decide_refused(upload, refusal)
        return await self.proof.prove(upload)

    async def _reopen(
        self, upload: Upload, multipart: MultipartId, refusal: MultipartGone | PartsRefused
    ) -> Closed:
        """A part was sent again since it was listed: the client lists once more."""
        if await self.proof.is_there(upload):
            return Closed.OVER
        log.warning("parts refused", upload_id=str(upload.id), reason=type(refusal).__name__)
        if await self.store.list_parts(upload.target, multipart) is None:
            return await self.proof.fail(upload, FORGOTTEN)
        if isinstance(refusal, MultipartGone):
            raise OutcomeUnknown("the store lists parts of what it says is gone")
        await self.rows.reopen(upload.id, self.proof.holder)
        return Closed.OVER
