"""Names, values and spellings of the checksums that travel with chunks, parts and objects.

Pure values: computing and combining them is the adapters' work (`adapters/digests.py`). The
spelling `algorithm:base64` is ours (API, database); the base64 is the one of S3: big-endian bytes,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

import base64
import binascii
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Algorithm(StrEnum):
    CRC64NVME = "crc64nvme"
    CRC32 = "crc32"
    CRC32C = "crc32c"
    SHA256 = "sha256"

    @property
    def width_bytes(self) -> int:
        return {"crc64nvme": 8, "crc32": 4, "crc32c": 4, "sha256": 32}[self.value]

    @property
    def combines(self) -> bool:
        """Whether the checksum of a whole follows from those of its pieces."""
        return self is not Algorithm.SHA256


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
        if not colon or name not in {each.value for each in Algorithm}:
            known = ", ".join(Algorithm)
            raise ValueError(f"a checksum is written algorithm:base64, with one of {known}")
        return cls.of_base64(Algorithm(name), encoded)

    @classmethod
    def of_base64(cls, algorithm: Algorithm, encoded: str) -> Self:
        try:
            digest = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError("the checksum is not base64") from error
        if len(digest) != algorithm.width_bytes:
            raise ValueError(f"{algorithm} has {algorithm.width_bytes} bytes, not {len(digest)}")
        return cls(algorithm, digest)

    @property
    def base64(self) -> str:
        return base64.b64encode(self.digest).decode("ascii")

    @property
    def value(self) -> int:
        return int.from_bytes(self.digest, "big")

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.base64}"
