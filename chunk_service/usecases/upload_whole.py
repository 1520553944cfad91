"""Take in a whole file in one request: cut into chunks and relayed while it still arrives.

The upload lives as long as its request does. While bytes come its expiry is put off again and
again; should this process die, the expiry is near. Whatever else ends the request early aborts the
upload at once. With an idempotency key a repeated request finds what the first one stored. What is
small goes from memory: `upload_small.py`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
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
from chunk_service.usecases.await_end import AwaitEnd
from chunk_service.usecases.begin_upload import BeginUpload
from chunk_service.usecases.beginning import Begun, NewUpload
from chunk_service.usecases.closing import LOST
from chunk_service.usecases.complete_upload import CompleteUpload
from chunk_service.usecases.cutting import CutChunk, Cutter
from chunk_service.usecases.ports import Receipt
from chunk_service.usecases.receive_bytes import ReceiveBytes
from chunk_service.usecases.receiving import Attempt
from chunk_service.usecases.refusals import past_receiving
from chunk_service.usecases.upload_small import UploadSmall

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
    small: UploadSmall
    await_end: AwaitEnd
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
        if self.small.takes(file.most_bytes):
            return await self._upload_small(principal, file, wanted, body, idempotency_key)
        wanted = replace(wanted, first=self._first_of(file, wanted))
        begun = await self.begin.once(principal, wanted, idempotency_key=idempotency_key)
        upload = begun.upload
        if begun.again:
            return await self._answer_again(upload)
        cutter = Cutter(body, chunk_size=_chunk_size(upload), total_size=file.size_bytes)
        try:
            async with self._alive(upload.id):
                completing = await self._receive_all(principal, begun, cutter)
                if completing is not None:
                    return _stored(await self.await_end.wait(completing))
                return await self._complete_received(principal, upload, cutter)
        except BaseException:
            await asyncio.shield(self._give_up(principal, upload.id))
            raise
        finally:
            if begun.first is not None and not cutter.chunks:
                await asyncio.shield(self.receive.give_up(begun.first))

    def _wanted(self, principal: Principal, file: WholeFile) -> NewUpload:
        planned = self._planned_size(file)
        return NewUpload(
            main_service_file_id=bound_file_id(principal, file.main_service_file_id),
            original_file_name=file.name,
            content_type=file.content_type,
            metadata=file.metadata,
            total_size=file.size_bytes,
            chunk_size=min(base_part_size(planned), self.limits.max_chunk_size),
            total_chunks=None,
            checksum=file.checksum,
            relay=None,
            expires_in_seconds=LEASE_SECONDS,
            way=Way.WHOLE,
            planned_size=planned,
        )

    def _planned_size(self, file: WholeFile) -> int | None:
        return None if file.most_bytes is None else self.begin.defaults.at_most(file.most_bytes)

    def _first_of(self, file: WholeFile, wanted: NewUpload) -> Callable[[UploadId], Attempt] | None:
        sizes = (wanted.chunk_size, wanted.planned_size)
        first_bytes = min(size for size in sizes if size is not None)
        return partial(self.receive.first_attempt, first_bytes) if first_bytes else None

    async def _upload_small(
        self,
        principal: Principal,
        file: WholeFile,
        wanted: NewUpload,
        body: AsyncIterator[Piece],
        idempotency_key: str | None,
    ) -> Upload:
        assert file.most_bytes is not None
        begun = await self.small(
            principal, wanted, body, most_bytes=file.most_bytes, idempotency_key=idempotency_key
        )
        if begun.again:
            return await self._answer_again(begun.upload)
        return _stored(await self.await_end.wait(begun.upload))

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
        completion = Completion(
            upload_id=upload.id,
            total_chunks=cutter.chunks,
            main_service_file_id=upload.main_service_file_id,
            total_size=cutter.size_bytes,
            checksum=None,
        )
        try:
            completing = await self.complete(principal, completion, wait=False, known=known)
        except UploadIncomplete as loss:
            raise _lost() from loss
        return _stored(await self.await_end.wait(completing))

    async def _answer_again(self, upload: Upload) -> Upload:
        """To the same request, repeated: the bytes need not come again."""
        if upload.state is State.OPEN:
            raise StateConflict("An earlier request with this Idempotency-Key is still at work.")
        ended = await self.await_end(upload) if upload.state is State.COMPLETING else upload
        return await self.await_end.check_stored(_stored(ended))

    async def _give_up(self, principal: Principal, upload_id: UploadId) -> None:
        """What is completing goes on; what can't be aborted now expires."""
        with suppress(ServiceError):
            await self.abort(principal, upload_id)


def _stored(ended: Upload) -> Upload:
    """The same upload; raises what else became of it."""
    if ended.state is State.OPEN or ended.failure == LOST:
        raise _lost()
    if ended.state is not State.STORED:
        raise past_receiving(ended.state)
    return ended


def _lost() -> StorageUnavailable:
    return StorageUnavailable("Bytes were lost here; send the file again.")


def _chunk_size(upload: Upload) -> int:
    assert upload.chunk_size is not None
    return upload.chunk_size
