"""Close a completing upload: make the object, prove it, and tell.

An upload leaves `completing` only on proof. HEAD showing our upload's id and size proves success; a
definitive refusal followed by HEAD finding nothing proves failure. Whatever else happens, the mark
that a call is outstanding stays, and the next try begins by looking.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog

from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.errors import DatabaseUnavailable
from chunk_service.domain.objects import (
    MultipartGone,
    MultipartId,
    ObjectExists,
    ObjectRefused,
    ObjectTarget,
    OutcomeUnknown,
    PartSource,
    PartsRefused,
    SentPart,
    SourceDamaged,
    StoredObject,
)
from chunk_service.domain.plan import count_parts
from chunk_service.domain.states import State
from chunk_service.domain.uploads import Digest, SpoolId, Stored, Upload, UploadId
from chunk_service.usecases.closing import Closed, PartRow
from chunk_service.usecases.end_upload import EndUpload
from chunk_service.usecases.lose_chunks import LoseChunks
from chunk_service.usecases.mend_parts import MendParts
from chunk_service.usecases.relay_parts import part_checksum
from chunk_service.usecases.relaying import Slice, SourceChunk

log = structlog.get_logger(__name__)

LEASE_SECONDS = 60.0


class Rows(Protocol):
    async def take(
        self, upload_id: UploadId, holder: UUID, lease_seconds: float
    ) -> Upload | None: ...
    async def let_go(self, upload_id: UploadId, holder: UUID) -> None: ...
    async def set_closing(self, upload_id: UploadId, holder: UUID) -> bool: ...
    async def clear_closing(self, upload_id: UploadId, holder: UUID) -> bool: ...
    async def sources(
        self, upload_id: UploadId, spool_id: SpoolId
    ) -> Sequence[SourceChunk] | None: ...


class Reading(Protocol):
    async def read(self, upload_id: UploadId) -> Upload | None: ...
    async def parts(self, upload_id: UploadId) -> Sequence[PartRow]: ...


class Store(Protocol):
    async def complete_multipart(
        self,
        target: ObjectTarget,
        *,
        multipart: MultipartId,
        parts: Sequence[SentPart],
        size_bytes: int,
        checksum: Checksum | None,
    ) -> None: ...
    async def put_object(self, target: ObjectTarget, *, source: PartSource) -> None: ...
    async def head(self, target: ObjectTarget) -> StoredObject | None: ...


class Spool(Protocol):
    @property
    def id(self) -> SpoolId: ...
    def source(self, slices: Sequence[Slice], checksum: Checksum | None) -> PartSource: ...


Combine = Callable[[Iterable[Digest], Iterable[Algorithm]], Digest]


@dataclass(frozen=True, slots=True)
class CloseUpload:
    rows: Rows
    reading: Reading
    store: Store
    spool: Spool
    end: EndUpload
    mend_parts: MendParts
    lose_chunks: LoseChunks
    combine: Combine
    holder: UUID
    lease_seconds: float = LEASE_SECONDS

    async def __call__(self, upload_id: UploadId) -> Closed:
        """Go as far as can be gone now. StoreError: nothing is decided, come back later."""
        upload = await self.rows.take(upload_id, self.holder, self.lease_seconds)
        if upload is None:
            current = await self.reading.read(upload_id)
            is_completing = current is not None and current.state is State.COMPLETING
            return Closed.BUSY if is_completing else Closed.OVER
        try:
            return await self._close(upload)
        finally:
            with suppress(DatabaseUnavailable):
                await asyncio.shield(self.rows.let_go(upload_id, self.holder))

    async def _close(self, upload: Upload) -> Closed:
        if upload.fits_one_part:
            return await self._close_single(upload)
        return await self._close_multipart(upload)

    async def _close_single(self, upload: Upload) -> Closed:
        """The whole object in one PutObject, from the chunks' files."""
        chunks = await self.rows.sources(upload.id, self.spool.id)
        if chunks is None:
            return Closed.WAITING
        slices = [
            Slice(chunk.index, chunk.file_name, 0, digest)
            for chunk in chunks
            for digest in chunk.slices
        ]
        digest = self.combine((each.digest for each in slices), upload.algorithms)
        source = self.spool.source(slices, part_checksum(upload, digest))
        if await self._begin_call(upload, digest):
            return Closed.OVER
        try:
            await self._put(upload, source)
        except SourceDamaged as damage:
            return await self._reopen(upload, chunks, damage.indices)
        except (ObjectExists, ObjectRefused) as refusal:
            return await self._decide_refused(upload, digest, refusal)
        return await self._prove(upload, digest)

    async def _put(self, upload: Upload, source: PartSource) -> None:
        """Bytes can be spoiled on their way: only a body refused twice is refused for good."""
        try:
            await self.store.put_object(upload.target, source=source)
        except ObjectRefused as refusal:
            log.warning("body refused", upload_id=str(upload.id), reason=str(refusal))
            await self.store.put_object(upload.target, source=source)

    async def _close_multipart(self, upload: Upload) -> Closed:
        parts = await self.reading.parts(upload.id)
        sent = [part.sent for part in parts if part.sent is not None]
        digests = [part.digest for part in parts if part.digest is not None]
        assert upload.total_size is not None
        if len(sent) < count_parts(upload.total_size, upload.part_size):
            return Closed.WAITING
        assert upload.multipart is not None
        digest = self.combine(digests, upload.algorithms)
        if await self._begin_call(upload, digest):
            return Closed.OVER
        try:
            await self.store.complete_multipart(
                upload.target,
                multipart=upload.multipart,
                parts=sent,
                size_bytes=upload.total_size,
                checksum=part_checksum(upload, digest),
            )
        except (MultipartGone, PartsRefused) as refusal:
            return await self._mend(upload, digest, sent, refusal)
        except (ObjectExists, ObjectRefused) as refusal:
            return await self._decide_refused(upload, digest, refusal)
        return await self._prove(upload, digest)

    async def _begin_call(self, upload: Upload, digest: Digest) -> bool:
        """Set the mark before the call; True where an earlier call is found to have succeeded."""
        if upload.closing and await self._is_there(upload, digest):
            return True
        return not await self.rows.set_closing(upload.id, self.holder)

    async def _is_there(self, upload: Upload, digest: Digest) -> bool:
        found = await self.store.head(upload.target)
        if found is None or not _is_ours(found, upload):
            return False
        await self._finish(upload, found, digest)
        return True

    async def _prove(self, upload: Upload, digest: Digest) -> Closed:
        """The store said yes; the object itself is the proof."""
        found = await self.store.head(upload.target)
        if found is not None and _is_ours(found, upload):
            await self._finish(upload, found, digest)
            return Closed.OVER
        log.error("object not as completed", upload_id=str(upload.id), found=found is not None)
        raise OutcomeUnknown("the store said yes and does not show the object")

    async def _finish(self, upload: Upload, found: StoredObject, digest: Digest) -> None:
        checksum = answered_checksum(upload, digest)
        stored = Stored(size_bytes=found.size_bytes, etag=found.etag, checksum=checksum)
        await self.end(upload, State.STORED, stored=stored)

    async def _decide_refused(
        self, upload: Upload, digest: Digest, refusal: ObjectExists | ObjectRefused
    ) -> Closed:
        found = await self.store.head(upload.target)
        if found is not None and _is_ours(found, upload):
            await self._finish(upload, found, digest)
        elif found is not None or isinstance(refusal, ObjectRefused):
            log.error("object refused", upload_id=str(upload.id), reason=str(refusal))
            failure = "The store refused the object for good." if found is None else FOREIGN
            await self.end(upload, State.FAILED, failure=failure)
        else:
            raise OutcomeUnknown("another write held the key, and left nothing there")
        return Closed.OVER

    async def _mend(
        self,
        upload: Upload,
        digest: Digest,
        sent: Sequence[SentPart],
        refusal: MultipartGone | PartsRefused,
    ) -> Closed:
        """Refused, and the key proved empty: nothing is under way, parts may be forgotten."""
        if await self._is_there(upload, digest):
            return Closed.OVER
        log.error("parts refused", upload_id=str(upload.id), reason=type(refusal).__name__)
        await self.rows.clear_closing(upload.id, self.holder)
        if await self.mend_parts(upload, sent):
            return Closed.WAITING
        raise OutcomeUnknown("the list of parts has been corrected")

    async def _reopen(
        self, upload: Upload, chunks: Sequence[SourceChunk], indices: Iterable[int]
    ) -> Closed:
        """The body never became whole; once the key is proved empty the chunks are asked for."""
        if await self.store.head(upload.target) is None:
            lost = frozenset(indices)
            await self.rows.clear_closing(upload.id, self.holder)
            names = [chunk.file_name for chunk in chunks if chunk.index in lost]
            await self.lose_chunks(upload.id, names)
        return Closed.OVER


FOREIGN = "Another object lies at the key."


def _is_ours(found: StoredObject, upload: Upload) -> bool:
    return found.upload_id == str(upload.id) and found.size_bytes == upload.total_size


def answered_checksum(upload: Upload, digest: Digest) -> Checksum:
    """What the client declared, which has been verified, or else the CRC-64 of the whole."""
    if upload.checksum is not None:
        return upload.checksum
    return Checksum.of_int(Algorithm.CRC64NVME, digest.crc64nvme)
