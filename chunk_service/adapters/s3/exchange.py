"""One signed request and its answer, carried out in a thread; the event loop may stop it.

The thread owns the source's pieces for as long as it runs. urllib3's errors leave as botocore's,
whose retries know no others. Errors of the source leave as they are: an OSError of a disk must not
pass for one of the network.
"""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiobotocore.awsrequest import AioAWSResponse
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.exceptions import (
    BotoCoreError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
    SSLError,
)
from urllib3 import BaseHTTPResponse, PoolManager
from urllib3 import exceptions as urllib3_errors
from urllib3.connection import HTTPConnection

from chunk_service.domain.objects import PartSource

# In a round trip of its own, or by whoever sends: early answers are noticed without an `Expect`.
UNSIGNED = ("expect", "content-length")
# Answers are empty or a short document; the rest of a longer one is never looked at.
MAX_ANSWER_BYTES = 64 * 1024


class _SourceError(Exception):
    def __init__(self, error: OSError) -> None:
        self.error = error


@dataclass(frozen=True, slots=True)
class Answer:
    """Names of headers in any case; `content` is the whole body, or as much as is looked at."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class _Content:
    """The body of an answer, already read, in the shape that aiobotocore awaits."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def read(self) -> bytes:
        return self._content


class Exchange:
    def __init__(
        self, request: AWSPreparedRequest, source: PartSource, *, connections: PoolManager
    ) -> None:
        self._request = request
        self._source = source
        self._connections = connections
        self._lock = threading.Lock()
        self._connection: HTTPConnection | None = None
        self._stopped = False

    def run(self) -> AioAWSResponse:
        answer = self.answer()
        headers = HeadersDict(answer.headers)
        content = _Content(answer.content)
        return AioAWSResponse(self._request.url, answer.status, headers, content)  # type: ignore[arg-type]

    def answer(self) -> Answer:
        try:
            response = self._send()
            content = _read_bounded(response)
        except _SourceError as failed:
            raise failed.error from None
        except urllib3_errors.HTTPError as error:
            raise _as_botocore(error, url=self._request.url) from error
        return Answer(response.status, response.headers, content)

    def stop(self) -> None:
        """Make `run` end soon, whatever it waits for; its result is of no interest any more."""
        with self._lock:
            self._stopped = True
            if self._connection is not None and self._connection.sock is not None:
                with suppress(OSError):
                    # not SSLSocket.shutdown: it would let the other thread go on in plain text
                    socket.socket.shutdown(self._connection.sock, socket.SHUT_RDWR)

    def carried_by(self, connection: HTTPConnection) -> None:
        with self._lock:
            self._connection = connection

    def __iter__(self) -> Iterator[memoryview]:
        self._allow_slow_sending()
        try:
            for piece in self._source.pieces():
                if self._stopped:
                    raise urllib3_errors.ProtocolError("stopped")
                yield piece
        except OSError as error:
            raise _SourceError(error) from error

    def _allow_slow_sending(self) -> None:
        """Until here the socket had the connect time-out, which would bound the sending too."""
        assert self._connection is not None
        timeout = self._connections.connection_pool_kw["timeout"]
        self._connection.sock.settimeout(timeout.read_timeout)

    def _send(self) -> BaseHTTPResponse:
        pool = self._connections.connection_from_url(self._request.url)
        try:
            return pool.urlopen(
                self._request.method,
                path_of(self._request.url),
                body=self,  # type: ignore[arg-type]
                headers=_headers(self._request, self._source.size_bytes),
                retries=False,
                redirect=False,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
            )
        finally:
            # from here on it may be back in the pool, carrying another's bytes
            with self._lock:
                self._connection = None


def path_of(url: str) -> str:
    """With the query, as a request's first line has it."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _headers(request: AWSPreparedRequest, size_bytes: int) -> dict[str, str]:
    headers = {
        name: value for name, value in request.headers.items() if name.lower() not in UNSIGNED
    }
    return headers | {"Content-Length": str(size_bytes)}


def _read_bounded(response: BaseHTTPResponse) -> bytes:
    """Read to its end, the answer gives its connection back to the pool; else it is closed."""
    try:
        return response.read(MAX_ANSWER_BYTES)
    finally:
        response.close()


def _as_botocore(error: urllib3_errors.HTTPError, *, url: str) -> BotoCoreError:
    match error:
        case urllib3_errors.NewConnectionError():
            return EndpointConnectionError(endpoint_url=url, error=error)
        case urllib3_errors.ConnectTimeoutError():
            return ConnectTimeoutError(endpoint_url=url, error=error)
        case urllib3_errors.TimeoutError():
            return ReadTimeoutError(endpoint_url=url, error=error)
        case urllib3_errors.ProtocolError():
            return ConnectionClosedError(endpoint_url=url, error=error)
        case urllib3_errors.SSLError():
            return SSLError(endpoint_url=url, error=error)
    return HTTPClientError(error=error)
