"""What digests and encryption cost on one core: bytes that are in memory already."""

import hashlib
import os

from awscrt import checksums
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.floor.stage import Stage, stage, timed
from benchmarks.sizes import MIB

SHA_256 = "SHA-256, where a client sends that with its chunks"
CRC_64 = "CRC-64/NVME, at receiving and again at sending"
TLS = "AES-128-GCM, for each direction that is encrypted"
_TLS_RECORD_BYTES = 16 * 1024


def sha_256(size_bytes: int, *, runs: int) -> Stage:
    piece = os.urandom(MIB)

    def digest() -> None:
        digest = hashlib.sha256()
        for _ in range(size_bytes // MIB):
            digest.update(piece)

    return stage(SHA_256, size_bytes, [timed(digest) for _ in range(runs)])


def crc_64_twice(size_bytes: int, *, runs: int) -> Stage:
    piece = os.urandom(MIB)

    def digest() -> None:
        value = 0
        for _ in range(2 * size_bytes // MIB):
            value = checksums.crc64nvme(piece, value)

    return stage(CRC_64, size_bytes, [timed(digest) for _ in range(runs)])


def aes_gcm(size_bytes: int, *, runs: int) -> Stage:
    """In records as TLS has them."""
    piece, cipher, nonce = os.urandom(_TLS_RECORD_BYTES), AESGCM(os.urandom(16)), os.urandom(12)

    def encrypt() -> None:
        for _ in range(size_bytes // _TLS_RECORD_BYTES):
            cipher.encrypt(nonce, piece, None)

    return stage(TLS, size_bytes, [timed(encrypt) for _ in range(runs)])
