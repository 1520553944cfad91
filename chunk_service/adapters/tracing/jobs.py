"""The trace of whoever makes a job, in the job's own headers: deliveries go on from there.

In whatever process they are made, and from one attempt to the next.
"""

from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager

from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from pgqueuer.models import Job
from pgqueuer.ports.tracing import TRACER, TracingProtocol

from chunk_service.adapters.tracing.spans import named_in_log

_W3C = TraceContextTextMapPropagator()


class JobTraces(TracingProtocol):
    def trace_publish(self, entrypoints: list[str]) -> Generator[dict[str, object], None, None]:
        carrier: dict[str, str] = {}
        _W3C.inject(carrier)
        for _ in entrypoints:
            yield {"otel": carrier} if carrier else {}

    @asynccontextmanager
    async def trace_process(self, job: Job) -> AsyncIterator[None]:
        context = _W3C.extract(job.otel_headers() or {}, Context())
        token = attach(context)
        try:
            with named_in_log(get_current_span(context)):
                yield
        finally:
            detach(token)


@contextmanager
def carried_by_jobs() -> Iterator[None]:
    """The queue's library knows one for the whole process."""
    TRACER.tracer = JobTraces()
    try:
        yield
    finally:
        TRACER.tracer = None
