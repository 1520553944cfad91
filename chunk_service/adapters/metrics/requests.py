"""Requests: how many, how long, what they brought, and which problems they were answered with.

A route is its template. A method that nobody defined, and a path that leads nowhere, are one value
each: whoever makes them up does not get to fill our memory.
"""

from http import HTTPStatus
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER: Final = "other"
_NO_ROUTE: Final = "none"
_SECONDS: Final = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class RequestFigures:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Histogram(
            "chunk_service_request_seconds",
            "Requests that ended, by the time from their headers to the end of their answer.",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._problems = Counter(
            "chunk_service_problems",
            "Requests that were answered with a problem, by its type.",
            ["problem", "status"],
            registry=registry,
        )
        # From the start there: the first one is an increase.
        fault = HTTPStatus.INTERNAL_SERVER_ERROR
        self._problems.labels(fault.phrase, str(fault.value))
        self._received = Counter(
            "chunk_service_received_bytes",
            "Bytes of requests' bodies, as they came in.",
            registry=registry,
        )

    def received(self, size_bytes: int) -> None:
        self._received.inc(size_bytes)

    def answered(
        self, *, method: str, route: str | None, status: int, seconds: float, problem: str | None
    ) -> None:
        """`status` is 0 where nothing was answered at all."""
        known = method if method in _METHODS else _OTHER
        labels = (known, route or _NO_ROUTE, f"{status // 100}xx" if status else _OTHER)
        self._requests.labels(*labels).observe(seconds)
        if problem is not None:
            self._problems.labels(problem, str(status)).inc()
