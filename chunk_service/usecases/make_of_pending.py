"""Make the object of an upload that a presigned request wrote: a copy of what was confirmed.

One call copies up to 5 GiB; above that the copy is a multipart upload of ranges. Either takes the
source only as long as it is what it was found to be.
"""

from dataclasses import dataclass
from typing import Protocol

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
    SourceChanged,
)
from chunk_service.domain.plan import GIB, MAX_PART_BYTES
from chunk_service.domain.uploads import Pending, Upload, UploadId
from chunk_service.usecases.begin_multipart import BeginMultipart
from chunk_service.usecases.closing import Closed, CompletingStore
from chunk_service.usecases.prove_object import ProveObject

log = structlog.get_logger(__name__)

CHANGED = "What was uploaded changed while it was being confirmed."


class Store(CompletingStore, Protocol):
    async def copy_object(self, target: ObjectTarget, *, source_key: str, etag: str) -> None: ...
    async def copy_part(
        self,
        target: ObjectTarget,
        *,
        multipart: MultipartId,
        number: int,
        source_key: str,
        etag: str,
        first_byte: int,
        last_byte: int,
    ) -> SentPart: ...


class Repairing(Protocol):
    async def forget_multipart(self, upload_id: UploadId, multipart: MultipartId) -> bool: ...


@dataclass(frozen=True, slots=True)
class MakeOfPending:
    store: Store
    proof: ProveObject
    begin_multipart: BeginMultipart
    repairing: Repairing
    most_at_once_bytes: int = MAX_PART_BYTES
    range_bytes: int = GIB

    async def __call__(self, upload: Upload) -> Closed:
        if await self.proof.begin_call(upload):
            return Closed.OVER
        try:
            await self._copy(upload)
        except SourceChanged as change:
            if await self.proof.is_there(upload):
                return Closed.OVER
            log.warning("pending object changed", upload_id=str(upload.id), reason=str(change))
            return await self.proof.fail(upload, CHANGED)
        except (MultipartGone, PartsRefused) as loss:
            return await self._begin_anew(upload, loss)
        except (ObjectExists, ObjectRefused) as refusal:
            return await self.proof.decide_refused(upload, refusal)
        return await self.proof.prove(upload)

    async def _begin_anew(self, upload: Upload, loss: MultipartGone | PartsRefused) -> Closed:
        """The store has dropped the ranges, unless it was because the object is complete."""
        if await self.proof.is_there(upload):
            return Closed.OVER
        await self.proof.clear(upload)
        multipart = await self.begin_multipart(upload)
        await self.repairing.forget_multipart(upload.id, multipart)
        raise OutcomeUnknown("the ranges must be copied again") from loss

    async def _copy(self, upload: Upload) -> None:
        pending, size_bytes = upload.pending, upload.total_size
        assert pending is not None
        assert pending.etag is not None
        assert size_bytes is not None
        if size_bytes > self.most_at_once_bytes:
            await self._copy_ranges(upload, pending, size_bytes)
        else:
            await self.store.copy_object(upload.target, source_key=pending.key, etag=pending.etag)

    async def _copy_ranges(self, upload: Upload, pending: Pending, size_bytes: int) -> None:
        assert pending.etag is not None
        multipart = await self.begin_multipart(upload)
        parts = [
            await self.store.copy_part(
                upload.target,
                multipart=multipart,
                number=number,
                source_key=pending.key,
                etag=pending.etag,
                first_byte=start,
                last_byte=min(start + self.range_bytes, size_bytes) - 1,
            )
            for number, start in enumerate(range(0, size_bytes, self.range_bytes), start=1)
        ]
        await self.store.complete_multipart(
            upload.target, multipart=multipart, parts=parts, size_bytes=size_bytes, checksum=None
        )
