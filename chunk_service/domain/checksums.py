"""Names, values and spellings of the checksums that travel with chunks, parts and objects.

Pure values: computing and combining them is the adapters' work (`adapters/digests.py`). The
spelling `algorithm:base64` is ours (API, database); the base64 is the one of S3: big-endian bytes,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self


class Algorithm(StrEnum):
    CRC64NVME = "crc64nvme"
    CRC32 = "crc32"
    CRC32C = "crc32c"
    SHA256 = "sha256"

    @property
    def width_bytes(self) -> int:
        return _WIDTHS_BYTES[self]

    @property
    def combines(self) -> bool:
        """Whether the checksum of a whole follows from those of its pieces."""
        return self is not Algorithm.SHA256


_WIDTHS_BYTES: Final[Mapping[Algorithm, int]] = {
    Algorithm.CRC64NVME: 8,
    Algorithm.CRC32: 4,
    Algorithm.CRC32C: 4,
    Algorithm.SHA256: 32,
}
# A file of thousands of parts has thousands of checksums to be read while somebody waits for it.
ALGORITHMS: Final[Mapping[str, Algorithm]] = {each.value: each for each in Algorithm}


@dataclass(frozen=True, slots=True)
class Checksum:
    algorithm: Algorithm
    digest: bytes

    @classmethod
    def of_int(cls, algorithm: Algorithm, value: int) -> Self:
        return cls(algorithm, value.to_bytes(algorithm.width_bytes, "big"))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `crc64nvme:<base64>`; ValueError says what is wrong with it."""
        name, colon, encoded = text.partition(":")
        algorithm = ALGORITHMS.get(name)
        if not colon or algorithm is None:
            known = ", ".join(Algorithm)
            raise ValueError(f"a checksum is written algorithm:base64, with one of {known}")
        return cls.of_base64(algorithm, encoded)

    @classmethod
    def of_base64(cls, algorithm: Algorithm, encoded: str) -> Self:
        try:
            digest = binascii.a2b_base64(encoded, strict_mode=True)
        except ValueError as error:
            raise ValueError("the checksum is not base64") from error
        if len(digest) != algorithm.width_bytes:
            raise ValueError(f"{algorithm} has {algorithm.width_bytes} bytes, not {len(digest)}")
        return cls(algorithm, digest)

    @property
    def base64(self) -> str:
        return binascii.b2a_base64(self.digest, newline=False).decode("ascii")

    @property
    def value(self) -> int:
        return int.from_bytes(self.digest, "big")

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.base64}"
