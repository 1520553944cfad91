"""Traces, where the settings have a place for them; where not, everything is called as it is.

The libraries are an extra: they are imported only by who has traces.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Final, Protocol

import httpx

from chunk_service.api.traced import RequestSpans
from chunk_service.settings.model import Settings
from chunk_service.wiring.surrounding import Surround, as_it_is

NEEDED: Final = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
MISSING: Final = (
    "OTEL_EXPORTER_OTLP_ENDPOINT asks for traces, but what they need is not installed: "
    "pip install 'chunk-service[tracing]', or set OTEL_TRACES_EXPORTER=none."
)


class TracingMissingError(Exception):
    """Traces are asked for and their libraries are not there."""


class StoreWatch(Protocol):
    def called(self, operation: str, *, status: int | None, seconds: float, sent: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Tracing:
    """What the parts of one process are given of it; by default nothing.

    `opened` is entered for as long as the process runs.
    """

    requests: RequestSpans | None = None
    around: Surround = as_it_is
    store: StoreWatch | None = None
    on_call: Sequence[Callable[[httpx.Request], Awaitable[None]]] = ()
    opened: Callable[[], AbstractAsyncContextManager[None]] = field(default=nullcontext)

    def store_watches(self, figures: StoreWatch) -> StoreWatch:
        return figures if self.store is None else _Both(figures, self.store)


UNTRACED: Final = Tracing()


def tracing_fault(settings: Settings) -> str | None:
    """One sentence where traces are asked for that can't be made here."""
    return MISSING if settings.traces_url is not None and not _is_installed() else None


def tracing_for(settings: Settings) -> Tracing:
    if settings.traces_url is None:
        return UNTRACED
    if not _is_installed():
        raise TracingMissingError(MISSING)
    return _tracing(settings.traces_url, settings.otel_service_name)


def _tracing(url: str, service_name: str | None) -> Tracing:
    from chunk_service.adapters.tracing.calls import StoreSpans, name_trace
    from chunk_service.adapters.tracing.origins import Origins
    from chunk_service.adapters.tracing.provider import Collector, Sdk, tracer_of
    from chunk_service.adapters.tracing.requests import RequestSpans as Requests
    from chunk_service.adapters.tracing.spans import Spans
    from chunk_service.adapters.tracing.surround import TracedParts

    sdk = Sdk.sending_to(Collector(url, service_name))
    tracer = tracer_of(sdk.provider)
    spans = Spans(tracer)
    return Tracing(
        requests=Requests(spans),
        around=TracedParts(spans, Origins()),
        store=StoreSpans(tracer),
        on_call=(name_trace,),
        opened=sdk.opened,
    )


def _is_installed() -> bool:
    try:
        return all(find_spec(name) is not None for name in NEEDED)
    except ModuleNotFoundError:
        return False


@dataclass(frozen=True, slots=True)
class _Both:
    figures: StoreWatch
    spans: StoreWatch

    def called(self, operation: str, *, status: int | None, seconds: float, sent: int) -> None:
        self.figures.called(operation, status=status, seconds=seconds, sent=sent)
        self.spans.called(operation, status=status, seconds=seconds, sent=sent)
