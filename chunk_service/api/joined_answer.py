"""One write for the head of an answer and what follows at once: most answers are one segment then.

Apart, each small answer would cost a second call of the kernel and wake its reader twice.
"""

import asyncio
from typing import Final

_HEAD: Final = b"HTTP/1.1 "


class JoinedAnswer(asyncio.Transport):
    """What an answer is written to, in front of its connection's transport.

    A head is held until the event loop's next turn at most: where the body takes longer to be found
    the client has the head before it.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._held: bytes | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._transport.writelines((held, data))
        elif isinstance(data, bytes) and data.startswith(_HEAD):
            self._held = data
            self._loop.call_soon(self.send_held)
        else:
            self._transport.write(data)

    def close(self) -> None:
        self.send_held()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def send_held(self) -> None:
        held, self._held = self._held, None
        if held is not None and not self._transport.is_closing():
            self._transport.write(held)
