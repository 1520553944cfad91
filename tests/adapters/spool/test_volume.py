"""The spool as its callers see it: create, digest, hold, hash, list, unlink, probe."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from chunk_service.adapters.spool.disk import Disk
from chunk_service.adapters.spool.mark import ID_FILE, make_spool_id
from chunk_service.adapters.spool.spares import LEAST_BYTES, PREFIX
from chunk_service.adapters.spool.volume import Spool, open_spool
from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.errors import StorageUnavailable
from chunk_service.domain.objects import SourceDamaged
from chunk_service.domain.uploads import ChunkDigest, Recipe, SpoolId
from chunk_service.usecases.relaying import Slice
from tests.service.waiting import until

RECIPE = Recipe(part_size=4, algorithms=frozenset({Algorithm.CRC64NVME}), offset=2, sha256=True)


@pytest.fixture
async def spool(tmp_path: Path) -> AsyncIterator[Spool]:
    spool_id = make_spool_id(tmp_path, SpoolId(uuid4()))
    async with open_spool(tmp_path, spool_id, threads=2, disk=Disk()) as opened:
        yield opened


async def store(spool: Spool, file_name: str, data: bytes) -> ChunkDigest:
    writer = await spool.create(file_name, RECIPE, size_bytes=len(data))
    await writer.write(data)
    return await writer.finish()


async def test_a_file_digests_again_to_what_was_taken_in(spool: Spool) -> None:
    taken = await store(spool, "file", b"abcdefg")
    assert await spool.digest("file", RECIPE) == taken
    computing = spool.compute(RECIPE)
    await computing.write(b"abcdefg")
    assert await computing.finish() == taken


async def test_a_file_is_held_only_with_its_whole_length(spool: Spool) -> None:
    await store(spool, "file", b"abc")
    assert await spool.holds("file", 3)
    assert not await spool.holds("file", 4)
    assert not await spool.holds("other", 3)


async def test_files_are_listed_with_their_sizes_and_nothing_else_is(spool: Spool) -> None:
    await store(spool, "one", b"abc")
    await store(spool, "two", b"")
    await spool.probe()
    assert await spool.file_sizes() == {"one": 3, "two": 0}


async def test_the_folder_that_file_systems_put_on_a_volume_is_no_chunk(spool: Spool) -> None:
    (spool.folder / "lost+found").mkdir()
    assert await spool.file_sizes() == {}


async def test_unlinking_what_is_gone_is_no_fault(spool: Spool) -> None:
    await store(spool, "file", b"abc")
    await spool.unlink("file")
    await spool.unlink("file")
    assert await spool.file_sizes() == {}


async def test_a_whole_file_is_hashed_over_its_chunks_in_order(spool: Spool) -> None:
    await store(spool, "b", b"first")
    await store(spool, "a", b"second")
    assert await spool.sha256(["b", "a"]) == hashlib.sha256(b"firstsecond").digest()


async def test_a_file_that_is_gone_cannot_be_digested(spool: Spool) -> None:
    with pytest.raises(FileNotFoundError):
        await spool.digest("gone", RECIPE)


async def test_a_source_reads_the_slices_that_were_taken_in(spool: Spool, tmp_path: Path) -> None:
    taken = await store(spool, "file", b"abcdefg")
    middle = Slice(index=3, file_name="file", offset=2, digest=taken.slices[1])
    source = spool.source([middle], None)
    assert [bytes(piece) for piece in source.pieces()] == [b"cdef"]
    (tmp_path / "file").write_bytes(b"abXdefg")
    with pytest.raises(SourceDamaged):
        list(source.pieces())


async def test_a_spool_that_cannot_be_written_to_fails_its_probe(
    spool: Spool, tmp_path: Path
) -> None:
    tmp_path.rename(tmp_path.with_name("moved"))
    with pytest.raises(OSError, match="No such file"):
        await spool.probe()
    tmp_path.with_name("moved").rename(tmp_path)


@pytest.mark.survives(
    "Spool: its disk can't be read", "503 where it is asked of; nothing is called missing"
)
async def test_a_disk_that_cannot_be_read_is_no_storage_and_no_lost_file(
    spool: Spool, tmp_path: Path
) -> None:
    """A folder in a file's place fails every read, as a bad sector would."""
    (tmp_path / "file").mkdir()
    calls = [
        spool.digest("file", RECIPE),
        spool.sha256(["file"]),
        spool.unlink("file"),
    ]
    for call in calls:
        with pytest.raises(StorageUnavailable):
            await call


async def test_what_was_recycled_lies_in_the_spool_neither_by_its_name_nor_for_long(
    spool: Spool,
) -> None:
    await store(spool, "file", bytes(LEAST_BYTES))
    await spool.recycle("file")
    assert await spool.file_sizes() == {}

    async def spares() -> list[Path]:
        return list(spool.folder.glob(f"{PREFIX}*"))

    assert await spares() != []
    await until(spares, lambda found: found == [])


async def test_a_spool_that_is_closed_leaves_no_spare(tmp_path: Path) -> None:
    spool_id = make_spool_id(tmp_path, SpoolId(uuid4()))
    async with open_spool(tmp_path, spool_id, threads=2, disk=Disk()) as spool:
        await store(spool, "file", bytes(LEAST_BYTES))
        await spool.recycle("file")
        assert list(tmp_path.glob(f"{PREFIX}*"))
    assert [path.name for path in tmp_path.iterdir()] == [ID_FILE]
