"""Digests that a client sends with its bytes: Content-Digest (RFC 9530), and hex in a form.

Of several algorithms SHA-256 is the one that is verified; the others are passed over, as the RFC
allows. A field that is not a well-formed dictionary of byte sequences is refused, never ignored.
"""

import re

import http_sf
from starlette.requests import Request

from chunk_service.domain.errors import MalformedRequest

SHA256_BYTES = 32
MAX_FIELD_CHARACTERS = 4096

_HEX = re.compile(r"[0-9A-Fa-f]{64}")


def content_digest(request: Request) -> bytes | None:
    """The SHA-256 of the Content-Digest field; None where there is none."""
    lines = request.headers.getlist("content-digest")
    return parse_content_digest(", ".join(lines)) if lines else None


def parse_content_digest(text: str) -> bytes | None:
    if len(text) > MAX_FIELD_CHARACTERS:
        raise MalformedRequest("The Content-Digest field is too long.")
    try:
        members = http_sf.parse(text.encode("latin-1"), tltype="dictionary")
    except (http_sf.StructuredFieldError, ValueError) as error:
        raise MalformedRequest("Content-Digest is not a structured dictionary.") from error
    assert isinstance(members, dict)
    digests = {name: _bytes_of(member) for name, member in members.items()}
    sha256 = digests.get("sha-256")
    if sha256 is not None and len(sha256) != SHA256_BYTES:
        raise MalformedRequest("The sha-256 of Content-Digest does not have 32 bytes.")
    return sha256


def _bytes_of(member: object) -> bytes:
    value = member[0] if isinstance(member, tuple) else member
    if not isinstance(value, bytes):
        raise MalformedRequest("Content-Digest holds something other than byte sequences.")
    return value


def parse_hex_sha256(text: str) -> bytes:
    """ValueError for anything but 64 hexadecimal digits."""
    if not _HEX.fullmatch(text):
        raise ValueError("must be 64 hexadecimal digits")
    return bytes.fromhex(text)
