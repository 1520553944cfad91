"""Free TCP ports on the loopback interface.

They lie below the range from which the kernel serves outgoing connections, so that a port that
was free when it was picked is not taken by somebody's client before the server binds it.
"""

import contextlib
import random
import socket

LOOPBACK = "127.0.0.1"
_CANDIDATES = range(15_000, 32_000)


def is_free(port: int) -> bool:
    """Whether a server could bind the port now; lingering closed connections do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind((LOOPBACK, port))
            return True
    return False


def free_ports(count: int, *, also_free_at: int = 0) -> list[int]:
    """That many different ports, each free itself and at that distance from it."""
    low = range(_CANDIDATES.start, _CANDIDATES.stop - also_free_at)
    shuffled = random.sample(low, len(low))
    free = (port for port in shuffled if is_free(port) and is_free(port + also_free_at))
    return [next(free) for _ in range(count)]


def free_port(*, preferred: int | None = None) -> int:
    """The preferred port where it is free, otherwise some free port."""
    if preferred is not None and is_free(preferred):
        return preferred
    return free_ports(1)[0]
