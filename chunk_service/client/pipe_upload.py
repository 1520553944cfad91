"""The upload of a pipe: of unknown length, read once, so that it cannot go on in another process.

Chunks leave while others are read. What fails is given up, for nobody has the bytes any more.
"""

import asyncio
import contextlib
import os
import threading
import uuid
from dataclasses import dataclass, field

from chunk_service.client.calls import Calls
from chunk_service.client.digests import PieceDigest, checksum_of, piece_digest
from chunk_service.client.errors import Unreadable
from chunk_service.client.layout import PIPE_CHUNK_BYTES
from chunk_service.client.progress import Advance
from chunk_service.client.session import Session, Stored
from chunk_service.client.wishes import Wish


@dataclass(frozen=True, slots=True)
class PipeUpload:
    """`free` bounds the chunks that are in memory."""

    calls: Calls
    descriptor: int
    wish: Wish
    free: asyncio.Semaphore
    advance: Advance
    _pieces: list[PieceDigest] = field(default_factory=list)

    async def run(self) -> Stored:
        """Raises ClientError."""
        declared = {**self.wish.declared("stdin"), "chunk_size": self._chunk_bytes}
        session = await Session.begin(self.calls, declared, idempotency_key=str(uuid.uuid4()))
        try:
            await self._send_all(session)
            return await session.complete(
                declared,
                total_chunks=len(self._pieces),
                total_size=sum(piece.size_bytes for piece in self._pieces),
                checksum=checksum_of(self._pieces),
            )
        except BaseException:
            await asyncio.shield(session.give_up())
            raise

    @property
    def _chunk_bytes(self) -> int:
        return self.wish.chunk_bytes or PIPE_CHUNK_BYTES

    async def _send_all(self, session: Session) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                while await self._send_next(session, group):
                    pass
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def _send_next(self, session: Session, group: asyncio.TaskGroup) -> bool:
        """False once the pipe has ended; an empty one is one empty chunk."""
        await self.free.acquire()
        try:
            content = await read_in_thread(self.descriptor, self._chunk_bytes)
        except BaseException:
            self.free.release()
            raise
        if not content and self._pieces:
            self.free.release()
            return False
        index = len(self._pieces)
        digest = await asyncio.to_thread(piece_digest, content)
        self._pieces.append(digest)
        group.create_task(self._send(session, index, content, digest))
        return len(content) == self._chunk_bytes

    async def _send(
        self, session: Session, index: int, content: bytes, digest: PieceDigest
    ) -> None:
        try:
            await session.put(index, content, checksum=digest.checksum, advance=self.advance)
        finally:
            self.free.release()


async def read_in_thread(descriptor: int, length: int) -> bytes:
    """Less only at the end. In a thread that holds nobody up: a pipe may be silent for ever."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[bytes] = loop.create_future()

    def work() -> None:
        content: bytes | Unreadable
        try:
            content = _read(descriptor, length)
        except OSError as error:
            content = Unreadable(f"the input cannot be read: {error.strerror}")
        # The loop may have ended meanwhile: nobody waits for these bytes any more.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, done, content)

    threading.Thread(target=work, name="pipe", daemon=True).start()
    return await done


def _settle(done: asyncio.Future[bytes], content: bytes | Unreadable) -> None:
    if done.cancelled():
        return
    if isinstance(content, Unreadable):
        done.set_exception(content)
    else:
        done.set_result(content)


def _read(descriptor: int, length: int) -> bytes:
    pieces: list[bytes] = []
    left = length
    while left and (piece := os.read(descriptor, left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
