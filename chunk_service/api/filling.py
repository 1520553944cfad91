"""The rest of a long body, read from the socket straight into buffers.

An ordinary protocol is called for every piece that comes, with bytes that were copied for it. While
a body's declared rest arrives, the connection has this protocol instead: it wakes the reader once
for a whole buffer, and for less where the client is slow.
"""

import asyncio
from typing import Final, Protocol

from chunk_service.api.body_buffers import BodyBuffers
from chunk_service.api.timer import Timer
from chunk_service.domain.uploads import Piece

LEAST_FILLED_BYTES: Final = 64 * 1024
# What came is handed on after so long, so that whoever measures the client's pace sees it.
HOLD_SECONDS: Final = 0.1


class BodyTaker(Protocol):
    """The connection's own protocol."""

    def data_received(self, data: Piece) -> None: ...
    def body_filled(self) -> None: ...
    def eof_received(self) -> bool | None: ...
    def connection_lost(self, exc: Exception | None) -> None: ...
    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...


class Filling(asyncio.BufferedProtocol):
    def __init__(
        self,
        taker: BodyTaker,
        left_bytes: int,
        *,
        buffers: BodyBuffers,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._taker = taker
        self._left_bytes = left_bytes
        self._buffers = buffers
        self._buffer = bytearray()
        self._filled_bytes = 0
        self._hold_timer = Timer(loop, self._hand_on_part)
        buffers.bodies.add(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """No more than is left of the body: what follows it is for the parser."""
        if not self._buffer:
            self._buffer = self._buffers.take()
        end = min(len(self._buffer), self._filled_bytes + self._left_bytes)
        return memoryview(self._buffer)[self._filled_bytes : end]

    def buffer_updated(self, nbytes: int) -> None:
        if not self._filled_bytes:
            self._hold_timer.start(HOLD_SECONDS)
        self._filled_bytes += nbytes
        self._left_bytes -= nbytes
        if self._filled_bytes == len(self._buffer) or not self._left_bytes:
            self._hand_on_whole()

    def _hand_on_whole(self) -> None:
        self._hold_timer.cancel()
        piece = memoryview(self._buffer)[: self._filled_bytes]
        self._let_go()
        self._taker.data_received(piece)
        if not self._left_bytes:
            self._buffers.bodies.discard(self)
            self._taker.body_filled()

    def _let_go(self) -> None:
        """Once for each: a buffer that was given twice would be taken by two bodies."""
        if self._buffer:
            self._buffers.give(self._buffer)
            self._buffer, self._filled_bytes = bytearray(), 0

    def _hand_on_part(self) -> None:
        """Copied: a slow client's readers gather many pieces, each of which would keep a buffer.

        Nor does it keep one itself until more comes.
        """
        piece = bytes(memoryview(self._buffer)[: self._filled_bytes])
        self._let_go()
        self._taker.data_received(piece)

    def eof_received(self) -> bool | None:
        return self._taker.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._hold_timer.cancel()
        self._let_go()
        self._buffers.bodies.discard(self)
        self._taker.connection_lost(exc)

    def pause_writing(self) -> None:
        self._taker.pause_writing()

    def resume_writing(self) -> None:
        self._taker.resume_writing()
