"""Content-Digest is verified where it can be, refused where it can't be read, never ignored."""

import base64
import hashlib

import pytest

from chunk_service.api.digests import parse_content_digest, parse_hex_sha256
from chunk_service.domain.errors import MalformedRequest

DIGEST = hashlib.sha256(b"x").digest()
SHA256 = f"sha-256=:{base64.b64encode(DIGEST).decode()}:"
SHA512 = f"sha-512=:{base64.b64encode(b'5' * 64).decode()}:"


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (SHA256, DIGEST),
        (f"{SHA512}, {SHA256}", DIGEST),
        (f"{SHA256};q=1,{SHA512}", DIGEST),
        (SHA512, None),
        ("md5=:AAAA:", None),
        ("", None),
    ],
)
def test_the_sha256_is_found_among_others(text: str, digest: bytes | None) -> None:
    assert parse_content_digest(text) == digest


@pytest.mark.parametrize(
    "text",
    [
        "sha-256",
        "sha-256=abc",
        'sha-256="abc"',
        "sha-256=:AAAA:",
        "sha-256=:****:",
        "sha-256=:AAAA",
        "SHA-256=:AAAA:",
        f"{SHA256},",
        f"{SHA256} {SHA512}",
        "sha-256=(:AAAA:)",
        "sha-512=5",
        "é=:AAAA:",
        "日",
        "a" * 5000,
    ],
)
def test_what_is_not_a_dictionary_of_bytes_is_malformed(text: str) -> None:
    with pytest.raises(MalformedRequest):
        parse_content_digest(text)


@pytest.mark.parametrize("text", ["", "0" * 63, "0" * 65, "g" * 64, "٣" * 64, " " + "0" * 63])
def test_hex_is_64_digits(text: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        parse_hex_sha256(text)
