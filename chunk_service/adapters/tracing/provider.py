"""The SDK set up for one process: spans in batches, by OTLP over HTTP, from a thread of its own.

Whatever is not said here the SDK takes from its own environment variables (OTEL_BSP_*,
OTEL_TRACES_SAMPLER, OTEL_RESOURCE_ATTRIBUTES, OTEL_EXPORTER_OTLP_HEADERS and so on).
"""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final, Self
from uuid import uuid4

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Tracer

from chunk_service.adapters.tracing.jobs import carried_by_jobs

NAME: Final = "chunk-service"
# A collector that is away must not hold up the end of a process.
FLUSH_SECONDS: Final = 3.0
_UNNAMED: Final = "unknown_service"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Collector:
    """`url` is where spans are posted; `service_name` wins over what the environment says."""

    url: str
    service_name: str | None = None


@dataclass(frozen=True, slots=True)
class Sdk:
    provider: TracerProvider
    exporter: SpanExporter

    @classmethod
    def sending_to(cls, collector: Collector) -> Self:
        exporter = OTLPSpanExporter(endpoint=collector.url)
        provider = TracerProvider(resource=_resource(collector), shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(exporter))
        return cls(provider, exporter)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Jobs carry traces meanwhile. At the end what is left is sent, if that can be soon."""
        try:
            with carried_by_jobs():
                yield
        finally:
            # A daemon: the process may end without it.
            sending = threading.Thread(target=self.provider.shutdown, daemon=True)
            sending.start()
            await asyncio.to_thread(sending.join, FLUSH_SECONDS)
            if sending.is_alive():
                log.warning("spans were not taken in time")
                self.exporter.shutdown()


def tracer_of(provider: TracerProvider) -> Tracer:
    return provider.get_tracer(NAME, version(NAME))


def _resource(collector: Collector) -> Resource:
    given = {SERVICE_VERSION: version(NAME), SERVICE_INSTANCE_ID: str(uuid4())}
    if collector.service_name is not None:
        given[SERVICE_NAME] = collector.service_name
    resource = Resource.create(dict(given))
    if str(resource.attributes[SERVICE_NAME]).startswith(_UNNAMED):
        resource = resource.merge(Resource({SERVICE_NAME: NAME}))
    return resource
