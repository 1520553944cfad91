"""A stock as figures. Without one there is only the figure that says so: nothing is made up."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from chunk_service.domain.states import LIVE
from chunk_service.domain.uploads import Way
from chunk_service.usecases.take_stock import SpoolStock, Stock


def figures_of(stock: Stock | None) -> Iterator[Metric]:
    yield _one(
        "database_answers", "1 where the database gave the figures below.", stock is not None
    )
    if stock is None:
        return
    yield _live_uploads(stock)
    yield _one(
        "oldest_completing_seconds",
        "For how long the oldest upload has been completing.",
        stock.oldest_completing_seconds,
    )
    yield _one(
        "clean_up_overdue_seconds",
        "For how long the oldest clean-up has been due.",
        stock.clean_up_overdue_seconds,
    )
    yield from _deliveries(stock)
    if stock.spool is not None:
        yield from _spool(stock.spool)


def _live_uploads(stock: Stock) -> Metric:
    family = _family("live_uploads", "Uploads that have not ended.", "state", "way")
    for state in sorted(LIVE):
        for way in Way:
            count = stock.live_uploads.get((state, way), 0)
            family.add_metric([state.value, way.value], count)
    return family


def _deliveries(stock: Stock) -> Iterator[Metric]:
    labels = ("endpoint", "state")
    count = _family("deliveries", "Events that an endpoint has not taken.", *labels)
    age = _family("oldest_delivery_seconds", "The age of the oldest of these events.", *labels)
    for each in stock.deliveries:
        count.add_metric([each.endpoint, each.state], each.count)
        age.add_metric([each.endpoint, each.state], each.oldest_seconds)
    disabled = _family("endpoint_disabled", "1: the endpoint answered 410.", "endpoint")
    for name in stock.disabled_endpoints:
        disabled.add_metric([name], 1)
    yield from (count, age, disabled)


def _spool(spool: SpoolStock) -> Iterator[Metric]:
    for name, meaning, value in (
        (
            "spool_bytes",
            "Bytes in the spool, and promised to chunks on their way.",
            spool.used_bytes,
        ),
        ("spool_oldest_seconds", "The age of the oldest chunk in it.", spool.oldest_chunk_seconds),
        ("relay_ready_windows", "Windows that could go to the store.", spool.ready_windows),
        ("relay_lag_seconds", "How long the oldest of them has waited.", spool.relay_lag_seconds),
        ("windows_set_aside", "Windows that processes died over.", spool.set_aside_windows),
    ):
        family = _family(name, meaning, "spool")
        family.add_metric([str(spool.id)], value)
        yield family


def _one(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"chunk_service_{name}", meaning, value=float(value))


def _family(name: str, meaning: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"chunk_service_{name}", meaning, labels=labels)
