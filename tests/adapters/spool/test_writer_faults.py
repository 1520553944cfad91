"""A chunk is durable before its writer says so, and a writer that fails leaves nothing behind."""

import asyncio
import errno
import gc
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from chunk_service.adapters.spool.disk import Disk, UnsyncedDisk
from chunk_service.adapters.spool.spares import Spares
from chunk_service.adapters.spool.writer import (
    FEW_WRITERS,
    GATHER_BYTES,
    ComputingWriter,
    FileWriter,
    WriterThreads,
)
from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.errors import ServiceError, SpoolFull, StorageUnavailable
from chunk_service.domain.uploads import Recipe
from tests.adapters.spool.disks import FailingDisk, GatedDisk, NotingDisk, SmallDisk

pytestmark = pytest.mark.usefixtures("no_handle_left")

RECIPE = Recipe(
    part_size=10, algorithms=frozenset({Algorithm.CRC64NVME}), offset=None, sha256=False
)
GATHERING = bytes(GATHER_BYTES)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


def create(
    path: Path,
    executor: ThreadPoolExecutor,
    disk: Disk,
    *,
    expected_bytes: int = 0,
    threads: WriterThreads | None = None,
) -> FileWriter:
    return FileWriter(
        path,
        RECIPE,
        threads=threads or WriterThreads(executor),
        disk=disk,
        spares=Spares(path.parent, disk),
        expected_bytes=expected_bytes,
    )


class CountingExecutor(ThreadPoolExecutor):
    turns = 0

    def submit(self, *args: Any, **named: Any) -> Future[Any]:
        self.turns += 1
        return super().submit(*args, **named)


async def at_the_gate(disk: GatedDisk) -> None:
    assert await asyncio.to_thread(disk.reached.wait, 30)


@pytest.mark.survives("Power: cut at any moment", "file, then folder are synced before the answer")
async def test_the_file_is_synced_before_its_folder_and_both_before_the_answer(
    path: Path, executor: ThreadPoolExecutor
) -> None:
    disk = NotingDisk()
    writer = create(path, executor, disk)
    await writer.write(b"data")
    await writer.finish()
    assert disk.calls == ["create", "write", "sync file", "close", "sync folder"]
    assert disk.open_handles == set()


async def test_an_empty_chunk_is_as_durable_as_any(
    path: Path, executor: ThreadPoolExecutor
) -> None:
    disk = NotingDisk()
    writer = create(path, executor, disk)
    assert (await writer.finish()).size_bytes == 0
    assert disk.calls == ["create", "sync file", "close", "sync folder"]
    assert path.read_bytes() == b""


async def test_a_spool_that_need_not_sync_does_not(
    path: Path, executor: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr("os.fsync", synced.append)
    writer = create(path, executor, UnsyncedDisk())
    await writer.finish()
    assert synced == []


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("room_bytes", [0, 1, GATHER_BYTES, GATHER_BYTES + 1])
@pytest.mark.survives(
    "Spool: the disk is full in mid-body", "507; the partial file is gone at once"
)
async def test_a_full_disk_is_told_and_the_file_is_gone(
    path: Path, executor: ThreadPoolExecutor, error: int, room_bytes: int
) -> None:
    disk = SmallDisk(room_bytes, error=error)
    writer = create(path, executor, disk)
    with pytest.raises(SpoolFull):
        await _send(writer, GATHERING + b"more")
    await writer.discard()
    assert not path.exists()
    assert disk.open_handles == set()


async def test_short_writes_are_carried_on(path: Path, executor: ThreadPoolExecutor) -> None:
    class Stingy(Disk):
        def write(self, handle: int, pieces: object) -> int:
            assert isinstance(pieces, list)
            return super().write(handle, [pieces[0][:3]])

    writer = create(path, executor, Stingy())
    await writer.write(b"")
    await writer.write(b"abcdefgh")
    await writer.write(b"ij")
    await writer.finish()
    assert path.read_bytes() == b"abcdefghij"


async def test_a_file_that_cannot_be_made_is_no_room_or_no_storage(
    path: Path, executor: ThreadPoolExecutor
) -> None:
    with pytest.raises(SpoolFull):
        await create(path, executor, FailingDisk("create", errno.ENOSPC)).finish()
    with pytest.raises(StorageUnavailable):
        await create(path, executor, FailingDisk("create", errno.EROFS)).finish()


async def test_a_file_that_is_there_already_is_neither_taken_nor_removed(
    path: Path, executor: ThreadPoolExecutor
) -> None:
    path.write_bytes(b"somebody else's")
    writer = create(path, executor, Disk())
    with pytest.raises(StorageUnavailable):
        await writer.finish()
    await writer.discard()
    assert path.read_bytes() == b"somebody else's"


@pytest.mark.parametrize("call", ["sync file", "sync folder", "close"])
@pytest.mark.parametrize(
    ("error", "told"), [(errno.EIO, StorageUnavailable), (errno.ENOSPC, SpoolFull)]
)
@pytest.mark.survives("Spool: EIO from fsync", "not acknowledged; the sync is not tried again")
async def test_what_could_not_be_made_durable_is_not_acknowledged_nor_tried_again(
    path: Path, executor: ThreadPoolExecutor, call: str, error: int, told: type[ServiceError]
) -> None:
    disk = FailingDisk(call, error)
    writer = create(path, executor, disk)
    await writer.write(b"data")
    with pytest.raises(told):
        await writer.finish()
    await writer.discard()
    assert disk.calls.count("sync file") <= 1
    assert disk.calls.count("sync folder") <= 1
    assert not path.exists()
    assert disk.open_handles == set()


async def test_a_writer_can_be_discarded_at_any_time(
    path: Path, executor: ThreadPoolExecutor
) -> None:
    for steps in range(4):
        disk = NotingDisk()
        writer = create(path, executor, disk)
        if steps > 0:
            await writer.write(b"data")
        if steps > 1:
            await writer.write(GATHERING)
        if steps > 2:
            await writer.finish()
        await writer.discard()
        assert not path.exists()
        assert disk.open_handles == set()


async def test_discarding_twice_is_harmless(path: Path, executor: ThreadPoolExecutor) -> None:
    writer = create(path, executor, Disk())
    await writer.discard()
    await writer.discard()
    assert not path.exists()


@pytest.mark.parametrize("call", ["write", "sync file"])
async def test_a_cancelled_writer_is_removed_only_after_its_thread_is_through(
    path: Path, executor: ThreadPoolExecutor, call: str
) -> None:
    disk = GatedDisk(call)
    writer = create(path, executor, disk)
    sending = asyncio.create_task(_send(writer, GATHERING * 2))
    await at_the_gate(disk)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    discarding = asyncio.create_task(writer.discard())
    await asyncio.wait({discarding}, timeout=0)
    assert path.exists()
    disk.opened.set()
    await discarding
    assert not path.exists()
    assert disk.open_handles == set()
    assert disk.calls[-1] == "unlink"


async def test_a_writer_that_is_given_up_as_it_is_made_leaves_no_file_and_no_handle(
    path: Path, executor: ThreadPoolExecutor
) -> None:
    disk = GatedDisk("create")
    writer = create(path, executor, disk)
    await writer.write(GATHERING)
    await at_the_gate(disk)
    discarding = asyncio.create_task(writer.discard())
    disk.opened.set()
    await discarding
    assert not path.exists()
    assert disk.open_handles == set()


async def test_the_next_pieces_are_gathered_while_a_thread_writes(
    path: Path, executor: ThreadPoolExecutor
) -> None:
    disk = GatedDisk("write")
    writer = create(path, executor, disk)
    await writer.write(GATHERING)
    await at_the_gate(disk)
    await asyncio.wait_for(writer.write(GATHERING[1:]), timeout=5)
    disk.opened.set()
    assert (await writer.finish()).size_bytes == 2 * GATHER_BYTES - 1


async def test_of_many_each_waits_for_its_thread(path: Path, executor: ThreadPoolExecutor) -> None:
    disk = GatedDisk("write")
    threads = WriterThreads(executor)
    others = [create(path, executor, Disk(), threads=threads) for _ in range(FEW_WRITERS)]
    for other in others:
        await other.write(b"a")
    writer = create(path, executor, disk, threads=threads)
    writing = asyncio.create_task(writer.write(GATHERING))
    await at_the_gate(disk)
    await asyncio.wait({writing}, timeout=0.05)
    assert not writing.done()
    disk.opened.set()
    await writing
    assert path.stat().st_size == GATHER_BYTES
    assert threads.have_many_writers
    for each in (writer, *others):
        await each.discard()
    assert not threads.writers


async def test_who_is_forgotten_is_none_of_many(executor: ThreadPoolExecutor) -> None:
    """Whoever compares a repeat that breaks off has nothing to remove."""
    threads = WriterThreads(executor)
    for _ in range(2 * FEW_WRITERS):
        await ComputingWriter(RECIPE, threads).write(b"a")
    gc.collect()
    assert not threads.have_many_writers


@pytest.mark.parametrize(("more_bytes", "turns"), [(0, 2), (1, 3)])
async def test_the_last_of_the_expected_bytes_take_no_turn_of_their_own(
    path: Path, more_bytes: int, turns: int
) -> None:
    """Who sends one byte more has it stored all the same."""
    with CountingExecutor(1) as executor:
        writer = create(path, executor, Disk(), expected_bytes=2 * GATHER_BYTES)
        await writer.write(GATHERING)
        await writer.write(GATHERING + bytes(more_bytes))
        digest = await writer.finish()
    assert digest.size_bytes == path.stat().st_size == 2 * GATHER_BYTES + more_bytes
    assert executor.turns == turns


async def _send(writer: FileWriter, data: bytes) -> None:
    await writer.write(data[:GATHER_BYTES])
    await writer.write(data[GATHER_BYTES:])
    await writer.finish()
