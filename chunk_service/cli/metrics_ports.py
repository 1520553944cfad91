"""Whether the ports of metrics can be had: known before processes start that would die of it."""

import socket
from contextlib import closing

from chunk_service.settings.model import Settings


def metrics_fault(settings: Settings, *, processes: int) -> str | None:
    """One sentence where a port of `METRICS_PORT` and those that follow can't be had."""
    if settings.metrics_port is None:
        return None
    for port in range(settings.metrics_port, settings.metrics_port + processes):
        fault = _fault_of(settings.metrics_host, port)
        if fault is not None:
            return f"METRICS_PORT: {settings.metrics_host}:{port}: {fault}"
    return None


def _fault_of(host: str, port: int) -> str | None:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, kind)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OverflowError:
        return "there is no such port"
    except OSError as error:
        return error.strerror or str(error)
    return None
