"""The checksums that S3 knows: of bytes, of a whole from its parts, and of checksums.

FULL_OBJECT is what one pass over the object would give; COMPOSITE is a checksum over the checksums
of the parts, written with their number.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from awscrt import checksums

from tests.doubles.s3.errors import S3Error


class Algorithm(StrEnum):
    CRC64NVME = "CRC64NVME"
    CRC32 = "CRC32"
    CRC32C = "CRC32C"
    SHA256 = "SHA256"

    @property
    def header(self) -> str:
        return f"x-amz-checksum-{self.lower()}"

    @property
    def field(self) -> str:
        return f"Checksum{self}"


class Kind(StrEnum):
    FULL_OBJECT = "FULL_OBJECT"
    COMPOSITE = "COMPOSITE"


@dataclass(frozen=True, slots=True)
class Crc:
    width_bytes: int
    compute: Callable[[Any, int], int]
    combine: Callable[[int, int, int], int]


CRCS: Mapping[Algorithm, Crc] = {
    Algorithm.CRC64NVME: Crc(8, checksums.crc64nvme, checksums.combine_crc64nvme),
    Algorithm.CRC32: Crc(4, checksums.crc32, checksums.combine_crc32),
    Algorithm.CRC32C: Crc(4, checksums.crc32c, checksums.combine_crc32c),
}


def crc_bytes(algorithm: Algorithm, value: int) -> bytes:
    return value.to_bytes(CRCS[algorithm].width_bytes, "big")


def of_bytes(algorithm: Algorithm, data: bytes) -> bytes:
    if algorithm is Algorithm.SHA256:
        return hashlib.sha256(data).digest()
    return crc_bytes(algorithm, CRCS[algorithm].compute(data, 0))


def of_concatenation(algorithm: Algorithm, pieces: Sequence[tuple[bytes, int]]) -> bytes:
    """The CRC of a whole from (CRC, length) of its pieces."""
    value = 0
    for digest, size_bytes in pieces:
        value = CRCS[algorithm].combine(value, int.from_bytes(digest, "big"), size_bytes)
    return crc_bytes(algorithm, value)


def encoded(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def decoded(text: str, *, code: str, what: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise S3Error(code, f"{what} is not base64") from None


def algorithm_named(name: str) -> Algorithm:
    try:
        return Algorithm(name.upper())
    except ValueError:
        raise S3Error("InvalidRequest", "Checksum algorithm provided is unsupported") from None


def declared(headers: Mapping[str, str]) -> tuple[Algorithm, bytes] | None:
    """The one checksum that a request carries."""
    found = [(each, headers[each.header]) for each in Algorithm if each.header in headers]
    if not found:
        return None
    if len(found) > 1:
        raise S3Error("InvalidRequest", "Expecting a single x-amz-checksum- header")
    algorithm, text = found[0]
    return algorithm, decoded(text, code="InvalidRequest", what=algorithm.header)
