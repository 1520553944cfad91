"""Dashboard, alerts and runbook speak of figures that there are, and every alert is in both."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from prometheus_client.metrics_core import Metric

from chunk_service.adapters.metrics.registry import Metrics
from chunk_service.adapters.metrics.stock import figures_of
from chunk_service.domain.uploads import SpoolId
from chunk_service.usecases.take_stock import DeliveryStock, SpoolStock, Stock
from tests.monitoring import files

_NAME = re.compile(r"\b(?:chunk_service|process)_[a-z_]+")
_TAIL = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}

_STOCK = Stock(
    live_uploads={},
    oldest_completing_seconds=0,
    clean_up_overdue_seconds=0,
    deliveries=[DeliveryStock("main", "pending", 1, 1)],
    disabled_endpoints=["main"],
    spool=SpoolStock(SpoolId(uuid4()), 0, 0, 0, 0, 0),
)


def _families() -> Iterator[Metric]:
    metrics = Metrics()
    metrics.levels.requests([], most=1)
    metrics.levels.downloads([], most=1)
    metrics.levels.pool(lambda: 0, most=1)
    metrics.levels.spool(limit_bytes=1)
    yield from metrics.registry.collect()
    yield from figures_of(_STOCK)


_FIGURES = {
    f"{family.name}{tail}" for family in _families() for tail in _TAIL.get(family.type, ("",))
}
_EXPRESSIONS = [*files.dashboard_expressions(), *(each.expression for each in files.alerts())]


@pytest.mark.parametrize("expression", _EXPRESSIONS)
def test_every_figure_that_is_asked_for_is_there(expression: str) -> None:
    named = set(_NAME.findall(expression))
    assert named or "up{" in expression
    assert named <= _FIGURES


def test_every_figure_of_ours_is_told_in_the_page_and_no_other() -> None:
    table = files.RUNBOOK.read_text().partition("## Alerts")[0]
    told = set(re.findall(r"`(chunk_service_[a-z_]+)`", table))
    ours = {
        name.removesuffix("_bucket")
        for name in _FIGURES
        if name.startswith("chunk_service_") and not name.endswith(("_count", "_sum"))
    }
    assert told == ours


def test_every_alert_has_a_paragraph_and_every_paragraph_an_alert() -> None:
    _, _, runbook = files.RUNBOOK.read_text().partition("## Alerts\n")
    paragraphs = dict(re.findall(r"^### (\w+)\n\n(.+?)(?=^#|\Z)", runbook, re.M | re.S))
    names = [each.name for each in files.alerts()]
    assert names == list(paragraphs)
    assert min(len(text.split()) for text in paragraphs.values()) > 20
    for each in files.alerts():
        assert each.annotations["runbook_url"] == f"docs/operations.md#{each.name.lower()}"
        assert each.annotations["summary"]


def test_panels_have_titles_ids_and_places_of_their_own() -> None:
    panels = files.panels()
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["title"] for panel in panels)
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels)
    for panel in panels:
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
