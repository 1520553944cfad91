"""How far away the null S3 plays to be: a round trip before each answer, a rate per connection.

A new connection costs a round trip too. The rate holds the sender back by TCP itself: what is not
taken stays in a receive buffer that is kept small.
"""

import socket
import time
from dataclasses import dataclass

_BUFFER_BYTES = 256 * 1024
_SLICE_BYTES = 64 * 1024
_ANY_BYTES = 16 * 1024**2


@dataclass(frozen=True, slots=True)
class Distance:
    """`bytes_per_second` 0: as fast as it goes."""

    round_trip_seconds: float = 0
    bytes_per_second: float = 0

    def prepare(self, listener: socket.socket) -> None:
        if self.bytes_per_second:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)

    def wait(self) -> None:
        if self.round_trip_seconds:
            time.sleep(self.round_trip_seconds)

    @property
    def slice_bytes(self) -> int:
        """The most to take from a connection between two calls of `pace`."""
        return _SLICE_BYTES if self.bytes_per_second else _ANY_BYTES

    def pace(self, taken_bytes: int, *, since: float) -> None:
        """Sleep until so many bytes were allowed since that moment of the monotonic clock."""
        if self.bytes_per_second:
            due = since + taken_bytes / self.bytes_per_second
            time.sleep(max(0.0, due - time.monotonic()))
