"""Requests that no well-behaved client library would send, byte by byte over a connection."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from chunk_service.cli.stack.ports import LOOPBACK

_PATIENCE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class RawAnswer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def problem(self) -> str:
        """The slug, of what must be a whole problem document."""
        assert self.headers["content-type"] == "application/problem+json", self
        document = json.loads(self.body)
        assert document["status"] == self.status
        assert document["request_id"] == self.headers["x-request-id"]
        return str(document["type"]).removeprefix("/problems/")


@dataclass(frozen=True, slots=True)
class RawConnection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> RawAnswer:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            head = await self.reader.readuntil(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").strip().split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in lines)
            }
            body = await self.reader.readexactly(int(headers["content-length"]))
        return RawAnswer(int(first.split()[1]), body, headers)

    async def end(self) -> bytes:
        """What still comes until the service closes the connection."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b""

    def close_side(self) -> None:
        """FIN: nothing more will be sent, answers are still read."""
        self.writer.write_eof()

    def reset(self) -> None:
        """RST: gone, without a word."""
        found: socket.socket = self.writer.get_extra_info("socket")
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[RawConnection]:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        yield RawConnection(reader, writer)
    finally:
        writer.transport.abort()


async def speak(port: int, request: bytes) -> RawAnswer:
    """Send it, nothing more, and read the one answer."""
    async with connected(port) as connection:
        await connection.say(request)
        return await connection.answer()


async def hang_up_after(port: int, request: bytes) -> None:
    """Send it, as far as it goes, and close the connection."""
    _, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(request)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


def head(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()
