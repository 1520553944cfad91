"""Take in a small file of one request: it stays in memory until the store has it.

Nothing is acknowledged before that, so a file in the spool would promise nothing more. All bytes
are here before the upload begins, and it begins completing, with the mark that a call is
outstanding. Should this process die, whoever closes the upload finds no bytes, and looks whether
the store has them.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol
from uuid import UUID
from weakref import finalize

from chunk_service.domain.errors import DatabaseUnavailable, DigestMismatch
from chunk_service.domain.plan import check_size
from chunk_service.domain.principals import Principal
from chunk_service.domain.uploads import ChunkDigest, Piece, Recipe, Upload, UploadId
from chunk_service.usecases.begin_upload import BeginUpload
from chunk_service.usecases.beginning import Begun, Draft, IdempotencyKey, NewUpload, NoRoom
from chunk_service.usecases.check_type import TypeCheck
from chunk_service.usecases.closing import Closer, Content, Taken

SMALL_BYTES: Final = 256 * 1024
MEMORY_BYTES: Final = 16 * 1024 * 1024


class Rows(Protocol):
    async def begin_in_memory(
        self, draft: Draft, key: IdempotencyKey | None, *, digest: ChunkDigest, closer: Closer
    ) -> Upload | NoRoom | None: ...


class Closing(Protocol):
    async def let_go(self, upload_id: UploadId, holder: UUID) -> None: ...


class Pursuit(Protocol):
    def close(self, taken: Taken) -> None: ...


class Memory:
    """Room for so many bytes at a time, of all small files together."""

    def __init__(self, most_bytes: int = MEMORY_BYTES) -> None:
        self._free_bytes = most_bytes

    def has_room(self, size_bytes: int) -> bool:
        return size_bytes <= self._free_bytes

    def take(self, size_bytes: int) -> None:
        self._free_bytes -= size_bytes

    def give_back(self, size_bytes: int) -> None:
        self._free_bytes += size_bytes


@dataclass(frozen=True, slots=True)
class UploadSmall:
    begin: BeginUpload
    rows: Rows
    closing: Closing
    closer: Closer
    pursuit: Pursuit
    types: TypeCheck
    digest: Callable[[bytes, Recipe], ChunkDigest]
    memory: Memory

    def takes(self, most_bytes: int | None) -> bool:
        """A file that has no more bytes than these; not where there is no room now."""
        if most_bytes is None or most_bytes > SMALL_BYTES:
            return False
        return self.memory.has_room(most_bytes)

    async def __call__(
        self,
        principal: Principal,
        wanted: NewUpload,
        body: AsyncIterator[Piece],
        *,
        most_bytes: int,
        idempotency_key: str | None,
    ) -> Begun:
        """The upload, completing, or the one that the key began before."""
        draft = self.begin.draft(principal, wanted)
        content = await self._take_in(draft, body, most_bytes)
        return await asyncio.shield(self._begin(draft, wanted, content, idempotency_key))

    async def _take_in(self, draft: Draft, body: AsyncIterator[Piece], most_bytes: int) -> Content:
        self.memory.take(most_bytes)
        try:
            data = await _read(body)
            content = Content(data, self._judged(draft, data))
        except BaseException:
            self.memory.give_back(most_bytes)
            raise
        finalize(content, self.memory.give_back, most_bytes)
        return content

    def _judged(self, draft: Draft, data: bytes) -> ChunkDigest:
        check_size(len(data), draft.plan.max_size)
        if self.types.is_wanted:
            self.types.check_bytes(draft.original_file_name, draft.content_type, data)
        declared = draft.checksum
        digest = self.digest(data, draft.recipe.also([declared.algorithm] if declared else ()))
        if declared is not None and digest.checksum(declared.algorithm) != declared:
            raise DigestMismatch(f"The file does not have this {declared.algorithm}.")
        return digest

    async def _begin(
        self, draft: Draft, wanted: NewUpload, content: Content, idempotency_key: str | None
    ) -> Begun:
        since = time.monotonic()
        begin = partial(self.rows.begin_in_memory, digest=content.digest, closer=self.closer)
        try:
            begun = await self.begin.book(draft, wanted, begin, idempotency_key=idempotency_key)
        except DatabaseUnavailable:
            # Perhaps it began and only the answer is lost: nobody here would close it.
            with suppress(DatabaseUnavailable):
                await self.closing.let_go(draft.id, self.closer.holder)
            raise
        if not begun.again:
            self.pursuit.close(Taken(begun.upload, since, content=content))
        return begun


async def _read(body: AsyncIterator[Piece]) -> bytes:
    data = bytearray()
    async for piece in body:
        data += piece
        del piece
    return bytes(data)
