"""Take in one chunk: reserve, stream to a file of this attempt, record, acknowledge.

Durable first, acknowledge second: file and folder are synced, then the row is committed, then the
caller gets the receipt. No connection of the database is held while a body is read. A repeat of a
recorded chunk is compared on the way and never touches the spool.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from uuid import UUID

from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.chunking import ChunkLimits, check_index, longest_chunk, place
from chunk_service.domain.errors import (
    ChunkConflict,
    ContentTooLarge,
    DatabaseUnavailable,
    MalformedRequest,
    QuotaExceeded,
    ServiceError,
    SpoolFull,
    StorageUnavailable,
)
from chunk_service.domain.principals import Principal
from chunk_service.domain.states import State
from chunk_service.domain.uploads import (
    Chunk,
    ChunkDigest,
    ChunkState,
    Recipe,
    Upload,
    UploadId,
    Way,
)
from chunk_service.usecases.check_type import FirstBytes, TypeCheck
from chunk_service.usecases.lose_chunks import LoseChunks
from chunk_service.usecases.ports import ChunkAddress, ChunkRequest, Receipt
from chunk_service.usecases.receiving import (
    Admission,
    Attempt,
    ChunkSpool,
    ChunkWriter,
    ReceivingRows,
    check_claims,
    claimed_algorithms,
    offset_of,
)
from chunk_service.usecases.record_chunk import RecordChunk
from chunk_service.usecases.refusals import (
    COMPARABLE,
    check_way,
    past_receiving,
    takes_no_new_uploads,
    unknown_upload,
)

UNADDRESSED = Recipe(part_size=1, algorithms=frozenset({Algorithm.CRC64NVME}), offset=None)


@dataclass(frozen=True, slots=True)
class ReceiveBytes:
    rows: ReceivingRows
    spool: ChunkSpool
    record: RecordChunk
    lose_chunks: LoseChunks
    types: TypeCheck
    limits: ChunkLimits
    attempt_ttl: timedelta
    new_id: Callable[[], UUID]
    way: Way = Way.CHUNKS

    async def __call__(self, principal: Principal, request: ChunkRequest) -> Receipt:
        """Receive the chunk that `request` carries; raises what the client is told."""
        if request.address is None:
            return await self._receive_unaddressed(principal, request)
        return await self._receive(principal, request, request.address)

    def first_attempt(self, most_bytes: int, upload_id: UploadId) -> Attempt:
        """At the first chunk of an upload that does not exist yet, to be booked with it."""
        return self._attempt(most_bytes, f"{upload_id}.0")

    async def take_first(self, attempt: Attempt, upload: Upload, request: ChunkRequest) -> Receipt:
        """Receive the chunk whose bytes were booked when its upload began."""
        address = request.address
        assert address is not None
        admission = Admission(upload, None, reserved=True, fits_spool=True, fits_quota=True)
        return await self._take_in(attempt, admission, address, request)

    async def give_up(self, attempt: Attempt) -> None:
        """None of its bytes came."""
        await self._give_back(attempt, None)

    async def _receive(
        self, principal: Principal, request: ChunkRequest, address: ChunkAddress
    ) -> Receipt:
        attempt = self._attempt(_most_bytes(request), f"{address.upload_id}.{address.index}")
        admission = await self.rows.reserve(attempt, address, principal)
        if admission is None:
            raise unknown_upload()
        check_way(admission.upload, self.way)
        if admission.recorded is not None:
            return await self._compare(admission.upload, admission.recorded, request)
        if not admission.reserved:
            raise self._why_not_reserved(admission)
        return await self._take_in(attempt, admission, address, request)

    async def _take_in(
        self, attempt: Attempt, admission: Admission, address: ChunkAddress, request: ChunkRequest
    ) -> Receipt:
        upload = admission.upload
        writer: ChunkWriter | None = None
        try:
            most_bytes = self._judge_unread(admission, address, request)
            recipe = upload.recipe(offset_of(admission, address.index))
            recipe = recipe.also(claimed_algorithms(request))
            first = self._first_bytes(admission, address)
            writer = await self.spool.create(
                attempt.file_name, recipe, size_bytes=attempt.size_bytes
            )
            digest = await _take(request, writer, most_bytes, first)
            digest = await self._verify(request, attempt, recipe, digest)
            placement = place(upload.progress, address.index, digest.size_bytes, self.limits)
        except BaseException:
            await asyncio.shield(self._give_back(attempt, writer))
            raise
        return await self.record(attempt, admission, placement.at(recipe.offset), digest)

    async def _receive_unaddressed(self, principal: Principal, request: ChunkRequest) -> Receipt:
        """A form that sends its file before its fields: hold the bytes until it says whose."""
        attempt = self._attempt(_most_bytes(request), "unaddressed")
        if not await self.rows.hold(attempt, principal):
            raise SpoolFull
        writer: ChunkWriter | None = None
        try:
            writer = await self.spool.create(
                attempt.file_name, UNADDRESSED, size_bytes=attempt.size_bytes
            )
            first = FirstBytes() if self.types.is_wanted else None
            taken = await _take(request, writer, attempt.size_bytes, first)
            address = request.address
            if address is None:
                raise MalformedRequest("The form does not say which chunk this is.")
            attempt = replace(attempt, size_bytes=taken.size_bytes)
            admission = await self.rows.reserve(attempt, address, principal)
            if admission is None:
                raise unknown_upload()
            check_way(admission.upload, self.way)
            upload, chunk = admission.upload, admission.recorded
            if chunk is None and not admission.reserved:
                raise self._why_not_reserved(admission)
            if first is not None and self._is_judged(admission, address):
                self.types.check_first_chunk(upload, first.kept)
            recipe = upload.recipe(offset_of(admission, address.index))
            recipe = recipe.also({Algorithm.SHA256, *claimed_algorithms(request)})
            digest = await self.spool.digest(attempt.file_name, recipe)
            digest = await self._verify(request, attempt, recipe, digest)
            if chunk is not None:
                receipt = await self._answer_repeat(upload, chunk, digest)
                await self._give_back(attempt, writer)
                return receipt
            placement = place(upload.progress, address.index, digest.size_bytes, self.limits)
        except BaseException:
            await asyncio.shield(self._give_back(attempt, writer))
            raise
        return await self.record(attempt, admission, placement.at(recipe.offset), digest)

    def _first_bytes(self, admission: Admission, address: ChunkAddress) -> FirstBytes | None:
        """Whatever is wrong with the file's first bytes, where this chunk has them."""
        if not self.types.is_wanted or not self._is_judged(admission, address):
            return None
        return FirstBytes(partial(self.types.check_first_chunk, admission.upload))

    def _is_judged(self, admission: Admission, address: ChunkAddress) -> bool:
        """A chunk that was lost had been judged; only the same bytes are taken back."""
        return address.index == 0 and admission.chunk is None

    def _attempt(self, most_bytes: int | None, name: str) -> Attempt:
        most = (most_bytes, self.limits.max_chunk_size)
        attempt_id = self.new_id()
        return Attempt(
            id=attempt_id,
            spool_id=self.spool.id,
            file_name=f"{name}.{attempt_id}",
            size_bytes=min(size for size in most if size is not None),
            ttl=self.attempt_ttl,
            way=self.way,
        )

    def _why_not_reserved(self, admission: Admission) -> ServiceError:
        upload = admission.upload
        if upload.state is not State.OPEN:
            return past_receiving(upload.state)
        if not admission.fits_quota:
            return QuotaExceeded()
        if not admission.fits_spool:
            return SpoolFull()
        if upload.spool_id is None and not upload.is_free:
            return takes_no_new_uploads()
        return StorageUnavailable("Another replica holds this upload.", retry_after_seconds=1)

    def _judge_unread(
        self, admission: Admission, address: ChunkAddress, request: ChunkRequest
    ) -> int:
        """Refuse before the body is read whatever is known to be wrong; else how much to read."""
        progress = admission.upload.progress
        length = request.length_bytes
        check_index(progress, address.index, self.limits)
        if admission.chunk is not None and length not in (None, admission.chunk.size_bytes):
            raise ChunkConflict("Only the bytes that were recorded first are taken back.")
        if length is None:
            return longest_chunk(progress, address.index, self.limits)
        if admission.chunk is None:
            place(progress, address.index, length, self.limits)
        return length

    async def _verify(
        self, request: ChunkRequest, attempt: Attempt, recipe: Recipe, digest: ChunkDigest
    ) -> ChunkDigest:
        """Hold the bytes against the checksums that came along, even those that came after them."""
        claimed = claimed_algorithms(request)
        if None in map(digest.checksum, claimed):
            digest = await self.spool.digest(attempt.file_name, recipe.also(claimed))
        check_claims(request, digest)
        return digest

    async def _compare(self, upload: Upload, chunk: Chunk, request: ChunkRequest) -> Receipt:
        if upload.state not in COMPARABLE:
            raise past_receiving(upload.state)
        if request.length_bytes not in (None, chunk.size_bytes):
            raise ChunkConflict
        recipe = upload.recipe(None).also({Algorithm.SHA256, *claimed_algorithms(request)})
        digest = await _take(request, self.spool.compute(recipe), self.limits.max_chunk_size)
        check_claims(request, digest)
        return await self._answer_repeat(upload, chunk, digest)

    async def _answer_repeat(self, upload: Upload, chunk: Chunk, digest: ChunkDigest) -> Receipt:
        if not chunk.has_bytes_of(digest):
            raise ChunkConflict
        address = ChunkAddress(upload_id=upload.id, index=chunk.index)
        if chunk.state is ChunkState.SPOOLED and not await self._is_here(chunk):
            await self._check_stored(address, chunk)
        return Receipt(address=address, size_bytes=chunk.size_bytes, repeated=True)

    async def _is_here(self, chunk: Chunk) -> bool:
        """Only a process that has the chunk's spool may doubt its file."""
        if chunk.spool_id != self.spool.id:
            return True
        return await self.spool.holds(chunk.file_name, chunk.size_bytes)

    async def _check_stored(self, address: ChunkAddress, chunk: Chunk) -> None:
        """The file is gone: lost, unless it went since we looked because the store has it now."""
        lost = await self.lose_chunks(address.upload_id, [chunk.file_name])
        now = None if lost else await self.rows.read(address)
        is_stored = now is not None and (
            now.upload.state is State.STORED
            or (now.recorded is not None and now.recorded.state is ChunkState.RELAYED)
        )
        if not is_stored:
            raise StorageUnavailable("The chunk was lost; send it again.", retry_after_seconds=1)

    async def _give_back(self, attempt: Attempt, writer: ChunkWriter | None) -> None:
        """Remove what this attempt left; a reservation that can't be deleted now expires."""
        if writer is not None:
            await writer.discard()
        with suppress(DatabaseUnavailable):
            await self.rows.release(attempt.id)


def _most_bytes(request: ChunkRequest) -> int | None:
    known = (request.length_bytes, request.most_bytes)
    return min((size for size in known if size is not None), default=None)


async def _take(
    request: ChunkRequest, writer: ChunkWriter, most_bytes: int, first: FirstBytes | None = None
) -> ChunkDigest:
    """Stream the whole body into `writer`; it must have the length that was declared."""
    taken_bytes = 0
    pieces = request.pieces()
    async for piece in pieces if first is None else first.over(pieces):
        taken_bytes += len(piece)
        if taken_bytes > most_bytes:
            raise ContentTooLarge(f"The chunk has more than {most_bytes} bytes.")
        await writer.write(piece)
        del piece
    if request.length_bytes not in (None, taken_bytes):
        raise MalformedRequest("The body ended before its declared length.")
    return await writer.finish()
