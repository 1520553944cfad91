"""Answers that are not read, on a socket that holds little, do not hold a connection for ever."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.responses import Response

from chunk_service.api.server_protocol import ServerProtocol
from tests.api.served import served

_SEND_SECONDS = 0.2
# Beyond so many bytes unsent the transport says "pause", below a quarter of them "resume".
_HIGH_WATER_BYTES = 64 * 1024
_REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@asynccontextmanager
async def _asked(size_bytes: int) -> AsyncIterator[tuple[socket.socket, ServerProtocol]]:
    """The client's end, which has asked for an answer of that size and a closed connection."""
    app = Response(b"x" * size_bytes, headers={"Connection": "close"})
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    theirs.setblocking(False)
    protocol = await served(app, ours, send_seconds=_SEND_SECONDS)
    try:
        await loop.sock_sendall(theirs, _REQUEST)
        yield theirs, protocol
    finally:
        theirs.close()


async def _is_let_go(protocol: ServerProtocol) -> None:
    async with asyncio.timeout(5):
        while protocol.connections:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("size_bytes", [_HIGH_WATER_BYTES // 2, 4 * _HIGH_WATER_BYTES])
async def test_an_answer_that_nobody_reads_is_dropped(size_bytes: int) -> None:
    async with _asked(size_bytes) as (_, protocol):
        await asyncio.sleep(0.05)
        assert protocol.transport.get_write_buffer_size()
        await _is_let_go(protocol)


async def test_an_answer_that_is_read_but_for_its_end_is_dropped() -> None:
    loop = asyncio.get_running_loop()
    async with _asked(4 * _HIGH_WATER_BYTES) as (client, protocol):
        unsent = _HIGH_WATER_BYTES
        while not 0 < unsent < _HIGH_WATER_BYTES // 4:
            await loop.sock_recv(client, 4096)
            await asyncio.sleep(0)
            unsent = protocol.transport.get_write_buffer_size()
        await _is_let_go(protocol)


async def test_an_answer_that_is_read_slowly_is_read_to_its_end() -> None:
    loop = asyncio.get_running_loop()
    size_bytes, got = 4 * _HIGH_WATER_BYTES, 0
    async with _asked(size_bytes) as (client, _):
        began = loop.time()
        while piece := await loop.sock_recv(client, size_bytes // 4):
            got += len(piece)
            await asyncio.sleep(0.01)
    assert got > size_bytes
    assert loop.time() - began > 2 * _SEND_SECONDS
