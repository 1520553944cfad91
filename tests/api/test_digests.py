"""Checksums are verified where they can be, refused where they can't be read, never ignored."""

import base64
import hashlib

import pytest

from chunk_service.api.digests import (
    parse_checksum,
    parse_checksum_header,
    parse_content_digest,
    parse_hex_sha256,
)
from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.errors import MalformedRequest, ValidationFailed

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


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_header_of_s3_names_its_algorithm(algorithm: Algorithm) -> None:
    checksum = Checksum(algorithm, bytes(range(algorithm.width_bytes)))
    assert parse_checksum_header(f"x-amz-checksum-{algorithm}", checksum.base64) == checksum


@pytest.mark.parametrize("value", ["", "AAAA", "AAAAAAAAAAE", "AAAAAAAAAAE= ", "*", "é"])
def test_a_header_that_is_not_base64_of_that_length_is_malformed(value: str) -> None:
    with pytest.raises(MalformedRequest):
        parse_checksum_header("x-amz-checksum-crc64nvme", value)


@pytest.mark.parametrize("name", ["sha1", "", "CRC32", "crc64"])
def test_a_header_of_an_algorithm_that_is_not_computed_is_refused(name: str) -> None:
    with pytest.raises(ValidationFailed):
        parse_checksum_header(f"x-amz-checksum-{name}", "AAAAAAAAAAE=")


def test_a_field_spells_algorithm_and_base64() -> None:
    assert parse_checksum("crc32:AAAAAQ==") == Checksum.of_int(Algorithm.CRC32, 1)


@pytest.mark.parametrize("text", ["", "AAAAAQ==", "sha1:AAAAAQ==", "crc32:AAAA", "crc32:*"])
def test_a_field_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        parse_checksum(text)
