"""One connection of the server's own protocol, for tests that speak HTTP to it byte by byte."""

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from uvicorn.config import Config
from uvicorn.server import ServerState

from chunk_service.adapters.metrics.registry import Metrics
from chunk_service.api.body_buffers import BUFFERS_KEY, BodyBuffers
from chunk_service.api.connection_limits import STATE_KEY, WATCH_KEY, ConnectionLimits
from chunk_service.api.server_protocol import ServerProtocol

ANSWER_BYTES = 74


async def served(app: object, ours: socket.socket, *, send_seconds: float = 5) -> ServerProtocol:
    """The protocol that serves `app` on this socket, on the running loop."""
    limits = ConnectionLimits(
        head_seconds=5,
        idle_seconds=5,
        send_seconds=send_seconds,
        max_head_bytes=8192,
        max_connections=10,
    )
    state = {
        STATE_KEY: limits,
        WATCH_KEY: Metrics().connections,
        BUFFERS_KEY: BodyBuffers(),
    }
    config = Config(app, log_config=None, ws="none", lifespan="off")  # type: ignore[arg-type]
    loop = asyncio.get_running_loop()
    _, protocol = await loop.connect_accepted_socket(
        lambda: ServerProtocol(config, ServerState(), state, loop), ours
    )
    return protocol


@asynccontextmanager
async def connected(
    app: object,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter, ServerProtocol]]:
    """The client's two streams, and who serves them."""
    ours, theirs = socket.socketpair()
    protocol = await served(app, ours)
    reader, writer = await asyncio.open_connection(sock=theirs)
    try:
        yield reader, writer, protocol
    finally:
        writer.close()
        protocol.transport.abort()
        await asyncio.sleep(0)


async def next_answer(reader: asyncio.StreamReader) -> str:
    """The body of the next answer, which has ANSWER_BYTES."""
    async with asyncio.timeout(10):
        await reader.readuntil(b"\r\n\r\n")
        return (await reader.readexactly(ANSWER_BYTES)).decode()


def told(content: bytes) -> str:
    """What an app that looks at bodies says of this one."""
    return f"{len(content):09} {hashlib.sha256(content).hexdigest()}"
