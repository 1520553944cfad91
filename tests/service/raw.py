"""Requests that no well-behaved client library would send, byte by byte over a connection."""

import asyncio
from dataclasses import dataclass

from chunk_service.cli.stack.ports import LOOPBACK


@dataclass(frozen=True, slots=True)
class RawAnswer:
    status: int
    body: bytes


async def speak(port: int, request: bytes) -> RawAnswer:
    """Send it, nothing more, and read the one answer."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(request)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").lower().split("\r\n")
        length = next(line for line in lines if line.startswith("content-length:"))
        body = await reader.readexactly(int(length.partition(":")[2]))
        return RawAnswer(status=int(lines[0].split()[1]), body=body)
    finally:
        writer.close()


async def hang_up_after(port: int, request: bytes) -> None:
    """Send it, as far as it goes, and close the connection."""
    _, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(request)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


def head(method: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()
