"""The answer to a request that was perhaps not sent whole: its connection carries no other.

A store that still waits for the rest of a body would take the next request for it. Through TLS one
byte of the answer has to be read to know that it is there; it is put back here.
"""

import io
import socket
from http.client import HTTPResponse


class LastAnswer(HTTPResponse):
    def __init__(
        self,
        sock: socket.socket,
        debuglevel: int = 0,
        method: str | None = None,
        url: str | None = None,
        *,
        first: bytes = b"",
    ) -> None:
        super().__init__(sock, debuglevel, method, url)
        self.fp = io.BufferedReader(_Preceded(first, self.fp))

    def begin(self) -> None:
        super().begin()
        self.will_close = True


class _Preceded(io.RawIOBase):
    def __init__(self, first: bytes, rest: io.BufferedReader) -> None:
        self._first = first
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._first or self._rest.read1(len(buffer))
        self._first = b""
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._rest.close()
        super().close()
