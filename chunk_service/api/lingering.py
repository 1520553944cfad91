"""Middleware: an answer that comes before the body has ended is still read by its client.

Closing a connection on unread bytes makes the kernel reset it, and the reset can overtake the
answer (RFC 9112, 9.6). So: answer whole, say `Connection: close`, read on for a bounded while, then
let go. What is small enough is read first, and the connection stays.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chunk_service.api.request_record import RequestRecord, record_of

SMALL_BODY_BYTES = 64 * 1024
LINGER_BYTES = 64 * 1024 * 1024
LINGER_SECONDS = 5.0
IDLE_SECONDS = 1.0

_CLOSE = (b"connection", b"close")


class Lingering:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        record = record_of(scope)
        is_closing = False

        async def lingering(message: Message) -> None:
            nonlocal is_closing
            if message["type"] == "http.response.start" and _may_linger(record, message):
                await _read_small_body(scope, receive, record)
                is_closing = record.body_pending
                if is_closing:
                    message["headers"] = [*message["headers"], _CLOSE]
            elif is_closing and not message.get("more_body", False):
                await send({**message, "more_body": True})
                await _drain(receive, record, LINGER_BYTES)
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        await self.app(scope, receive, lingering)


def _may_linger(record: RequestRecord, start: Message) -> bool:
    """Whoever closes the connection already, as after a time-out, has waited enough."""
    return record.body_pending and _CLOSE not in start["headers"]


async def _read_small_body(scope: Scope, receive: Receive, record: RequestRecord) -> None:
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"")
    is_small = length.isdigit() and int(length) <= SMALL_BODY_BYTES
    if record.is_framed and is_small and b"expect" not in headers:
        await _drain(receive, record, SMALL_BODY_BYTES)


async def _drain(receive: Receive, record: RequestRecord, most_bytes: int) -> None:
    """Read and drop, until the body ends, the client is gone, silent, or has had its share."""
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while record.body_pending and most_bytes > 0:
                async with asyncio.timeout(IDLE_SECONDS):
                    message = await receive()
                most_bytes -= len(message.get("body", b""))
    except TimeoutError:
        return
