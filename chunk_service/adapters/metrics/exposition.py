"""All figures as the text that Prometheus reads, with those that the database is asked for.

However many look at a time, one question is under way, and its answer serves whoever comes within
the next second.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from chunk_service.adapters.metrics.stock import figures_of
from chunk_service.usecases.take_stock import Stock

FRESH_SECONDS = 1.0
MEDIA_TYPE = CONTENT_TYPE_LATEST


class Exposition:
    def __init__(
        self, registry: CollectorRegistry, take_stock: Callable[[], Awaitable[Stock | None]]
    ) -> None:
        self._registry = registry
        self._take_stock = take_stock
        self._asking = asyncio.Lock()
        self._text = b""
        self._fresh_until = 0.0

    async def __call__(self) -> bytes:
        async with self._asking:
            if time.monotonic() >= self._fresh_until:
                self._text = _text_of(self._registry, await self._take_stock())
                self._fresh_until = time.monotonic() + FRESH_SECONDS
            return self._text


class _OfStock(Collector):
    def __init__(self, stock: Stock | None) -> None:
        self._stock = stock

    def collect(self) -> Iterator[Metric]:
        return figures_of(self._stock)


def _text_of(registry: CollectorRegistry, stock: Stock | None) -> bytes:
    asked = CollectorRegistry()
    asked.register(_OfStock(stock))
    return generate_latest(registry) + generate_latest(asked)
