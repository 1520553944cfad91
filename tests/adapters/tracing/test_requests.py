"""A request's span by the conventions of HTTP, without what may open a door."""

import pytest
from opentelemetry.trace import SpanKind, StatusCode, format_span_id, format_trace_id

from chunk_service.adapters.tracing.requests import RequestSpans
from tests.adapters.tracing.conftest import Kept

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
ROUTE = "/upload/{upload_session_id}"


def ask(kept: Kept, method: str = "GET", *, status: int = 200, **headers: str) -> None:
    sent = {name.replace("_", "-"): text for name, text in headers.items()}
    with RequestSpans(kept.spans).one(
        method=method, scheme="https", version="1.1", headers=sent
    ) as span:
        span.answered(
            route=ROUTE,
            status=status,
            bytes_in=3,
            bytes_out=5,
            request_id="r1",
            upload_id="u1",
            problem=None if status < 400 else "gone",
        )


def test_it_is_told_by_the_conventions(kept: Kept) -> None:
    ask(kept, user_agent="curl/8")
    span = kept.the(f"GET {ROUTE}")
    assert span.kind is SpanKind.SERVER
    assert span.status.status_code is StatusCode.UNSET
    assert span.attributes == {
        "http.request.method": "GET",
        "http.route": ROUTE,
        "url.path": ROUTE,
        "url.scheme": "https",
        "network.protocol.version": "1.1",
        "user_agent.original": "curl/8",
        "http.response.status_code": 200,
        "http.request.body.size": 3,
        "http.response.body.size": 5,
        "chunk_service.request_id": "r1",
        "chunk_service.upload_id": "u1",
    }


def test_it_goes_on_with_the_trace_of_its_caller(kept: Kept) -> None:
    ask(kept, traceparent=f"00-{TRACE}-{CALLER}-01")
    (span,) = kept.all()
    assert span.context is not None
    assert span.parent is not None
    assert format_trace_id(span.context.trace_id) == TRACE
    assert format_span_id(span.parent.span_id) == CALLER


def test_a_caller_that_keeps_no_trace_decides_for_us(kept: Kept) -> None:
    ask(kept, traceparent=f"00-{TRACE}-{CALLER}-00")
    assert kept.all() == []


@pytest.mark.parametrize(
    "odd", ["", "00", f"00-{'0' * 32}-{CALLER}-01", f"ff-{TRACE}-{CALLER}-01", "x" * 9999]
)
def test_an_odd_caller_begins_a_new_trace(kept: Kept, odd: str) -> None:
    ask(kept, traceparent=odd)
    assert [span.parent for span in kept.all()] == [None]


@pytest.mark.parametrize(
    ("status", "fails"), [(200, False), (404, False), (499, False), (500, True), (503, True)]
)
def test_only_our_own_faults_are_failures(kept: Kept, status: int, *, fails: bool) -> None:
    ask(kept, status=status)
    (span,) = kept.all()
    assert (span.status.status_code is StatusCode.ERROR) is fails


def test_names_are_few_whatever_the_method(kept: Kept) -> None:
    ask(kept, "SECRET-" + "X" * 300)
    span = kept.the(f"HTTP {ROUTE}")
    assert span.attributes is not None
    assert span.attributes["http.request.method"] == "_OTHER"
    assert len(str(span.attributes["http.request.method_original"])) == 256
