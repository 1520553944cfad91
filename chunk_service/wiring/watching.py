"""Where the figures of a process can be read: what they are made of, and their own port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chunk_service.adapters.metrics.exposition import MEDIA_TYPE, Exposition
from chunk_service.adapters.metrics.registry import Metrics
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.stock import StockRows
from chunk_service.api.scraping import Scraping
from chunk_service.domain.uploads import SpoolId
from chunk_service.settings.model import Settings
from chunk_service.usecases.take_stock import TakeStock
from chunk_service.wiring.receivers import addresses


@asynccontextmanager
async def open_scraping(
    settings: Settings, metrics: Metrics, database: Database, spool_id: SpoolId | None
) -> AsyncIterator[Scraping]:
    """With a listener of its own where the settings have a port for it."""
    scraping = _scraping(settings, metrics, database, spool_id)
    if settings.metrics_port is None:
        yield scraping
        return
    # Only who has that port needs a second server in memory.
    from chunk_service.api.metrics_listener import metrics_listener

    async with metrics_listener(settings.metrics_host, settings.metrics_port, scraping):
        yield scraping


def _scraping(
    settings: Settings, metrics: Metrics, database: Database, spool_id: SpoolId | None
) -> Scraping:
    metrics.levels.pool(database.checked_out, most=settings.database_pool_size)
    if spool_id is not None:
        metrics.levels.spool(limit_bytes=settings.spool_max_bytes)
    take_stock = TakeStock(StockRows(database, addresses(settings)), spool_id)
    token = settings.metrics_token
    return Scraping(
        expose=Exposition(metrics.registry, take_stock),
        media_type=MEDIA_TYPE,
        token=None if token is None else token.get_secret_value(),
    )
