"""Middleware: refuse requests whose framing two readers could understand differently.

The server's parser lets some of these pass (a missing Host, codings beside chunked, a length beside
chunked), and a proxy in front may read them another way: that is how requests are smuggled.
RFC 9112, 3.2 and 6; nothing here looks at a body.
"""

import re
from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from chunk_service.api.request_record import record_of
from chunk_service.domain.errors import MalformedRequest, UnsupportedContentCoding

Headers = Iterable[tuple[bytes, bytes]]

# RFC 3986, 3.2.2: a name, or an address in brackets, and a port. Whether it is ours nobody asks.
_HOST = re.compile(rb"[a-z0-9._~!$&'()*+,;=%:\[\]-]+")
_WATCHED = frozenset({b"host", b"content-length", b"transfer-encoding", b"content-encoding"})


class Framing:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            record = record_of(scope)
            record.body_pending = True
            record.body_pending = check_framing(scope["headers"], scope["http_version"])
            record.is_framed = True
        await self.app(scope, receive, send)


def check_framing(headers: Headers, http_version: str) -> bool:
    """Whether a body follows; raises MalformedRequest or UnsupportedContentCoding."""
    found: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        if name in _WATCHED:
            found.setdefault(name, []).append(value.strip().lower())
    hosts = found.get(b"host", [])
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
        raise MalformedRequest("Exactly one Host header is required, with a name or address.")
    has_body = _check_length(found, http_version)
    if any(coding != b"identity" for coding in found.get(b"content-encoding", ())):
        raise UnsupportedContentCoding
    return has_body


def _check_length(found: dict[bytes, list[bytes]], http_version: str) -> bool:
    lengths = found.get(b"content-length", [])
    codings = found.get(b"transfer-encoding", [])
    if len(lengths) > 1 or any(not length.isdigit() for length in lengths):
        raise MalformedRequest("At most one Content-Length, a whole number, is allowed.")
    if lengths and len(lengths[0]) > 19:
        raise MalformedRequest("The Content-Length is not a sensible number.")
    if not codings:
        return bool(lengths) and int(lengths[0]) > 0
    if lengths:
        raise MalformedRequest("Content-Length and Transfer-Encoding exclude each other.")
    if codings != [b"chunked"] or http_version == "1.0":
        raise MalformedRequest("The only Transfer-Encoding that is understood is chunked.")
    return True
