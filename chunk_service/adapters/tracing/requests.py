"""A request as a span, which goes on with the trace that its caller names.

By the semantic conventions of HTTP, but for what the log does not show either: addresses, query
strings, and in paths whatever stands for a variable of the route.
https://opentelemetry.io/docs/specs/semconv/http/http-spans/
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPMethod
from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from chunk_service.adapters.tracing.spans import UPLOAD_ID, Attributes, Spans, fail

_CALLERS: Final = TraceContextTextMapPropagator()
_OTHER: Final = "_OTHER"
_MOST_CHARACTERS: Final = 256


class RequestSpan:
    def __init__(self, span: Span, method: str) -> None:
        self._span = span
        self._method = method

    def answered(
        self,
        *,
        route: str | None,
        status: int,
        bytes_in: int,
        bytes_out: int,
        request_id: str,
        upload_id: str | None,
        problem: str | None,
    ) -> None:
        """`status` is 0 where there was no answer."""
        if route is not None:
            self._span.update_name(f"{self._method} {route}")
        known = {
            "http.route": route,
            "url.path": route,
            "http.response.status_code": status or None,
            "http.request.body.size": bytes_in,
            "http.response.body.size": bytes_out,
            "chunk_service.request_id": request_id,
            UPLOAD_ID: upload_id,
            "chunk_service.problem": problem,
        }
        self._span.set_attributes(
            {name: value for name, value in known.items() if value is not None}
        )
        if status >= 500:
            fail(self._span, problem or str(status))


class RequestSpans:
    def __init__(self, spans: Spans) -> None:
        self._spans = spans

    @contextmanager
    def one(
        self, *, method: str, scheme: str, version: str, headers: Mapping[str, str]
    ) -> Iterator[RequestSpan]:
        """`headers` by their names in lower case."""
        shown = method if method in HTTPMethod.__members__ else "HTTP"
        with self._spans.first(
            shown,
            _asked(method, scheme, version, headers),
            parent=_CALLERS.extract(headers, Context()),
            kind=SpanKind.SERVER,
        ) as span:
            yield RequestSpan(span, shown)


def _asked(method: str, scheme: str, version: str, headers: Mapping[str, str]) -> Attributes:
    asked = {"url.scheme": scheme, "network.protocol.version": version}
    if method in HTTPMethod.__members__:
        asked["http.request.method"] = method
    else:
        asked["http.request.method"] = _OTHER
        asked["http.request.method_original"] = method[:_MOST_CHARACTERS]
    if "user-agent" in headers:
        asked["user_agent.original"] = headers["user-agent"][:_MOST_CHARACTERS]
    return asked
