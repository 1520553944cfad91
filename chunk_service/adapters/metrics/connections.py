"""Connections of clients: open ones, and those that were refused before there was a request."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class ConnectionFigures:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._open = Gauge(
            "chunk_service_open_connections", "Connections that clients hold.", registry=registry
        )
        self._refused = Counter(
            "chunk_service_refused_connections",
            "Connections that were answered and closed without a request, by the answer's status.",
            ["status"],
            registry=registry,
        )

    def opened(self) -> None:
        self._open.inc()

    def closed(self) -> None:
        self._open.dec()

    def refused(self, status: int) -> None:
        self._refused.labels(str(status)).inc()
