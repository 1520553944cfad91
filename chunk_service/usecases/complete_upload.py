"""A client says that its upload is complete: agree, set it completing, and wait for the result.

The work is not the request's: it goes on when the caller hangs up, and on another replica if this
one dies. A caller that waited long enough is told to ask again, and the repeat gets the result.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.completion import Completion, check_same, is_whole, other_arguments
from chunk_service.domain.errors import (
    DatabaseUnavailable,
    DigestMismatch,
    StorageUnavailable,
    UploadIncomplete,
)
from chunk_service.domain.principals import Principal
from chunk_service.domain.ranges import Range, as_text, gaps
from chunk_service.domain.states import State
from chunk_service.domain.uploads import Digest, Upload, UploadId, Way
from chunk_service.usecases.await_end import AwaitEnd
from chunk_service.usecases.check_type import TypeCheck
from chunk_service.usecases.closing import Closer, Taken, Unread
from chunk_service.usecases.place_chunks import PlaceChunks
from chunk_service.usecases.refusals import check_way, past_receiving, unknown_upload
from chunk_service.usecases.verify_hash import VerifyHash

TRIES = 10
ORDER_PAUSE_SECONDS = 0.1


class Reading(Protocol):
    async def find(self, principal: Principal, upload_id: UploadId) -> Upload | None: ...
    async def read(self, upload_id: UploadId) -> Upload | None: ...
    async def received(self, upload_id: UploadId) -> list[Range]: ...
    async def digests(self, upload_id: UploadId) -> Sequence[Digest]: ...
    async def first_chunk_bytes(self, upload_id: UploadId) -> int | None: ...


class Rows(Protocol):
    async def begin_completing(
        self, upload: Upload | Unread, wanted: Completion, closer: Closer
    ) -> Taken | None: ...
    async def let_go(self, upload_id: UploadId, holder: UUID) -> None: ...


Combine = Callable[[Iterable[Digest], Iterable[Algorithm]], Digest]


@dataclass(frozen=True, slots=True)
class CompleteUpload:
    """`hash_seconds`: how long to wait for a hash of the whole; None: as long as for the end."""

    rows: Rows
    reading: Reading
    closer: Closer
    await_end: AwaitEnd
    place_chunks: PlaceChunks
    verify_hash: VerifyHash
    types: TypeCheck
    combine: Combine
    way: Way = Way.CHUNKS
    hash_seconds: float | None = None

    async def __call__(
        self,
        principal: Principal,
        completion: Completion,
        *,
        wait: bool,
        known: Upload | None = None,
    ) -> Upload:
        """The upload, `stored`; without `wait` it may still be completing.

        `known`: what the caller knows of it, to be judged in place of what its row says.
        """
        begun = await self._begin(principal, completion, known)
        if isinstance(begun, Taken):
            return await self.wait(begun.upload) if wait else begun.upload
        return await self._repeat(begun, completion, wait=wait)

    async def _repeat(self, upload: Upload, completion: Completion, *, wait: bool) -> Upload:
        if upload.state not in (State.COMPLETING, State.STORED):
            raise past_receiving(upload.state)
        await self._check_repeat(upload, completion)
        if upload.state is State.STORED:
            return await self.await_end.check_stored(upload)
        self.await_end.pursue(upload)
        return await self.wait(upload) if wait else upload

    async def _check_repeat(self, upload: Upload, completion: Completion) -> None:
        check_same(upload, completion)
        try:
            await self._check_checksum(upload, completion)
        except DigestMismatch as mismatch:
            raise other_arguments(upload) from mismatch

    async def _begin(
        self, principal: Principal, completion: Completion, known: Upload | None
    ) -> Upload | Taken:
        """Set an open upload completing; what is past that is returned as it is."""
        if known is None and self._needs_no_look(completion):
            unread = Unread(completion.upload_id, principal, self.way)
            taken = await self._take(unread, completion)
            if taken is not None:
                return taken
        for _ in range(TRIES):
            upload = known or await self.reading.find(principal, completion.upload_id)
            known = None
            if upload is None:
                raise unknown_upload()
            check_way(upload, self.way)
            if upload.state is not State.OPEN:
                return upload
            await self._judge(upload, completion)
            if upload.chunk_size is None and upload.prefix_chunks < upload.chunk_count:
                await self._put_in_order(upload)
                continue
            await self._verify(upload, completion)
            taken = await self._take(upload, completion)
            if taken is not None:
                return taken
        raise StorageUnavailable(
            "Chunks are still being put in order; complete again.", retry_after_seconds=1
        )

    def _needs_no_look(self, completion: Completion) -> bool:
        """Where it is whole, and else nothing would be said of it but that it is."""
        return (
            completion.total_chunks > 0 and completion.checksum is None and not self.types.is_wanted
        )

    async def _take(self, upload: Upload | Unread, completion: Completion) -> Taken | None:
        with self.await_end.pursuit.closing(upload.id):
            taken = await self._set_completing(upload, completion)
            if taken is not None:
                self.await_end.pursuit.close(taken)
            return taken

    async def _set_completing(
        self, upload: Upload | Unread, completion: Completion
    ) -> Taken | None:
        try:
            return await self.rows.begin_completing(upload, completion, self.closer)
        except (DatabaseUnavailable, asyncio.CancelledError):
            # Perhaps it was taken and only the answer is lost: nobody here would close it.
            await asyncio.shield(self._let_go(upload.id))
            self.await_end.pursuit.pursue(upload.id)
            raise

    async def _let_go(self, upload_id: UploadId) -> None:
        with suppress(DatabaseUnavailable):
            await self.rows.let_go(upload_id, self.closer.holder)

    async def _put_in_order(self, upload: Upload) -> None:
        """Chunks that came early get their offsets; those of another spool from its replica."""
        if not await self.place_chunks(upload.id):
            await self.await_end.pursuit.wait(upload.id, ORDER_PAUSE_SECONDS)

    async def _judge(self, upload: Upload, completion: Completion) -> None:
        if not is_whole(upload, completion):
            await self._refuse_incomplete(upload, completion.total_chunks)
        if self.types.is_wanted and upload.chunk_count > 1:
            self.types.check_shown(await self.reading.first_chunk_bytes(upload.id))

    async def _verify(self, upload: Upload, completion: Completion) -> None:
        await self._check_checksum(upload, completion)
        if upload.checksum is not None and upload.checksum.algorithm is Algorithm.SHA256:
            patience = self.hash_seconds or self.await_end.wait_seconds
            await self.verify_hash(upload, upload.checksum, patience)

    async def _refuse_incomplete(self, upload: Upload, total_chunks: int) -> None:
        missing = gaps(await self.reading.received(upload.id), total_chunks)
        count = sum(stop - first for first, stop in missing)
        raise UploadIncomplete(
            f"{count} of {total_chunks} chunks are missing.",
            missing=as_text(missing),
            missing_count=count,
        )

    async def _check_checksum(self, upload: Upload, completion: Completion) -> None:
        """Hold what the client declared against what the chunks come to."""
        declared = [
            checksum
            for checksum in (upload.checksum, completion.checksum)
            if checksum is not None and checksum.algorithm.combines
        ]
        if not declared:
            return
        digest = self.combine(await self.reading.digests(upload.id), upload.algorithms)
        for checksum in declared:
            if Checksum.of_int(checksum.algorithm, digest.crcs[checksum.algorithm]) != checksum:
                raise DigestMismatch(f"The file does not have this {checksum.algorithm}.")

    async def wait(self, upload: Upload) -> Upload:
        """A completing upload as it is `stored`; raises what else became of it."""
        upload = await self.await_end.wait(upload)
        if upload.state is State.OPEN:
            await self._refuse_incomplete(upload, upload.total_chunks or 0)
        if upload.state is not State.STORED:
            raise past_receiving(upload.state)
        return upload
