"""A request's body as a stream that ends well or raises: owned deadlines, checked length.

The server has no limit on silent or trickling bodies, so the limits are here. Only time in which we
wait for the client counts against it; while a disk is slow nobody's clock runs.
"""

import asyncio
import time
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request

from chunk_service.api.context import ApiLimits, context_of
from chunk_service.domain.errors import ContentTooLarge, MalformedRequest, RequestTimeout
from chunk_service.domain.uploads import Piece


def content_length(request: Request) -> int | None:
    """The declared length; `framing.py` has seen to it that it is one number."""
    declared = request.headers.get("content-length")
    return None if declared is None else int(declared)


async def body_pieces(request: Request) -> AsyncIterator[Piece]:
    """The body as it comes; raises RequestTimeout, MalformedRequest, ClientDisconnect."""
    limits = context_of(request.scope).limits
    declared = content_length(request)
    received_bytes = 0
    waited_seconds = 0.0
    more_body = True
    while more_body:
        patience = _patience_seconds(limits, received_bytes, waited_seconds)
        began = time.monotonic()
        piece, more_body = await _next_piece(request, patience)
        waited_seconds += time.monotonic() - began
        received_bytes += len(piece)
        if declared is not None and received_bytes > declared:
            raise MalformedRequest("The body is longer than its Content-Length.")
        if piece:
            yield piece
        del piece
    if declared is not None and received_bytes != declared:
        raise MalformedRequest("The body is shorter than its Content-Length.")


def _patience_seconds(limits: ApiLimits, received_bytes: int, waited_seconds: float) -> float:
    earned = limits.body_grace_seconds + received_bytes / limits.body_min_bytes_per_second
    if waited_seconds >= earned:
        raise RequestTimeout("The request's body came too slowly.")
    return min(limits.body_idle_seconds, earned - waited_seconds)


async def _next_piece(request: Request, patience_seconds: float) -> tuple[Piece, bool]:
    try:
        async with asyncio.timeout(patience_seconds):
            message = await request.receive()
    except TimeoutError as error:
        raise RequestTimeout from error
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message.get("body", b""), message.get("more_body", False)


async def read_body(request: Request, *, most_bytes: int) -> bytes:
    """A small body whole; ContentTooLarge beyond `most_bytes`, unread where that is declared."""
    too_large = ContentTooLarge(f"The body may have {most_bytes} bytes at most.")
    if (content_length(request) or 0) > most_bytes:
        raise too_large
    body = bytearray()
    async for piece in body_pieces(request):
        body += piece
        if len(body) > most_bytes:
            raise too_large
    return bytes(body)
