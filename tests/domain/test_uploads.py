"""What follows from the values of an upload and of its chunks alone."""

from dataclasses import replace

import pytest

from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.plan import MIB
from chunk_service.domain.uploads import (
    DEFAULT_CONTENT_TYPE,
    Chunk,
    ChunkDigest,
    ChunkState,
    Digest,
    SpoolId,
)
from tests.fixtures.uploads import an_upload

CRC64, CRC32, SHA256 = Algorithm.CRC64NVME, Algorithm.CRC32, Algorithm.SHA256


def recorded(sha256: bytes | None) -> Chunk:
    return Chunk(
        index=0,
        state=ChunkState.SPOOLED,
        offset=0,
        size_bytes=9,
        crc64nvme=5,
        sha256=sha256,
        file_name="file",
        spool_id=SpoolId(an_upload().id),
    )


def taken(size_bytes: int, crc: int, sha256: bytes | None) -> ChunkDigest:
    return ChunkDigest(whole=Digest(size_bytes, {CRC64: crc}), slices=(), sha256=sha256)


@pytest.mark.parametrize(
    ("known", "digest", "same"),
    [
        (None, taken(9, 5, None), True),
        (b"a", taken(9, 5, None), True),
        (None, taken(9, 5, b"a"), True),
        (b"a", taken(9, 5, b"a"), True),
        (b"a", taken(9, 5, b"b"), False),
        (None, taken(8, 5, None), False),
        (None, taken(9, 6, None), False),
        (b"a", taken(9, 6, b"a"), False),
    ],
)
def test_same_bytes_are_the_same_length_and_digests(
    known: bytes | None, digest: ChunkDigest, same: bool
) -> None:
    assert recorded(known).has_bytes_of(digest) is same


@pytest.mark.parametrize(
    ("part_checksum", "declared", "algorithms"),
    [
        (None, None, {CRC64}),
        (CRC64, None, {CRC64}),
        (CRC32, None, {CRC64, CRC32}),
        (CRC64, CRC32, {CRC64, CRC32}),
        (CRC32, Algorithm.CRC32C, {CRC64, CRC32, Algorithm.CRC32C}),
        (None, SHA256, {CRC64}),
    ],
)
def test_every_checksum_that_is_combined_is_taken_of_each_slice(
    part_checksum: Algorithm | None, declared: Algorithm | None, algorithms: set[Algorithm]
) -> None:
    checksum = None if declared is None else Checksum.of_int(declared, 1)
    upload = an_upload(part_checksum=part_checksum, checksum=checksum)
    assert upload.algorithms == algorithms
    assert upload.recipe(0).algorithms == algorithms


def test_what_is_to_be_verified_is_computed_besides() -> None:
    recipe = an_upload(part_checksum=CRC32).recipe(None)
    assert recipe.also([SHA256]) == replace(recipe, sha256=True)
    assert recipe.also([CRC64]) == recipe
    assert recipe.also([Algorithm.CRC32C]).algorithms == {CRC64, CRC32, Algorithm.CRC32C}
    assert recipe.also([SHA256]).also([CRC64]).sha256


def test_a_digest_tells_the_checksums_that_were_computed() -> None:
    digest = ChunkDigest(whole=Digest(3, {CRC64: 7}), slices=(), sha256=bytes(32))
    assert digest.checksum(CRC64) == Checksum.of_int(CRC64, 7)
    assert digest.checksum(SHA256) == Checksum(SHA256, bytes(32))
    assert digest.checksum(CRC32) is None
    assert replace(digest, sha256=None).checksum(SHA256) is None


@pytest.mark.parametrize(
    ("total_size", "fits"),
    [(None, False), (0, True), (8 * MIB - 1, True), (8 * MIB, True), (8 * MIB + 1, False)],
)
def test_an_object_of_at_most_one_part_is_put_at_once(total_size: int | None, fits: bool) -> None:
    assert an_upload(part_size=8 * MIB, total_size=total_size).fits_one_part is fits


def test_the_object_carries_the_id_of_its_upload_and_never_lacks_a_type() -> None:
    upload = an_upload(content_type=None)
    assert upload.target.upload_id == str(upload.id)
    assert upload.target.content_type == DEFAULT_CONTENT_TYPE
