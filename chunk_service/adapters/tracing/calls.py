"""Calls that leave the process: of the object store, and of receivers of events.

The store's are told when they are over, with their repetitions; receivers are told which trace the
call belongs to.
"""

import time

import httpx
from opentelemetry.trace import SpanKind, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from chunk_service.adapters.tracing.spans import fail, is_traced

NO_ANSWER = "no answer"


class StoreSpans:
    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def called(self, operation: str, *, status: int | None, seconds: float, sent: int) -> None:
        """Called where the call was made, at its end; `sent` are the bytes of a part or object."""
        if not is_traced():
            return
        ended = time.time_ns()
        span = self._tracer.start_span(
            f"S3.{operation}",
            kind=SpanKind.CLIENT,
            attributes={"rpc.system": "aws-api", "rpc.service": "S3", "rpc.method": operation},
            start_time=ended - round(seconds * 1e9),
        )
        if sent:
            span.set_attribute("http.request.body.size", sent)
        if status is not None:
            span.set_attribute("http.response.status_code", status)
        if status is None or status >= 400:
            fail(span, NO_ANSWER if status is None else str(status))
        span.end(ended)


async def name_trace(request: httpx.Request) -> None:
    """Only its ids: what else callers sent along for their own systems is not for receivers."""
    TraceContextTextMapPropagator().inject(request.headers)
