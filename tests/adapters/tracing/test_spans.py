"""Spans say of errors no more than their kind, and leave nothing where nothing is traced."""

import pytest
from opentelemetry.context import Context
from opentelemetry.trace import StatusCode, format_trace_id
from structlog.contextvars import get_contextvars

from tests.adapters.tracing.conftest import Kept


def test_a_step_of_nothing_leaves_nothing(kept: Kept) -> None:
    with kept.spans.step("look around") as span:
        span.set_attribute("a", 1)
    assert kept.all() == []


def test_a_step_lies_in_what_is_open(kept: Kept) -> None:
    with kept.spans.first("outer", {}, parent=Context()), kept.spans.step("inner"):
        pass
    inner, outer = kept.all()
    assert inner.parent == outer.context
    assert outer.parent is None


def test_a_first_span_is_not_of_what_happens_to_be_open(kept: Kept) -> None:
    with (
        kept.spans.first("another", {}, parent=Context()),
        kept.spans.first("first", {}, parent=Context()),
    ):
        pass
    assert kept.the("first").parent is None


def test_an_error_is_told_by_its_kind_only(kept: Kept) -> None:
    with (
        pytest.raises(ConnectionError),
        kept.spans.first("work", {}, parent=Context()),
        kept.spans.step("step"),
    ):
        raise ConnectionError("postgresql://user:sesame@host")
    for span in kept.all():
        assert span.status.status_code is StatusCode.ERROR
        assert span.attributes == {"error.type": "ConnectionError"}
        assert "sesame" not in span.to_json()


def test_lines_of_the_log_name_the_trace_that_is_open(kept: Kept) -> None:
    with kept.spans.first("work", {}, parent=Context()) as span:
        trace_id = format_trace_id(span.get_span_context().trace_id)
        assert get_contextvars() == {"trace_id": trace_id}
    assert get_contextvars() == {}
