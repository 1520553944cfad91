"""One HTTP/1.1 connection of a client that costs little: a raw socket, bodies by sendfile.

No library: whatever a client spends is taken from the contestant on a machine that both share.
"""

import json
import socket
import struct
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from benchmarks.client.source import Source, Span

_CONNECT_SECONDS = 10
_PATIENCE_SECONDS = 180
_TIMEVAL = struct.Struct("ll")  # kernel's time-outs: sendfile wants a socket that blocks
_END = b"\r\n\r\n"


class CallFailed(Exception):
    """A contestant answered something else than success."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`sent_at` is when the last byte of the request had gone, on the monotonic clock."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    sent_at: float

    @property
    def json(self) -> Any:  # noqa: ANN401 - a document of somebody else
        return json.loads(self.body)


class Connection:
    """`mbit` is the most it sends in a second; 0: as much as it can."""

    def __init__(self, base_url: str, source: Source, *, mbit: float = 0) -> None:
        address = urlsplit(base_url)
        self.source = source
        self._bytes_per_second = mbit * 1e6 / 8
        self._host = f"{address.hostname}:{address.port}"
        self._sock = socket.create_connection((address.hostname, address.port), _CONNECT_SECONDS)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock.settimeout(None)
        for direction in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            self._sock.setsockopt(socket.SOL_SOCKET, direction, _TIMEVAL.pack(_PATIENCE_SECONDS, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sock.close()

    def call(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Sequence[bytes | Span] = (),
    ) -> Reply:
        """Send and wait; CallFailed unless it is answered 2xx."""
        length = sum(len(piece) if isinstance(piece, bytes) else piece.size_bytes for piece in body)
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", f"Content-Length: {length}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._send("\r\n".join([*lines, "", ""]).encode("latin-1"), body)
        reply = self._reply(time.monotonic())
        if not 200 <= reply.status < 300:
            raise CallFailed(f"{method} {path}: {reply.status} {reply.body[:500]!r}")
        return reply

    def _send(self, head: bytes, body: Sequence[bytes | Span]) -> None:
        data = head
        for piece in body:
            if isinstance(piece, bytes):
                data += piece
            else:
                self._sock.sendall(data, socket.MSG_MORE)
                self.source.send(self._sock, piece, self._bytes_per_second)
                data = b""
        if data:
            self._sock.sendall(data)

    def _reply(self, sent_at: float) -> Reply:
        data = b""
        while _END not in data:
            data += self._received()
        head, data = data.split(_END, 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        while len(data) < int(headers.get("content-length", "0")):
            data += self._received()
        return Reply(int(first.split(" ", 2)[1]), headers, data, sent_at)

    def _received(self) -> bytes:
        data = self._sock.recv(65_536)
        if not data:
            raise CallFailed("the contestant closed the connection instead of answering")
        return data
