"""Outermost middleware of a traced service: a span around each request, its log line included.

What the answer was is read from the request's record. Probes and scrapes are nobody's request.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Final, Protocol

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from chunk_service.api.request_record import record_of

UNTRACED_PATHS: Final = frozenset({"/health", "/health/live", "/health/ready", "/metrics"})


class RequestSpan(Protocol):
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
    ) -> None: ...


class RequestSpans(Protocol):
    def one(
        self, *, method: str, scheme: str, version: str, headers: Mapping[str, str]
    ) -> AbstractContextManager[RequestSpan]: ...


class Traced:
    def __init__(self, app: ASGIApp, spans: RequestSpans) -> None:
        self.app = app
        self.spans = spans

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNTRACED_PATHS:
            await self.app(scope, receive, send)
            return
        with self.spans.one(
            method=scope["method"],
            scheme=scope["scheme"],
            version=scope["http_version"],
            headers=Headers(scope=scope),
        ) as span:
            try:
                await self.app(scope, receive, send)
            finally:
                _tell(span, scope)


def _tell(span: RequestSpan, scope: Scope) -> None:
    record = record_of(scope)
    span.answered(
        route=getattr(scope.get("route"), "path", None),
        status=record.status,
        bytes_in=record.bytes_in,
        bytes_out=record.bytes_out,
        request_id=record.request_id,
        upload_id=record.upload_id,
        problem=record.problem,
    )
