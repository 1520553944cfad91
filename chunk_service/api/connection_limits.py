"""What one connection may take of us, and how the server's protocol gets to know it.

The protocol is made by the server, not by us; what the lifespan yields is all that reaches it.
"""

from dataclasses import dataclass
from typing import Final, Protocol

STATE_KEY: Final = "connection_limits"
WATCH_KEY: Final = "connection_watch"

# Requests have about ten; a browser with its hints and a proxy or two come to thirty.
MAX_HEADERS: Final = 100
# Requests sent ahead of answers; clients that do so at all send two or three.
MAX_PIPELINED: Final = 16
# What chunked encoding may cost: beyond this many bytes of framing for one of the body, it counts.
FRAMING_PER_BODY_BYTE: Final = 16
LINGER_SECONDS: Final = 2.0
# Of an answer within `send_seconds`: a quarter of what a transport holds before it says "enough".
LEAST_READ_BYTES: Final = 16 * 1024


class ConnectionWatch(Protocol):
    def opened(self) -> None: ...
    def closed(self) -> None: ...
    def refused(self, status: int) -> None: ...


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """A head must have come whole within `head_seconds`; an answer must go on being read within
    `send_seconds`; between two requests a connection may rest for `idle_seconds`. Pages of
    `origins` may read why they were refused.
    """

    head_seconds: float
    idle_seconds: float
    send_seconds: float
    max_head_bytes: int
    max_connections: int
    origins: frozenset[str] = frozenset()
