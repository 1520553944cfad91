"""What came over a connection of the null S3: heads are parsed, large bodies thrown away unread.

Bodies are dropped by MSG_TRUNC, which Linux does for TCP without copying them to us: what a store
of this kind costs is the network stack. Smaller ones, and those of POST, are kept for the answer.
"""

import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from benchmarks.null_s3.distance import Distance

KEPT_BYTES = 16 * 1024
_VOID = memoryview(bytearray(16 * 1024**2))  # never written, so never resident
_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Request:
    """`headers` in lower case; `body` is None where it was thrown away."""

    method: str
    key: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    size_bytes: int
    body: bytes | None


class Connection:
    def __init__(self, sock: socket.socket, distance: Distance) -> None:
        self._sock = sock
        self._distance = distance
        self._ahead = b""

    def requests(self) -> Iterator[Request]:
        """One after the other, until the peer closes."""
        while (head := self._head()) is not None:
            first, *lines = head.split("\r\n")
            method, target, _ = first.split(" ", 2)
            headers = dict(_header(line) for line in lines)
            if "chunked" in headers.get("transfer-encoding", ""):
                raise ValueError(f"{first}: a body without Content-Length is not understood")
            yield self._request(method, target, headers)

    def answer(self, data: bytes) -> None:
        self._distance.wait()
        self._sock.sendall(data)

    def _head(self) -> str | None:
        while _END not in self._ahead:
            data = self._sock.recv(KEPT_BYTES)
            if not data:
                return None
            self._ahead += data
        head, self._ahead = self._ahead.split(_END, 1)
        return head.decode("latin-1")

    def _request(self, method: str, target: str, headers: Mapping[str, str]) -> Request:
        size_bytes = int(headers.get("content-length", "0"))
        if "expect" in headers:
            self.answer(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self._body(size_bytes) if method == "POST" or size_bytes <= KEPT_BYTES else None
        if body is None:
            self._discard(size_bytes)
        address = urlsplit(target)
        _, _, key = unquote(address.path).lstrip("/").partition("/")
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        decoded = int(headers.get("x-amz-decoded-content-length", size_bytes))
        return Request(method, key, query, headers, decoded, _unframed(body, headers))

    def _body(self, size_bytes: int) -> bytes:
        while len(self._ahead) < size_bytes:
            data = self._sock.recv(size_bytes - len(self._ahead))
            if not data:
                raise ConnectionError("the peer left in the middle of a body")
            self._ahead += data
        body, self._ahead = self._ahead[:size_bytes], self._ahead[size_bytes:]
        return body

    def _discard(self, size_bytes: int) -> None:
        began = time.monotonic()
        taken = min(size_bytes, len(self._ahead))
        self._ahead = self._ahead[taken:]
        flags = socket.MSG_TRUNC | socket.MSG_WAITALL
        while taken < size_bytes:
            wanted = min(size_bytes - taken, self._distance.slice_bytes)
            count = self._sock.recv_into(_VOID, wanted, flags)
            if not count:
                raise ConnectionError("the peer left in the middle of a body")
            taken += count
            self._distance.pace(taken, since=began)


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.lower(), value.strip()


def _unframed(body: bytes | None, headers: Mapping[str, str]) -> bytes | None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html"""
    if body is None or "aws-chunked" not in headers.get("content-encoding", ""):
        return body
    plain, left = b"", body
    while left:
        line, _, left = left.partition(b"\r\n")
        size_bytes = int(line.split(b";")[0], 16)
        if not size_bytes:
            break
        plain, left = plain + left[:size_bytes], left[size_bytes + 2 :]
    return plain
