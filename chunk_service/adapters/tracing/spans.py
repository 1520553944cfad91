"""Spans as everything here begins and ends them; what goes wrong is told by its kind only.

Messages of errors and stacks stay in the log, which takes secrets out. While a span is open, lines
of the log carry its trace's id.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace import (
    INVALID_SPAN,
    Link,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    Tracer,
    format_trace_id,
    get_current_span,
    use_span,
)
from structlog.contextvars import bound_contextvars

UPLOAD_ID: Final = "chunk_service.upload_id"

Attributes = Mapping[str, str | bool | int | float]


class Spans:
    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    @contextmanager
    def first(
        self,
        name: str,
        attributes: Attributes,
        *,
        parent: Context,
        kind: SpanKind = SpanKind.INTERNAL,
        links: Sequence[SpanContext] = (),
    ) -> Iterator[Span]:
        """What a piece of work begins with, whatever else is going on where it is begun."""
        span = self._tracer.start_span(
            name,
            parent,
            kind=kind,
            attributes=attributes,
            links=[Link(each) for each in links],
        )
        with named_in_log(span), _ended(span):
            yield span

    @contextmanager
    def step(
        self, name: str, attributes: Attributes | None = None, kind: SpanKind = SpanKind.INTERNAL
    ) -> Iterator[Span]:
        """A part of what is traced already; where nothing is, there is none."""
        if not is_traced():
            yield INVALID_SPAN
            return
        with _ended(self._tracer.start_span(name, kind=kind, attributes=attributes)) as span:
            yield span


def is_traced() -> bool:
    return get_current_span().is_recording()


def fail(span: Span, kind: str) -> None:
    span.set_attribute("error.type", kind)
    span.set_status(StatusCode.ERROR)


@contextmanager
def named_in_log(span: Span) -> Iterator[None]:
    """By lines that are written meanwhile; only a trace that is kept can be looked up."""
    context = span.get_span_context()
    if not context.trace_flags.sampled:
        yield
        return
    with bound_contextvars(trace_id=format_trace_id(context.trace_id)):
        yield


@contextmanager
def _ended(span: Span) -> Iterator[Span]:
    try:
        with use_span(span, record_exception=False, set_status_on_exception=False):
            yield span
    except BaseException as error:
        fail(span, type(error).__name__)
        raise
    finally:
        span.end()
