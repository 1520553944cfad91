"""The SDK with an exporter that keeps the spans of one test."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Tracer

from chunk_service.adapters.tracing.provider import tracer_of
from chunk_service.adapters.tracing.spans import Spans


@dataclass(frozen=True)
class Kept:
    tracer: Tracer
    exporter: InMemorySpanExporter

    @property
    def spans(self) -> Spans:
        return Spans(self.tracer)

    def all(self) -> list[ReadableSpan]:
        """Those that have ended, in that order."""
        return list(self.exporter.get_finished_spans())

    def the(self, name: str) -> ReadableSpan:
        (span,) = [each for each in self.all() if each.name == name]
        return span


@pytest.fixture
def kept() -> Iterator[Kept]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield Kept(tracer_of(provider), exporter)
    provider.shutdown()
