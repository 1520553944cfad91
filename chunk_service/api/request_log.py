"""Outermost middleware: the request's id, its answer's standing headers, its one line in the log.

The path is logged as the route's template, so that no id that was only guessed fills the log.
"""

import time
from typing import Final, Protocol

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from chunk_service.api.arriving import receive_of
from chunk_service.api.request_record import RequestRecord, begin_record

STANDING_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
    (b"x-robots-tag", b"noindex"),
)

log = structlog.get_logger(__name__)


class Watch(Protocol):
    def received(self, size_bytes: int) -> None: ...
    def answered(
        self, *, method: str, route: str | None, status: int, seconds: float, problem: str | None
    ) -> None: ...


class _Unwatched:
    def received(self, size_bytes: int) -> None:
        pass

    def answered(
        self, *, method: str, route: str | None, status: int, seconds: float, problem: str | None
    ) -> None:
        pass


UNWATCHED: Final = _Unwatched()


class RequestLog:
    def __init__(self, app: ASGIApp, watch: Watch) -> None:
        self.app = app
        self.watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        record = begin_record(scope)
        began = time.monotonic()
        receive = receive_of(scope, receive)
        counted = _counting_receive(record, receive, self.watch), _counting_send(record, send)
        with bound_contextvars(request_id=record.request_id):
            try:
                await self.app(scope, *counted)
            finally:
                self._tell(scope, record, time.monotonic() - began)

    def _tell(self, scope: Scope, record: RequestRecord, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None)
        self.watch.answered(
            method=scope["method"],
            route=route,
            status=record.status,
            seconds=seconds,
            problem=record.problem,
        )
        _write_line(scope["method"], route, record, seconds)


def _counting_receive(record: RequestRecord, receive: Receive, watch: Watch) -> Receive:
    async def counted() -> Message:
        message = await receive()
        size_bytes = len(message.get("body", b""))
        if size_bytes:
            record.bytes_in += size_bytes
            watch.received(size_bytes)
        if not message.get("more_body", False):
            record.body_pending = False
        return message

    return counted


def _counting_send(record: RequestRecord, send: Send) -> Send:
    async def counted(message: Message) -> None:
        if message["type"] == "http.response.start":
            record.status = message["status"]
            message["headers"] = _complete_headers(record, list(message.get("headers", ())))
        else:
            record.bytes_out += len(message.get("body", b""))
        await send(message)

    return counted


def _complete_headers(
    record: RequestRecord, headers: list[tuple[bytes, bytes]]
) -> list[tuple[bytes, bytes]]:
    """What a route has set itself stays."""
    present = {name for name, _ in headers}
    headers.append((b"x-request-id", record.request_id.encode("ascii")))
    headers += [header for header in STANDING_HEADERS if header[0] not in present]
    return headers


def _write_line(
    method: str, route: str | None, record: RequestRecord, duration_seconds: float
) -> None:
    fields = {
        "request_id": record.request_id,
        "method": method,
        "route": route,
        "status": record.status,
        "duration_ms": round(duration_seconds * 1000, 1),
        "bytes_in": record.bytes_in,
        "bytes_out": record.bytes_out,
        "owner": record.owner,
        "upload_id": record.upload_id,
        "problem": record.problem,
    }
    log.info("request", **{name: value for name, value in fields.items() if value is not None})
