"""Calls that leave the process: the store's as steps, the receivers' with the trace's ids."""

import httpx
from opentelemetry.context import Context
from opentelemetry.trace import StatusCode, format_trace_id

from chunk_service.adapters.tracing.calls import StoreSpans, name_trace
from tests.adapters.tracing.conftest import Kept


def test_a_call_of_the_store_has_the_time_it_took(kept: Kept) -> None:
    with kept.spans.first("work", {}, parent=Context()):
        StoreSpans(kept.tracer).called("UploadPart", status=200, seconds=1.5, sent=7)
    span = kept.the("S3.UploadPart")
    assert span.start_time is not None
    assert span.end_time is not None
    assert span.end_time - span.start_time == 1_500_000_000
    assert span.parent == kept.the("work").context
    assert span.attributes == {
        "rpc.system": "aws-api",
        "rpc.service": "S3",
        "rpc.method": "UploadPart",
        "http.request.body.size": 7,
        "http.response.status_code": 200,
    }


def test_a_call_without_an_answer_has_failed(kept: Kept) -> None:
    with kept.spans.first("work", {}, parent=Context()):
        StoreSpans(kept.tracer).called("HeadObject", status=None, seconds=0.1, sent=0)
    assert kept.the("S3.HeadObject").status.status_code is StatusCode.ERROR


def test_a_call_of_nobody_leaves_nothing(kept: Kept) -> None:
    StoreSpans(kept.tracer).called("HeadBucket", status=200, seconds=0.1, sent=0)
    assert kept.all() == []


async def test_a_receiver_is_told_the_trace(kept: Kept) -> None:
    request = httpx.Request("POST", "http://receiver")
    await name_trace(request)
    assert "traceparent" not in request.headers
    with kept.spans.first("deliver", {}, parent=Context()) as span:
        await name_trace(request)
    trace_id = format_trace_id(span.get_span_context().trace_id)
    assert request.headers["traceparent"].split("-")[1] == trace_id
