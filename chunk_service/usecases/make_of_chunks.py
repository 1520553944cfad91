"""Make the object of an upload whose bytes came through here.

One that fits a part is one PutObject, from the chunks' files; of any other the parts are in the
store already, and are put together as our rows list them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.objects import (
    MultipartGone,
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
from chunk_service.domain.uploads import Digest, SpoolId, Upload, UploadId
from chunk_service.usecases.closing import LOST, Closed, CompletingStore, PartRow
from chunk_service.usecases.lose_chunks import LoseChunks
from chunk_service.usecases.mend_parts import MendParts
from chunk_service.usecases.prove_object import ProveObject
from chunk_service.usecases.put_whole import Store as PuttingStore
from chunk_service.usecases.put_whole import put_whole
from chunk_service.usecases.relay_parts import part_checksum
from chunk_service.usecases.relaying import Slice, SourceChunk

log = structlog.get_logger(__name__)


class Rows(Protocol):
    async def sources(
        self, upload_id: UploadId, spool_id: SpoolId
    ) -> Sequence[SourceChunk] | None: ...
    async def sent_parts(self, upload_id: UploadId) -> Sequence[PartRow] | None: ...


class Store(CompletingStore, PuttingStore, Protocol):
    async def head(self, target: ObjectTarget) -> StoredObject | None: ...


class Spool(Protocol):
    @property
    def id(self) -> SpoolId: ...
    def source(self, slices: Sequence[Slice], checksum: Checksum | None) -> PartSource: ...


Combine = Callable[[Iterable[Digest], Iterable[Algorithm]], Digest]


@dataclass(frozen=True, slots=True)
class MakeOfChunks:
    rows: Rows
    store: Store
    spool: Spool
    proof: ProveObject
    mend_parts: MendParts
    lose_chunks: LoseChunks
    combine: Combine

    async def __call__(self, upload: Upload) -> Closed:
        if upload.fits_one_part:
            return await self._put_at_once(upload)
        return await self._complete_multipart(upload)

    async def _put_at_once(self, upload: Upload) -> Closed:
        """The whole object in one PutObject, from the chunks' files."""
        chunks = await self.rows.sources(upload.id, self.spool.id)
        if chunks is None:
            return Closed.WAITING
        checksum = answered_checksum(upload, self.combine(_digests(chunks), upload.algorithms))
        if not all(chunk.has_file for chunk in chunks):
            return await self._decide_lost(upload, checksum)
        if await self.proof.begin_call(upload, checksum):
            return Closed.OVER
        return await self.put_marked(upload, chunks)

    async def put_marked(self, upload: Upload, chunks: Sequence[SourceChunk]) -> Closed:
        """Make the call that the mark is set for."""
        digest = self.combine(_digests(chunks), upload.algorithms)
        checksum = answered_checksum(upload, digest)
        source = self.spool.source(_slices(chunks), part_checksum(upload, digest))
        try:
            seen = await put_whole(self.store, upload, source)
        except SourceDamaged as damage:
            return await self._reopen(upload, chunks, damage.indices)
        except (ObjectExists, ObjectRefused) as refusal:
            return await self.proof.decide_refused(upload, refusal, checksum)
        return await self.proof.prove(upload, checksum, seen)

    async def _decide_lost(self, upload: Upload, checksum: Checksum) -> Closed:
        """Whoever had its bytes in memory has ended or given up: it is in the store, or nowhere."""
        if await self.proof.is_there(upload, checksum):
            return Closed.OVER
        log.error("small file lost", upload_id=str(upload.id))
        return await self.proof.fail(upload, LOST)

    async def _complete_multipart(self, upload: Upload) -> Closed:
        parts = await self.rows.sent_parts(upload.id)
        if parts is None:
            return Closed.WAITING
        checksum = answered_checksum(upload, self._whole(upload, parts))
        if await self.proof.begin_call(upload, checksum):
            return Closed.OVER
        return await self.complete_marked(upload, parts)

    async def complete_marked(self, upload: Upload, parts: Sequence[PartRow]) -> Closed:
        """Make the call that the mark is set for."""
        assert upload.multipart is not None
        assert upload.total_size is not None
        digest = self._whole(upload, parts)
        checksum = answered_checksum(upload, digest)
        sent = [part.sent for part in parts if part.sent is not None]
        try:
            await self.store.complete_multipart(
                upload.target,
                multipart=upload.multipart,
                parts=sent,
                size_bytes=upload.total_size,
                checksum=part_checksum(upload, digest),
            )
        except (MultipartGone, PartsRefused) as refusal:
            return await self._mend(upload, checksum, sent, refusal)
        except (ObjectExists, ObjectRefused) as refusal:
            return await self.proof.decide_refused(upload, refusal, checksum)
        return await self.proof.prove(upload, checksum)

    def _whole(self, upload: Upload, parts: Sequence[PartRow]) -> Digest:
        digests = (part.digest for part in parts if part.digest is not None)
        return self.combine(digests, upload.algorithms)

    async def _mend(
        self,
        upload: Upload,
        checksum: Checksum,
        sent: Sequence[SentPart],
        refusal: MultipartGone | PartsRefused,
    ) -> Closed:
        """Refused, and the key proved empty: nothing is under way, parts may be forgotten."""
        if await self.proof.is_there(upload, checksum):
            return Closed.OVER
        log.error("parts refused", upload_id=str(upload.id), reason=type(refusal).__name__)
        await self.proof.clear(upload)
        if await self.mend_parts(upload, sent):
            return Closed.WAITING
        raise OutcomeUnknown("the list of parts has been corrected")

    async def _reopen(
        self, upload: Upload, chunks: Sequence[SourceChunk], indices: Iterable[int]
    ) -> Closed:
        """The body never became whole; once the key is proved empty the chunks are asked for."""
        if await self.store.head(upload.target) is None:
            lost = frozenset(indices)
            await self.proof.clear(upload)
            names = [chunk.file_name for chunk in chunks if chunk.index in lost]
            await self.lose_chunks(upload.id, names)
        return Closed.OVER


def _slices(chunks: Sequence[SourceChunk]) -> Sequence[Slice]:
    return [
        Slice(chunk.index, chunk.file_name, 0, digest)
        for chunk in chunks
        for digest in chunk.slices
    ]


def _digests(chunks: Sequence[SourceChunk]) -> Iterator[Digest]:
    return (digest for chunk in chunks for digest in chunk.slices)


def answered_checksum(upload: Upload, digest: Digest) -> Checksum:
    """What the client declared, which has been verified, or else the CRC-64 of the whole."""
    if upload.checksum is not None:
        return upload.checksum
    return Checksum.of_int(Algorithm.CRC64NVME, digest.crc64nvme)
