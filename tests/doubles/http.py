"""As much of HTTP/1.1 as the doubles speak: heads, bodies of a known length, plain answers.

Written by hand because a double must be able to stop at any byte, which servers do not offer.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote

from tests.doubles.listener import READ_BYTES


@dataclass(frozen=True, slots=True)
class Head:
    """Names of headers in lower case; `path` is percent-decoded."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]

    @property
    def length_bytes(self) -> int | None:
        text = self.headers.get("content-length", "")
        return int(text) if text.isdigit() else None


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` may be made of pieces; to HEAD only its length is told."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Iterable[bytes] = b""
    length_bytes: int | None = None

    def head(self) -> bytes:
        length = len(self.body) if isinstance(self.body, bytes) else self.length_bytes
        headers = {
            "Content-Length": str(length if self.length_bytes is None else self.length_bytes)
        }
        if self.status == HTTPStatus.NO_CONTENT:
            headers = {}
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in (headers | dict(self.headers)).items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def pieces(self) -> Iterable[bytes]:
        return [self.body] if isinstance(self.body, bytes) else self.body


async def read_head(reader: asyncio.StreamReader) -> Head:
    """IncompleteReadError where the peer has closed."""
    text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = text.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    fields = (line.partition(":") for line in lines)
    return Head(
        method=method,
        path=unquote(path),
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers={name.strip().lower(): value.strip() for name, _, value in fields},
    )


async def read_body(
    head: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> AsyncIterator[bytes]:
    """IncompleteReadError where the body breaks off."""
    left = head.length_bytes or 0
    if left and head.headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    while left:
        piece = await reader.read(min(left, READ_BYTES))
        if not piece:
            raise asyncio.IncompleteReadError(b"", left)
        left -= len(piece)
        yield piece


async def send(answer: Answer, method: str, writer: asyncio.StreamWriter) -> None:
    writer.write(answer.head())
    if method != "HEAD":
        for piece in answer.pieces():
            writer.write(piece)
            await writer.drain()
    await writer.drain()
