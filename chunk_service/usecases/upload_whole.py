"""Take in a whole file in one request: cut into chunks and relayed while it still arrives.

The upload lives as long as its request does. While bytes come its expiry is put off again and
again; should this process die, the expiry is near. Whatever else ends the request early aborts the
upload at once. With an idempotency key a repeated request finds what the first one stored.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from chunk_service.domain.checksums import Checksum
from chunk_service.domain.chunking import ChunkLimits
from chunk_service.domain.completion import Completion
from chunk_service.domain.errors import (
    ServiceError,
    SpoolFull,
    StateConflict,
    StorageUnavailable,
    UploadIncomplete,
)
from chunk_service.domain.plan import base_part_size, check_size
from chunk_service.domain.principals import Principal, bound_file_id
from chunk_service.domain.states import State
from chunk_service.domain.uploads import FileId, Piece, Upload, UploadId, Way
from chunk_service.usecases.abort_upload import AbortUpload
from chunk_service.usecases.begin_upload import BeginUpload, Begun, NewUpload
from chunk_service.usecases.complete_upload import CompleteUpload
from chunk_service.usecases.cutting import CutChunk, Cutter
from chunk_service.usecases.ports import Receipt
from chunk_service.usecases.receive_bytes import ReceiveBytes

LEASE_SECONDS = 60
# A chunk is recorded while the next one already arrives.
CHUNKS_AT_ONCE = 2
ROOM_PATIENCE_SECONDS = 20.0
ROOM_PAUSE_SECONDS = 0.2
# The upload ends with its request, so the request waits for a hash of the whole file.
HASH_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class WholeFile:
    """What a request says of the file that it carries; bytes.

    `size_bytes` is None where only bounds are known: of a form, or of a stream without a length.
    """

    name: str
    content_type: str | None
    metadata: Mapping[str, str]
    main_service_file_id: FileId | None
    checksum: Checksum | None
    size_bytes: int | None
    least_bytes: int = 0
    most_bytes: int | None = None


class Lease(Protocol):
    async def renew(self, upload_id: UploadId) -> None: ...


@dataclass(frozen=True, slots=True)
class UploadWhole:
    """`receive` and `complete` are those for uploads of this way alone."""

    begin: BeginUpload
    receive: ReceiveBytes
    complete: CompleteUpload
    abort: AbortUpload
    lease: Lease
    limits: ChunkLimits

    async def __call__(
        self,
        principal: Principal,
        file: WholeFile,
        body: AsyncIterator[Piece],
        *,
        idempotency_key: str | None,
    ) -> Upload:
        """The upload, `stored`."""
        check_size(file.least_bytes, self.begin.defaults.max_file_size)
        wanted = self._wanted(principal, file)
        begun = await self.begin.once(principal, wanted, idempotency_key=idempotency_key)
        upload = begun.upload
        if begun.again:
            return await self._answer_again(principal, upload)
        cutter = Cutter(body, chunk_size=_chunk_size(upload), total_size=file.size_bytes)
        try:
            async with self._alive(upload.id):
                completing = await self._receive_all(principal, begun, cutter)
                if completing is not None:
                    return await self._unless_lost(self.complete.wait(completing))
                return await self._complete_received(principal, upload, cutter)
        except BaseException:
            await asyncio.shield(self._give_up(principal, upload.id))
            raise
        finally:
            if begun.first is not None and not cutter.chunks:
                await asyncio.shield(self.receive.give_up(begun.first))

    def _wanted(self, principal: Principal, file: WholeFile) -> NewUpload:
        most_bytes = file.size_bytes if file.most_bytes is None else file.most_bytes
        planned = None if most_bytes is None else self.begin.defaults.at_most(most_bytes)
        chunk_size = min(base_part_size(planned), self.limits.max_chunk_size)
        first_bytes = chunk_size if planned is None else min(planned, chunk_size)
        return NewUpload(
            main_service_file_id=bound_file_id(principal, file.main_service_file_id),
            original_file_name=file.name,
            content_type=file.content_type,
            metadata=file.metadata,
            total_size=file.size_bytes,
            chunk_size=chunk_size,
            total_chunks=None,
            checksum=file.checksum,
            relay=None,
            expires_in_seconds=LEASE_SECONDS,
            way=Way.WHOLE,
            planned_size=planned,
            first=partial(self.receive.first_attempt, first_bytes) if first_bytes else None,
        )

    @asynccontextmanager
    async def _alive(self, upload_id: UploadId) -> AsyncIterator[None]:
        """Within it the upload does not expire, however slowly its bytes come or are hashed."""
        task = asyncio.create_task(self._keep_alive(upload_id))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _keep_alive(self, upload_id: UploadId) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            with suppress(ServiceError):
                await self.lease.renew(upload_id)

    async def _receive_all(
        self, principal: Principal, begun: Begun, cutter: Cutter
    ) -> Upload | None:
        """The upload, where recording its only chunk began to complete it."""
        slots = asyncio.Semaphore(CHUNKS_AT_ONCE)
        first: asyncio.Task[Receipt] | None = None
        try:
            async with asyncio.TaskGroup() as group:
                while (chunk := await cutter.next_chunk(begun.upload.id)) is not None:
                    await slots.acquire()
                    task = group.create_task(self._receive(principal, begun, chunk))
                    task.add_done_callback(lambda _: slots.release())
                    first = first or task
                    await chunk.drained.wait()
        except ExceptionGroup as group_of_one:
            raise group_of_one.exceptions[0] from None
        return None if first is None else first.result().completing

    async def _receive(self, principal: Principal, begun: Begun, chunk: CutChunk) -> Receipt:
        """While the spool is full the client waits: what came before is on its way out of it."""
        if begun.first is not None and chunk.address.index == 0:
            return await self.receive.take_first(begun.first, begun.upload, chunk)
        deadline = asyncio.get_running_loop().time() + ROOM_PATIENCE_SECONDS
        while True:
            try:
                return await self.receive(principal, chunk)
            except SpoolFull:
                is_late = asyncio.get_running_loop().time() > deadline
                if chunk.began or chunk.address.index == 0 or is_late:
                    raise
            await asyncio.sleep(ROOM_PAUSE_SECONDS)

    async def _complete_received(
        self, principal: Principal, upload: Upload, cutter: Cutter
    ) -> Upload:
        """What has come is known here; the row is asked only where it does not agree."""
        known = replace(
            upload,
            chunk_count=cutter.chunks,
            highest_index=cutter.chunks - 1,
            received_bytes=cutter.size_bytes,
        )
        return await self._complete(
            principal, upload, cutter.chunks, cutter.size_bytes, known=known
        )

    async def _complete(
        self,
        principal: Principal,
        upload: Upload,
        chunks: int,
        size_bytes: int,
        *,
        known: Upload | None = None,
    ) -> Upload:
        completion = Completion(
            upload_id=upload.id,
            total_chunks=chunks,
            main_service_file_id=upload.main_service_file_id,
            total_size=size_bytes,
            checksum=None,
        )
        return await self._unless_lost(self.complete(principal, completion, wait=True, known=known))

    async def _unless_lost(self, ending: Awaitable[Upload]) -> Upload:
        try:
            return await ending
        except UploadIncomplete as loss:
            raise StorageUnavailable("Bytes were lost here; send the file again.") from loss

    async def _answer_again(self, principal: Principal, upload: Upload) -> Upload:
        """To the same request, repeated: the bytes need not come again."""
        if upload.state is State.OPEN or upload.total_chunks is None:
            raise StateConflict("An earlier request with this Idempotency-Key is still at work.")
        assert upload.total_size is not None
        return await self._complete(principal, upload, upload.total_chunks, upload.total_size)

    async def _give_up(self, principal: Principal, upload_id: UploadId) -> None:
        """What is completing goes on; what can't be aborted now expires."""
        with suppress(ServiceError):
            await self.abort(principal, upload_id)


def _chunk_size(upload: Upload) -> int:
    assert upload.chunk_size is not None
    return upload.chunk_size
