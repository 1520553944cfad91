"""What the parts outside take: calls of the object store, statements of the database."""

from http import HTTPStatus
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

_STORE_SECONDS: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_DENIED: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_DATABASE_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)


class StoreFigures:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._calls = Histogram(
            "chunk_service_store_call_seconds",
            "Calls of the object store with their repetitions, by the last answer's class of "
            "status; denied: 401 or 403; error: no answer.",
            ["operation", "outcome"],
            buckets=_STORE_SECONDS,
            registry=registry,
        )
        self._relayed = Counter(
            "chunk_service_relayed_bytes",
            "Bytes of parts and objects that the object store took.",
            registry=registry,
        )

    def called(self, operation: str, *, status: int | None, seconds: float, sent: int) -> None:
        """`status`: None without an answer. `sent`: the bytes of a part or object."""
        outcome = _outcome(status)
        self._calls.labels(operation, outcome).observe(seconds)
        if outcome == "2xx":
            self._relayed.inc(sent)


def _outcome(status: int | None) -> str:
    """What is not there is a 4xx in the daily course of things; what is forbidden never is."""
    if status is None:
        return "error"
    return "denied" if status in _DENIED else f"{status // 100}xx"


class DatabaseFigures:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._statements = Histogram(
            "chunk_service_database_statement_seconds",
            "Statements from sending them to their answer; the wait for a connection not counted.",
            ["outcome"],
            buckets=_DATABASE_SECONDS,
            registry=registry,
        )
        self._ok = self._statements.labels("ok")

    def asked(self, seconds: float, *, failed: bool) -> None:
        (self._statements.labels("error") if failed else self._ok).observe(seconds)
