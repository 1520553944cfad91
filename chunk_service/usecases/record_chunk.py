"""The step of an attempt from which there is no way back: its row is committed, or surely is not.

Runs shielded from the request: whoever asked may be gone, the outcome is settled all the same. A
commit whose answer was lost is re-read, never assumed: taking our own reservation away proves that
the chunk is not and won't be recorded, finding it gone makes the chunk's row the truth.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from chunk_service.domain.chunking import ChunkLimits, Placement, place
from chunk_service.domain.errors import (
    ChunkConflict,
    DatabaseUnavailable,
    ServiceError,
    StorageUnavailable,
)
from chunk_service.domain.states import State
from chunk_service.domain.uploads import ChunkDigest, ChunkState, Upload, UploadId
from chunk_service.usecases.ports import ChunkAddress, Receipt
from chunk_service.usecases.receiving import (
    Admission,
    Attempt,
    ChunkSpool,
    ReceivingRows,
    Recorded,
    RelayBell,
)
from chunk_service.usecases.refusals import COMPARABLE, past_receiving, unknown_upload

SETTLE_DELAYS_SECONDS = (0.0, 0.2, 1.0, 3.0)


class RecordNew(Protocol):
    async def __call__(
        self, attempt: Attempt, upload: Upload, placement: Placement, digest: ChunkDigest
    ) -> Recorded | None: ...


class Claims(Protocol):
    async def give_back(self, upload_id: UploadId, holder: UUID) -> None: ...


@dataclass(frozen=True, slots=True)
class RecordChunk:
    rows: ReceivingRows
    record_new: RecordNew
    claims: Claims
    spool: ChunkSpool
    relay: RelayBell
    limits: ChunkLimits
    settle_delays_seconds: Sequence[float] = SETTLE_DELAYS_SECONDS

    async def __call__(
        self, attempt: Attempt, admission: Admission, placement: Placement, digest: ChunkDigest
    ) -> Receipt:
        return await asyncio.shield(self._record(attempt, admission, placement, digest))

    async def _record(
        self, attempt: Attempt, admission: Admission, placement: Placement, digest: ChunkDigest
    ) -> Receipt:
        upload = admission.upload
        record = self.record_new if admission.chunk is None else self.rows.retake
        address = ChunkAddress(upload_id=upload.id, index=placement.index)
        try:
            recorded = await record(attempt, upload, placement, digest)
        except DatabaseUnavailable:
            recorded = await self._settle(attempt, address)
        if recorded is None:
            await self.spool.unlink(attempt.file_name)
            return await self._answer_loser(address, digest)
        await self._hand_on(attempt, upload, recorded)
        return Receipt(
            address=address,
            size_bytes=digest.size_bytes,
            repeated=False,
            completing=recorded.completing,
        )

    async def _hand_on(self, attempt: Attempt, upload: Upload, recorded: Recorded) -> None:
        if not recorded.needs_file:
            await self.spool.unlink(attempt.file_name)
        if upload.chunk_size is None:
            self.relay.place(upload.id)
        if recorded.lets_window_go and not upload.fits_one_part:
            self.relay.kick(upload.id)

    async def _settle(self, attempt: Attempt, address: ChunkAddress) -> Recorded | None:
        """What came of a commit without an answer; the file stays where even that can't be read."""
        if await self._released(attempt):
            await self.spool.unlink(attempt.file_name)
            raise DatabaseUnavailable("The chunk was not recorded; send it again.")
        admission = await self.rows.read(address)
        chunk = None if admission is None else admission.recorded
        if chunk is None or chunk.file_name != attempt.file_name:
            return None
        with suppress(DatabaseUnavailable):  # a claim that is not given back lapses
            await self.claims.give_back(address.upload_id, attempt.id)
        is_spooled = chunk.state is ChunkState.SPOOLED
        return Recorded(
            needs_file=is_spooled,
            is_placed=chunk.offset is not None,
            completes_window=True,
            outgrows_window=True,
        )

    async def _released(self, attempt: Attempt) -> bool:
        for delay_seconds in self.settle_delays_seconds:
            await asyncio.sleep(delay_seconds)
            try:
                return await self.rows.release(attempt.id)
            except DatabaseUnavailable:
                continue
        raise DatabaseUnavailable("Whether the chunk was recorded is not known yet; send it again.")

    async def _answer_loser(self, address: ChunkAddress, digest: ChunkDigest) -> Receipt:
        """No row took these bytes: a rival was first, the upload went on, or we took too long."""
        admission = await self.rows.read(address)
        if admission is None:
            raise unknown_upload()
        if admission.upload.state not in COMPARABLE:
            raise past_receiving(admission.upload.state)
        chunk = admission.recorded
        if chunk is None:
            raise self._why_refused(admission, address, digest)
        if not chunk.has_bytes_of(digest):
            raise ChunkConflict
        return Receipt(address=address, size_bytes=digest.size_bytes, repeated=True)

    def _why_refused(
        self, admission: Admission, address: ChunkAddress, digest: ChunkDigest
    ) -> ServiceError:
        upload = admission.upload
        if upload.state is not State.OPEN:
            return past_receiving(upload.state)
        if admission.chunk is not None and not admission.chunk.has_bytes_of(digest):
            return ChunkConflict("Only the bytes that were recorded first are taken back.")
        try:
            place(upload.progress, address.index, digest.size_bytes, self.limits)
        except ServiceError as refusal:
            return refusal
        return StorageUnavailable(
            "The chunk took longer than its reservation; send it again.", retry_after_seconds=1
        )
