"""Traces of a service, as a collector gets them: from the request to the relay to the event."""

import json
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from chunk_service.adapters.metrics.registry import Metrics
from chunk_service.wiring.tracing import tracing_for
from tests.doubles.collector import Collector, collecting
from tests.service.content import PART_BYTES, content_of, cut
from tests.service.deployment import Deployment, Served
from tests.service.waiting import until
from tests.service.working import working

_CHUNK_ROUTE = "PUT /upload/{upload_session_id}/chunks/{index}"
_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
_CALLER = "00f067aa0ba902b7"
_KEPT = {"traceparent": f"00-{_TRACE}-{_CALLER}-01"}
_NOT_KEPT = {"traceparent": f"00-{_TRACE}-{_CALLER}-00"}
_LOADED = """
import sys, chunk_service.app
print(*(name for name in sys.modules if name.startswith("opentelemetry.sdk")), end="")
"""
_SOON_SECONDS = 7.0
_REFUSED = "SELECT FROM deliveries WHERE failures = 1"
_DELIVERED = "SELECT FROM deliveries WHERE state = 'delivered'"
_RELAYED = "SELECT FROM parts WHERE etag IS NOT NULL"
_CLEANED_UP = "SELECT FROM uploads WHERE cleanup_passes = 1"


async def _upload(own: Deployment, served: Served, headers: dict[str, str]) -> str:
    """Two chunks to a part; returns when the main service has been told."""
    served.caller.client.headers.update(headers)
    session = await served.caller.begin(chunk_size=PART_BYTES // 2)
    for index, chunk in enumerate(cut(content_of(2 * PART_BYTES), PART_BYTES // 2)):
        await session.put(index, chunk)
    await session.stored(4)
    await own.main_service.told_of(session.id)
    await until(lambda: own.fetch(_CLEANED_UP), len)
    return session.id


async def test_one_trace_leads_from_the_request_to_the_relay_to_the_event(own: Deployment) -> None:
    with collecting() as collector:
        async with own.served(otel_exporter_otlp_endpoint=collector.url) as served:
            upload_id = await _upload(own, served, _KEPT)
    _check_relays(collector)
    completed = collector.the("deliver upload.completed")
    assert collector.above(completed) == ["ending.end", "close upload", "POST /upload/complete"]
    (notification,) = own.main_service.of(upload_id)
    assert notification.headers["traceparent"] == f"00-{_TRACE}-{completed.id}-01"
    assert {span.trace_id for span in collector.spans if span.name != "clean up"} >= {_TRACE}
    for name in ("POST /upload/init", "relay part", "close upload", "clean up", completed.name):
        for span in collector.named(name):
            assert span.attributes["chunk_service.upload_id"] == upload_id
    assert {span.parent for span in collector.spans if span.kind == "SERVER"} == {_CALLER}
    assert not any(span.failed for span in collector.spans)
    assert collector.spans[0].resource["service.name"] == "chunk-service"


def _check_relays(collector: Collector) -> None:
    received = {
        span.attributes["chunk_service.chunk"]: span for span in collector.named("receive chunk")
    }
    relays = {span.attributes["chunk_service.part"]: span for span in collector.named("relay part")}
    assert (set(received), set(relays)) == ({0, 1, 2, 3}, {1, 2})
    for number, relay in relays.items():
        first, last = received[2 * number - 2], received[2 * number - 1]
        assert (relay.parent, relay.links) == (last.id, [first.id])
        assert collector.above(relay) == ["receive chunk", _CHUNK_ROUTE]
    sent = collector.named("S3.UploadPart")
    assert [collector.above(span)[0] for span in sent] == ["relay part"] * 2
    for step in ("receiving.reserve", "spool.finish", "receiving.record"):
        assert {collector.above(span)[0] for span in collector.named(step)} == {"receive chunk"}


async def test_the_relay_of_a_part_that_came_in_one_chunk_goes_on_from_its_request(
    own: Deployment,
) -> None:
    """Claimed as it is recorded, and no step of the request."""
    with collecting() as collector:
        async with own.served(otel_exporter_otlp_endpoint=collector.url) as served:
            session = await served.caller.begin(chunk_size=PART_BYTES)
            await session.put(1, content_of(PART_BYTES))
            await until(lambda: own.fetch(_RELAYED), len)
    (relay,) = collector.named("relay part")
    assert relay.attributes["chunk_service.part"] == 2
    assert collector.above(relay) == ["receive chunk", _CHUNK_ROUTE]
    assert collector.named("relaying.claim") == []
    (sent,) = collector.named("S3.UploadPart")
    assert collector.above(sent)[0] == "relay part"


async def test_what_its_caller_does_not_keep_is_not_kept(own: Deployment) -> None:
    with collecting() as collector:
        async with own.served(otel_exporter_otlp_endpoint=collector.url) as served:
            upload_id = await _upload(own, served, _NOT_KEPT)
            await served.admin.get("/health/ready")
            await served.admin.get("/metrics")
    assert {span.name for span in collector.spans} <= {
        "clean up",
        "cleaning.spooled_files",
        "cleaning.owed",
        "cleaning.note_pass",
        "sweeping.may_destroy",
    }
    (notification,) = own.main_service.of(upload_id)
    assert notification.headers["traceparent"].startswith(f"00-{_TRACE}-")
    assert notification.headers["traceparent"].endswith("-00")


async def test_lines_of_the_log_lead_to_the_trace(
    own: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    with collecting() as collector:
        async with own.served(
            otel_exporter_otlp_endpoint=collector.url, log_level="debug"
        ) as served:
            upload_id = await _upload(own, served, _KEPT)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    told = [line for line in lines if line.get("upload_id") == upload_id]
    traces = {line["trace_id"] for line in told if line["event"] != "cleaned up"}
    assert traces == {_TRACE}
    events = {line["event"] for line in told}
    assert events >= {"request", "part relayed", "upload.completed", "delivery", "cleaned up"}


async def test_an_event_told_by_a_worker_goes_on_from_the_request(own: Deployment) -> None:
    """What carries the trace over is in the queue: no memory is shared."""
    with collecting() as collector:
        own.main_service.refusals.append(503)
        settings = {"otel_exporter_otlp_endpoint": collector.url}
        async with own.served(serve_with_worker="false", **settings) as served:
            session = await served.caller.begin()
            await session.abort()
        async with working(own.settings(**settings)):
            await own.main_service.told_of(session.id)
            await until(lambda: own.fetch(_REFUSED), len)
            await own.pass_time(timedelta(minutes=10))
            await own.main_service.told_of(session.id, times=2)
            await until(lambda: own.fetch(_DELIVERED), len)
    aborted = "DELETE /upload/{upload_session_id}"
    refused, told = collector.named("deliver upload.aborted")
    assert (refused.failed, told.failed) == (True, False)
    for attempt in (refused, told):
        assert collector.above(attempt) == ["ending.end", aborted]
    assert [each.headers["traceparent"].split("-")[2] for each in own.main_service.got] == [
        refused.id,
        told.id,
    ]


@pytest.mark.survives(
    "The collector of traces: not there, or silent",
    "Spans are lost; no upload waits for it, the stop not for long",
)
@pytest.mark.parametrize("silent", [False, True])
async def test_a_collector_that_is_away_holds_nobody_up(
    own: Deployment, silent_store: str, *, silent: bool
) -> None:
    collector = silent_store if silent else "http://127.0.0.1:9"
    async with own.served(otel_exporter_otlp_endpoint=collector) as served:
        await _upload(own, served, {})
        began = time.monotonic()
    assert time.monotonic() - began < _SOON_SECONDS


def test_without_an_endpoint_nothing_is_in_the_way(own: Deployment) -> None:
    tracing, metrics, part = tracing_for(own.settings()), Metrics(), object()
    for name in ("receive", "relay", "receiving", "spool", "webhook"):
        assert tracing.around(name, part) is part
    assert tracing.store_watches(metrics.store) is metrics.store
    assert (tracing.requests, tracing.on_call) == (None, ())
    told = subprocess.run([sys.executable, "-c", _LOADED], check=True, capture_output=True)
    assert told.stdout == b""


async def test_without_an_endpoint_nothing_is_traced(own: Deployment) -> None:
    async with own.served() as served:
        upload_id = await _upload(own, served, _KEPT)
    (notification,) = own.main_service.of(upload_id)
    assert "traceparent" not in notification.headers
