"""Which pages of other origins may call this API from a browser (CORS, the Fetch standard, 3.2).

Starlette's middleware in two halves, for two places. Its headers are on every answer, errors
included, so that a page reads why it was refused. Preflights carry no token: they are answered once
their framing was judged, before they could count against anybody.
"""

from collections.abc import Iterable
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from chunk_service.domain.errors import MalformedRequest

ANY: Final = "*"
# Longer no browser remembers a preflight.
MAX_AGE_SECONDS: Final = 7200

METHODS: Final = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
ALLOWED: Final = (
    "Authorization",
    "Content-Digest",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Prefer",
    "Range",
    "Repr-Digest",
    "X-Amz-Checksum-Crc32",
    "X-Amz-Checksum-Crc32c",
    "X-Amz-Checksum-Crc64nvme",
    "X-Amz-Checksum-Sha256",
    "X-Request-ID",
)
EXPOSED: Final = (
    "Accept-Ranges",
    "Allow",
    "Content-Disposition",
    "Content-Range",
    "ETag",
    "Link",
    "Location",
    "Preference-Applied",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-ID",
)


class _Cors(CORSMiddleware):
    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        """Never with credentials: what a browser adds by itself opens nothing here."""
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=ALLOWED,
            expose_headers=EXPOSED,
            max_age=MAX_AGE_SECONDS,
        )


class CrossOrigin(_Cors):
    """Outside of all that answers."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            await self.simple_response(scope, receive, send, request_headers=headers)
        else:
            await self.app(scope, receive, send)


class Preflight(_Cors):
    """Inside of what judges the framing of a request, outside of what counts it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_preflight(scope):
            await self.app(scope, receive, send)
            return
        answer = self.preflight_response(request_headers=Headers(scope=scope))
        if answer.status_code != 200:
            raise MalformedRequest(
                "This origin, method or header is not allowed to pages of other origins."
            )
        await answer(scope, receive, send)


def cross_origin_headers(
    origins: frozenset[str], request_headers: Iterable[tuple[bytes, bytes]]
) -> list[tuple[bytes, bytes]]:
    """The same for an answer that no application gives; `origins` may be nobody's."""
    if not origins:
        return []
    asking = [value for name, value in request_headers if name == b"origin"]
    exposed = (b"access-control-expose-headers", ", ".join(EXPOSED).encode("ascii"))
    if ANY in origins:
        return [(b"access-control-allow-origin", b"*"), exposed, (b"vary", b"Origin")]
    if len(asking) == 1 and asking[0].decode("latin-1") in origins:
        return [(b"access-control-allow-origin", asking[0]), exposed, (b"vary", b"Origin")]
    return [(b"vary", b"Origin")]


def _is_preflight(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return (
        scope["method"] == "OPTIONS"
        and "origin" in headers
        and "access-control-request-method" in headers
    )
