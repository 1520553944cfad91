"""An answer whose bytes come from elsewhere while it is sent, and end with its client.

Nothing is sent before the first bytes are there, so until then whatever goes wrong can still be
told. Later it can't: the exception goes on, and the connection is cut short of its Content-Length.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

Opening = AbstractAsyncContextManager[AsyncIterator[bytes]]


class Streamed(Response):
    def __init__(self, opening: Opening, *, status: int, headers: Mapping[str, str]) -> None:
        """`headers` have the Content-Length; `opening` is left when the client has gone."""
        self.status_code = status
        self.background = None
        self.body = b""
        self.init_headers(headers)
        self._opening = opening

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _while_there(self._send_all(send), receive)

    async def _send_all(self, send: Send) -> None:
        async with self._opening as pieces:
            piece = await anext(pieces, b"")
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            while piece:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                piece = await anext(pieces, b"")
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _while_there(work: Coroutine[None, None, None], receive: Receive) -> None:
    """The server drops in silence what is sent to nobody, so somebody has to watch the client."""
    working, leaving = asyncio.create_task(work), asyncio.create_task(_left(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
