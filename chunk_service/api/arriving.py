"""A body between its connection and its reader: the pieces as they came, put together by nobody.

Uvicorn gathers a body in a buffer and cuts it out again, which copies every byte twice. The
outermost middleware asks for `receive_of` and hands that on.
"""

from collections import deque
from typing import Final, cast

from starlette.types import Message, Receive, Scope
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from chunk_service.domain.uploads import Piece

# From here on the connection is not read on, until its reader, who has caught up with half of it,
# asks for more.
MOST_HELD_BYTES: Final = 256 * 1024

_KEY = "chunk_service.receive"


class ArrivingBody:
    def __init__(self, cycle: RequestResponseCycle, flow: FlowControl) -> None:
        self._cycle = cycle
        self._flow = flow
        self._pieces: deque[Piece] = deque()
        self._held_bytes = 0

    def offer_in(self, scope: Scope) -> None:
        scope[_KEY] = self.receive

    def add(self, piece: Piece) -> None:
        """What comes behind its answer nobody reads."""
        if self._cycle.response_complete:
            return
        self._pieces.append(piece)
        self._held_bytes += len(piece)
        if self._held_bytes >= MOST_HELD_BYTES:
            self._flow.pause_reading()
        self._cycle.message_event.set()

    async def receive(self) -> Message:
        """ASGI's `receive`; at once where there is a piece."""
        cycle = self._cycle
        if self._held_bytes <= MOST_HELD_BYTES // 2:
            self._flow.resume_reading()
        if not self._pieces or cycle.disconnected or cycle.response_complete:
            message = cast("Message", await cycle.receive())
            if message["type"] == "http.disconnect" or not self._pieces:
                return message
        return self._next()

    def _next(self) -> Message:
        piece = self._pieces.popleft()
        self._held_bytes -= len(piece)
        if not self._pieces:
            self._cycle.message_event.clear()
        more_body = self._cycle.more_body or bool(self._pieces)
        return {"type": "http.request", "body": piece, "more_body": more_body}


def receive_of(scope: Scope, receive: Receive) -> Receive:
    """The connection's own, where the server's protocol offers one; else what the server gave."""
    return cast("Receive", scope.get(_KEY, receive))
