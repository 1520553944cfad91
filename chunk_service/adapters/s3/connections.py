"""The sockets that the bytes of parts leave by: urllib3's connections, with two guarantees added.

A connection whose request was not sent whole is closed with its answer, never pooled. And an answer
that comes before the end of a body ends the sending, even where the store reads no more of it:
sending never blocks without watching for an answer too.
"""

import select
import ssl
from functools import partial
from http.client import HTTPResponse
from typing import ClassVar, Final, Protocol, runtime_checkable

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection

from chunk_service.adapters.s3.last_answer import LastAnswer
from chunk_service.adapters.s3.options import S3Options

# At a time, besides the parts that are sent: calls that create, complete and look.
MOST_CALLS: Final = 8


@runtime_checkable
class Cargo(Protocol):
    """The body of a request; it is told what carries it, so that it can stop it from outside."""

    def carried_by(self, connection: HTTPConnection) -> None: ...


class _WatchfulConnection(HTTPConnection):
    slice_bytes: ClassVar[int]
    _patience_seconds: float | None = None

    def request(
        self, method: str, url: str, body: object = None, headers: object = None, **options: bool
    ) -> None:
        self.response_class = LastAnswer
        if isinstance(body, Cargo):
            body.carried_by(self)
        super().request(method, url, body, headers, **options)  # type: ignore[arg-type]
        self.response_class = HTTPResponse

    def send(self, data: bytes | memoryview) -> None:  # type: ignore[override]
        """The socket never blocks from here on; before it reads an answer, urllib3 lets it again.

        Each change of that is a call during which other threads run, and wait for their turn then.
        """
        if self.sock is None:
            self.connect()
        seconds = self.sock.gettimeout()
        if seconds != 0:
            self._patience_seconds = seconds
            self.sock.settimeout(0)
        self._send_until_answered(memoryview(data))

    def _send_until_answered(self, left: memoryview) -> None:
        while left:
            self._wait_until_writable()
            left = left[self._send_some(left[: self.slice_bytes]) :]

    def _wait_until_writable(self) -> None:
        poll = select.poll()
        poll.register(self.sock, select.POLLIN | select.POLLOUT)
        seconds = self._patience_seconds
        events = poll.poll(None if seconds is None else seconds * 1000)
        if not events:
            raise TimeoutError("the store takes no bytes")
        if events[0][1] != select.POLLOUT:
            self._stop_at_an_answer()

    def _send_some(self, data: memoryview) -> int:
        try:
            return self.sock.send(data)
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return 0

    def _stop_at_an_answer(self) -> None:
        """urllib3 takes a BrokenPipeError for: stop sending, there may be an answer to read."""
        raise BrokenPipeError("the store answered or closed before the end of the body")


class _PlainConnection(_WatchfulConnection):
    slice_bytes = 2 * 1024 * 1024


class _TlsConnection(_WatchfulConnection, HTTPSConnection):
    slice_bytes = 64 * 1024

    def _stop_at_an_answer(self) -> None:
        try:
            first = self.sock.recv(1)
        except ssl.SSLWantReadError:
            return  # only a session ticket, or part of a record
        self.response_class = partial(LastAnswer, first=first)  # type: ignore[assignment]
        super()._stop_at_an_answer()


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def open_connections(options: S3Options, *, ca_certs: str | None) -> PoolManager:
    connections = PoolManager(
        maxsize=options.relay_connections + MOST_CALLS,
        timeout=Timeout(connect=options.connect_timeout_seconds, read=options.read_timeout_seconds),
        cert_reqs="CERT_REQUIRED",
        ca_certs=ca_certs,
    )
    connections.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
    return connections
