"""Send one covered window to the object store and note its ETag; then its files may go.

The lease only saves double work; what keeps a late sender from doing harm is the condition under
which an ETag is committed. A failure of the store gives the claim back, so that only processes that
died over a window count against it; so does a claim whose answer was lost.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog

from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.errors import DatabaseUnavailable
from chunk_service.domain.objects import (
    MultipartGone,
    MultipartId,
    ObjectTarget,
    PartSource,
    SourceDamaged,
    StoreError,
)
from chunk_service.domain.uploads import Digest, SpoolId, Upload, UploadId
from chunk_service.usecases.begin_multipart import BeginMultipart
from chunk_service.usecases.lose_chunks import LoseChunks
from chunk_service.usecases.relaying import (
    LEASE_SECONDS,
    Claim,
    MeteredSource,
    SentWindow,
    Slice,
)

log = structlog.get_logger(__name__)

GIVE_BACK_DELAYS_SECONDS = (0.0, 0.2, 1.0, 3.0)


class Rows(Protocol):
    async def claim(
        self, upload_id: UploadId, spool_id: SpoolId, holder: UUID, lease_seconds: float
    ) -> Claim | None: ...
    async def renew(self, claim: Claim, lease_seconds: float) -> bool: ...
    async def give_back(self, upload_id: UploadId, holder: UUID) -> None: ...


class Repairing(Protocol):
    async def forget_multipart(self, upload_id: UploadId, multipart: MultipartId) -> bool: ...


class Store(Protocol):
    async def upload_part(
        self, target: ObjectTarget, *, multipart: MultipartId, number: int, source: PartSource
    ) -> str: ...


class Spool(Protocol):
    @property
    def id(self) -> SpoolId: ...
    def source(self, slices: Sequence[Slice], checksum: Checksum | None) -> PartSource: ...


class NoteSent(Protocol):
    async def __call__(self, claim: Claim, sent: SentWindow) -> bool: ...


Combine = Callable[[Iterable[Digest], Iterable[Algorithm]], Digest]


@dataclass(frozen=True, slots=True)
class RelayParts:
    rows: Rows
    repairing: Repairing
    store: Store
    spool: Spool
    begin_multipart: BeginMultipart
    note_sent: NoteSent
    lose_chunks: LoseChunks
    combine: Combine
    new_id: Callable[[], UUID]
    lease_seconds: float = LEASE_SECONDS
    give_back_delays_seconds: Sequence[float] = GIVE_BACK_DELAYS_SECONDS

    async def claim(self, upload_id: UploadId) -> Claim | None:
        """A covered window of this spool that nobody is at; None where there is none."""
        holder = self.new_id()
        try:
            return await self.rows.claim(upload_id, self.spool.id, holder, self.lease_seconds)
        except (DatabaseUnavailable, asyncio.CancelledError):
            # Perhaps it was made and only the answer is lost: nobody would send that window.
            await asyncio.shield(self.give_back(upload_id, holder))
            raise

    async def send(self, claim: Claim, when_sent: Callable[[], None]) -> None:
        """Relay the claimed window. StoreError where the store failed: try again later.

        `when_sent` is called when its bytes are through, and it only needs to be noted.
        """
        try:
            sent = await self._relay(claim)
            when_sent()
            await self._note(claim, sent)
        except MultipartGone:
            await self.give_back(claim.upload.id, claim.holder)
        except SourceDamaged as damage:
            await self._lose(claim, damage.indices)
        except (StoreError, asyncio.CancelledError):
            await asyncio.shield(self.give_back(claim.upload.id, claim.holder))
            raise

    async def give_back(self, upload_id: UploadId, holder: UUID) -> None:
        """Free the window at once; where that can't be said now, its lease lapses."""
        for delay_seconds in self.give_back_delays_seconds:
            await asyncio.sleep(delay_seconds)
            with suppress(DatabaseUnavailable):
                await self.rows.give_back(upload_id, holder)
                return

    async def _relay(self, claim: Claim) -> SentWindow:
        slices = claim.slices()
        digest = self.combine((each.digest for each in slices), claim.upload.algorithms)
        if digest.size_bytes != claim.size_bytes:
            raise SourceDamaged([chunk.index for chunk in claim.chunks])
        checksum = part_checksum(claim.upload, digest)
        source = MeteredSource(self.spool.source(slices, checksum))
        multipart = await self.begin_multipart(claim.upload)
        try:
            async with self._renewed(claim, source):
                etag = await self.store.upload_part(
                    claim.upload.target, multipart=multipart, number=claim.number, source=source
                )
        except MultipartGone:
            if await self.repairing.forget_multipart(claim.upload.id, multipart):
                log.error("multipart upload gone", upload_id=str(claim.upload.id))
            raise
        return SentWindow(multipart=multipart, etag=etag, digest=digest, checksum=checksum)

    async def _note(self, claim: Claim, sent: SentWindow) -> None:
        if await self.note_sent(claim, sent):
            log.debug("part relayed", upload_id=str(claim.upload.id), part=claim.number)
            return
        log.warning("part for a replaced multipart upload", upload_id=str(claim.upload.id))
        await self.give_back(claim.upload.id, claim.holder)

    async def _lose(self, claim: Claim, indices: Iterable[int]) -> None:
        lost = frozenset(indices)
        names = [chunk.file_name for chunk in claim.chunks if chunk.index in lost]
        await self.lose_chunks(claim.upload.id, names)
        await self.give_back(claim.upload.id, claim.holder)

    @asynccontextmanager
    async def _renewed(self, claim: Claim, source: MeteredSource) -> AsyncIterator[None]:
        """Hold the lease for as long as bytes move."""
        renewing = asyncio.create_task(self._renew(claim, source))
        try:
            yield
        finally:
            renewing.cancel()

    async def _renew(self, claim: Claim, source: MeteredSource) -> None:
        seen_bytes = -1
        while True:
            await asyncio.sleep(self.lease_seconds / 3)
            if source.moved_bytes == seen_bytes:
                continue
            seen_bytes = source.moved_bytes
            with suppress(DatabaseUnavailable):
                await self.rows.renew(claim, self.lease_seconds)


def part_checksum(upload: Upload, digest: Digest) -> Checksum | None:
    """The checksum that goes to the store with these bytes, by the upload's algorithm."""
    algorithm = upload.part_checksum
    return None if algorithm is None else Checksum.of_int(algorithm, digest.crcs[algorithm])
