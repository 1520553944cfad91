"""Levels that somebody else keeps, read when they are looked at: what is in use, of how much."""

from collections.abc import Callable, Sized

from prometheus_client import CollectorRegistry, Gauge


class Levels:
    """Nothing is shown of what was not named: a worker has no downloads."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def requests(self, in_work: Sized, *, most: int) -> None:
        self._show("requests_in_work", "Requests that are worked on.", lambda: len(in_work))
        self._show("requests_limit", "MAX_CONCURRENT_REQUESTS.", lambda: most)

    def downloads(self, in_work: Sized, *, most: int) -> None:
        self._show("downloads_in_work", "Downloads handed through now.", lambda: len(in_work))
        self._show("downloads_limit", "MAX_CONCURRENT_DOWNLOADS.", lambda: most)

    def pool(self, in_use: Callable[[], int], *, most: int) -> None:
        self._show("database_pool_in_use", "Connections of the pool in use.", in_use)
        self._show("database_pool_limit", "DATABASE_POOL_SIZE.", lambda: most)

    def spool(self, *, limit_bytes: int) -> None:
        self._show("spool_limit_bytes", "SPOOL_MAX_BYTES.", lambda: limit_bytes)

    def _show(self, name: str, meaning: str, level: Callable[[], int]) -> None:
        gauge = Gauge(f"chunk_service_{name}", meaning, registry=self._registry)
        gauge.set_function(level)
