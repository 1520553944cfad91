"""Checksums that a client sends with its bytes: Content-Digest (RFC 9530), S3's headers, fields.

All that can be computed here are verified. Of a Content-Digest's algorithms that is SHA-256; the
others are passed over, as the RFC allows. S3's headers (X-Amz-Checksum-Crc64nvme and its like, see
https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html) name one algorithm each, so one
that is not computed is refused. What cannot be read is refused too, never ignored.
"""

import re
from collections.abc import Iterator
from typing import Final

import http_sf
from starlette.requests import Request

from chunk_service.domain.checksums import ALGORITHMS, Algorithm, Checksum
from chunk_service.domain.errors import MalformedRequest, ValidationFailed

SHA256_BYTES = 32
MAX_FIELD_CHARACTERS = 4096
CHECKSUM_HEADER: Final = "x-amz-checksum-"

_HEX = re.compile(r"[0-9A-Fa-f]{64}")
_RAW_HEADER: Final = CHECKSUM_HEADER.encode()


def sent_checksums(request: Request) -> tuple[Checksum, ...]:
    """Of the body, by its headers; none, or several that must all be right."""
    digest = _content_digest(request)
    digests = () if digest is None else (Checksum(Algorithm.SHA256, digest),)
    return (*digests, *_of_headers(request))


def _content_digest(request: Request) -> bytes | None:
    lines = request.headers.getlist("content-digest")
    return parse_content_digest(", ".join(lines)) if lines else None


def _of_headers(request: Request) -> Iterator[Checksum]:
    """A header that comes twice is two claims: both hold, or one is wrong."""
    for name, value in request.scope["headers"]:
        if name.startswith(_RAW_HEADER):
            yield parse_checksum_header(name.decode("latin-1"), value.decode("latin-1"))


def parse_checksum_header(name: str, value: str) -> Checksum:
    algorithm = ALGORITHMS.get(name.removeprefix(CHECKSUM_HEADER))
    if algorithm is None:
        known = ", ".join(Algorithm)
        raise ValidationFailed(f"{name} is not verified here, only {known}.", field=name)
    try:
        return Checksum.of_base64(algorithm, value)
    except ValueError as error:
        raise MalformedRequest(f"{name}: {error}.") from error


def parse_content_digest(text: str) -> bytes | None:
    """The SHA-256 of the Content-Digest field; None where it has none."""
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


def parse_checksum(text: str) -> Checksum:
    """ValueError for anything but `algorithm:base64`."""
    try:
        return Checksum.parse(text)
    except ValueError as error:
        raise ValueError(f"cannot be read: {error}") from error
