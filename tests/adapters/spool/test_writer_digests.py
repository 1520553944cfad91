"""What a writer says of bytes equals an independent computation, however they came."""

import hashlib
import random
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from awscrt import checksums
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunk_service.adapters.digests import combine
from chunk_service.adapters.spool.disk import UnsyncedDisk
from chunk_service.adapters.spool.files import read_digest
from chunk_service.adapters.spool.spares import Spares
from chunk_service.adapters.spool.writer import ComputingWriter, FileWriter, WriterThreads
from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.uploads import ChunkDigest, Digest, Recipe

ALGORITHMS = frozenset({Algorithm.CRC64NVME, Algorithm.CRC32, Algorithm.CRC32C})
MIB = 1024 * 1024


def digest_of(data: bytes) -> Digest:
    return Digest(
        size_bytes=len(data),
        crcs={
            Algorithm.CRC64NVME: checksums.crc64nvme(data),
            Algorithm.CRC32: zlib.crc32(data),
            Algorithm.CRC32C: checksums.crc32c(data),
        },
    )


def expected(data: bytes, recipe: Recipe) -> ChunkDigest:
    """Byte by byte: which window does it belong to?"""
    slices: dict[int, bytearray] = {}
    if recipe.offset is not None:
        for position, value in enumerate(data, recipe.offset):
            slices.setdefault(position // recipe.part_size, bytearray()).append(value)
    return ChunkDigest(
        whole=digest_of(data),
        slices=tuple(digest_of(bytes(each)) for each in slices.values()),
        sha256=hashlib.sha256(data).digest() if recipe.sha256 else None,
    )


def recipe(offset: int | None, *, part_size: int = 10, sha256: bool = False) -> Recipe:
    return Recipe(part_size=part_size, algorithms=ALGORITHMS, offset=offset, sha256=sha256)


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    """Pieces of these sizes, over and over; a size of 0 is an empty piece."""
    pieces, position = [], 0
    while position < len(data):
        for size in [*sizes, 1]:
            pieces.append(data[position : position + size])
            position += size
    return pieces


def to_file(path: Path, recipe: Recipe, executor: ThreadPoolExecutor) -> FileWriter:
    disk = UnsyncedDisk()
    spares = Spares(path.parent, disk)
    return FileWriter(
        path, recipe, threads=WriterThreads(executor), disk=disk, spares=spares, expected_bytes=0
    )


async def write(writer: ComputingWriter, pieces: list[bytes]) -> ChunkDigest:
    for piece in pieces:
        await writer.write(piece)
    return await writer.finish()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    data=st.binary(max_size=120),
    offset=st.none() | st.integers(0, 60),
    part_size=st.integers(1, 50),
    sizes=st.lists(st.integers(0, 40), max_size=5),
    sha256=st.booleans(),
)
async def test_slices_and_digests_are_right_for_any_offset_part_and_piece(
    tmp_path: Path,
    executor: ThreadPoolExecutor,
    data: bytes,
    offset: int | None,
    part_size: int,
    sizes: list[int],
    sha256: bool,
) -> None:
    wanted = recipe(offset, part_size=part_size, sha256=sha256)
    path = tmp_path / str(uuid4())
    writer = to_file(path, wanted, executor)
    pieces = cut(data, sizes)
    assert await write(writer, pieces) == expected(data, wanted)
    assert path.read_bytes() == data
    assert await write(ComputingWriter(wanted, WriterThreads(executor)), pieces) == expected(
        data, wanted
    )
    assert read_digest(path, wanted) == expected(data, wanted)


@pytest.mark.parametrize("piece_bytes", [1000, 240 * 1024, 4 * MIB])
async def test_more_than_one_gathering_comes_out_whole(
    tmp_path: Path, executor: ThreadPoolExecutor, piece_bytes: int
) -> None:
    data = random.Random(7).randbytes(3 * MIB + 17)
    wanted = recipe(5 * MIB - 11, part_size=MIB)
    path = tmp_path / "file"
    writer = to_file(path, wanted, executor)
    pieces = [data[start : start + piece_bytes] for start in range(0, len(data), piece_bytes)]
    found = await write(writer, pieces)
    assert path.read_bytes() == data
    assert found.whole == digest_of(data)
    assert [each.size_bytes for each in found.slices] == [11, MIB, MIB, MIB, 6]
    assert found.slices[0] == digest_of(data[:11])
    assert combine(found.slices, ALGORITHMS) == found.whole


async def test_many_tiny_pieces_do_not_ask_for_more_buffers_than_one_write_takes(
    tmp_path: Path, executor: ThreadPoolExecutor
) -> None:
    path = tmp_path / "file"
    writer = to_file(path, recipe(0), executor)
    await write(writer, [b"x"] * 3000)
    assert path.read_bytes() == b"x" * 3000


@given(st.lists(st.binary(max_size=30), max_size=8))
def test_the_digest_of_a_whole_follows_from_those_of_its_pieces(pieces: list[bytes]) -> None:
    whole = combine([digest_of(piece) for piece in pieces], ALGORITHMS)
    assert whole == digest_of(b"".join(pieces))
