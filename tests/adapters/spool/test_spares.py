"""A file is written over only where nobody can miss its bytes, and none is kept for long."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chunk_service.adapters.spool.disk import Disk
from chunk_service.adapters.spool.files import open_to_read
from chunk_service.adapters.spool.spares import (
    KEPT_SECONDS,
    LEFT_BEHIND_SECONDS,
    PREFIX,
    Spares,
)
from chunk_service.adapters.spool.writer import GATHER_BYTES, FileWriter, WriterThreads
from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.uploads import Recipe
from tests.adapters.spool.disks import NotingDisk, SmallDisk

pytestmark = pytest.mark.usefixtures("no_handle_left")

RECIPE = Recipe(
    part_size=10, algorithms=frozenset({Algorithm.CRC64NVME}), offset=None, sha256=False
)


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def spares(tmp_path: Path, clock: Clock) -> Spares:
    return Spares(tmp_path, Disk(), least_bytes=2, most_bytes=16, slack_bytes=1, clock=clock)


def given(spares: Spares, folder: Path, data: bytes, name: str = "old") -> Path:
    path = folder / name
    path.write_bytes(data)
    spares.give(path)
    return path


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_file_that_was_given_is_taken_by_its_new_name_only(
    spares: Spares, tmp_path: Path
) -> None:
    given(spares, tmp_path, b"12345")
    assert [name[: len(PREFIX)] for name in names(tmp_path)] == [PREFIX]
    taken = spares.take(tmp_path / "new", 5)
    assert taken is not None
    handle, size_bytes = taken
    assert size_bytes == 5
    os.write(handle, b"abcde")
    os.close(handle)
    assert names(tmp_path) == ["new"]
    assert (tmp_path / "new").read_bytes() == b"abcde"
    assert spares.take(tmp_path / "another", 5) is None


@pytest.mark.parametrize(("size_bytes", "fits"), [(3, False), (4, True), (6, True), (7, False)])
def test_a_file_is_taken_for_what_has_about_its_size(
    spares: Spares, tmp_path: Path, size_bytes: int, *, fits: bool
) -> None:
    given(spares, tmp_path, b"12345")
    taken = spares.take(tmp_path / "new", size_bytes)
    assert (taken is not None) is fits
    if taken is not None:
        os.close(taken[0])
        assert taken[1] == 5


@pytest.mark.survives(
    "a chunk's file is done with while somebody reads it", "the reader sees its bytes and no others"
)
def test_what_somebody_reads_is_never_written_over(spares: Spares, tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"12345")
    with open_to_read(tmp_path / "old") as reading:
        spares.give(tmp_path / "old")
        assert names(tmp_path) == []
        assert spares.take(tmp_path / "new", 5) is None
        assert os.read(reading, 5) == b"12345"


def test_who_opened_a_file_just_before_it_was_set_aside_finds_it_gone(
    spares: Spares, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old").write_bytes(b"12345")
    really_open = os.open

    def open_slowly(path: Path, flags: int) -> int:
        handle = really_open(path, flags)
        monkeypatch.undo()
        spares.give(tmp_path / "old")
        return handle

    monkeypatch.setattr("os.open", open_slowly)
    with pytest.raises(FileNotFoundError), open_to_read(tmp_path / "old"):
        pytest.fail("it may be written over any moment")


def test_a_file_that_somebody_has_by_another_name_is_not_written_over(
    spares: Spares, tmp_path: Path
) -> None:
    (tmp_path / "old").write_bytes(b"12345")
    (tmp_path / "backup").hardlink_to(tmp_path / "old")
    spares.give(tmp_path / "old")
    assert names(tmp_path) == ["backup"]


def test_a_file_that_is_there_already_is_not_replaced(spares: Spares, tmp_path: Path) -> None:
    given(spares, tmp_path, b"12345")
    (tmp_path / "new").write_bytes(b"mine")
    assert spares.take(tmp_path / "new", 5) is None
    assert names(tmp_path) == ["new"]
    assert (tmp_path / "new").read_bytes() == b"mine"


def test_a_file_that_is_made_anew_as_fast_is_not_kept(spares: Spares, tmp_path: Path) -> None:
    given(spares, tmp_path, b"1")
    assert names(tmp_path) == []


def test_no_more_is_kept_than_there_is_room_for(spares: Spares, tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        given(spares, tmp_path, b"12345", name)
    assert len(names(tmp_path)) == 3


def test_giving_what_is_gone_is_no_fault(spares: Spares, tmp_path: Path) -> None:
    spares.give(tmp_path / "gone")
    assert names(tmp_path) == []


def test_what_nobody_takes_is_gone_in_seconds(spares: Spares, tmp_path: Path, clock: Clock) -> None:
    given(spares, tmp_path, b"12345", "first")
    clock.seconds += KEPT_SECONDS - 0.5
    given(spares, tmp_path, b"1234567", "second")
    clock.seconds += 0.5
    spares.drop_stale()
    assert len(names(tmp_path)) == 1
    assert spares.take(tmp_path / "new", 5) is None
    clock.seconds += KEPT_SECONDS
    spares.drop_stale()
    assert names(tmp_path) == []


@pytest.mark.survives("a process dies with spare files in the spool", "any other removes them")
def test_what_a_process_left_that_died_is_removed_by_another(
    spares: Spares, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    died = Spares(tmp_path, Disk(), least_bytes=0)
    given(died, tmp_path, b"12345")
    spares.drop_stale()
    assert len(names(tmp_path)) == 1
    later = (tmp_path / names(tmp_path)[0]).stat().st_ctime + LEFT_BEHIND_SECONDS + 1
    monkeypatch.setattr("time.time", lambda: later)
    clock.seconds += LEFT_BEHIND_SECONDS
    spares.drop_stale()
    assert names(tmp_path) == []
    assert died.take(tmp_path / "new", 5) is None


def writer(path: Path, executor: ThreadPoolExecutor, disk: Disk, spares: Spares) -> FileWriter:
    return FileWriter(
        path, RECIPE, threads=WriterThreads(executor), disk=disk, spares=spares, expected_bytes=5
    )


@pytest.mark.parametrize("data", [b"", b"abc", b"abcde", b"abcdefgh"])
async def test_a_chunk_that_is_written_over_a_spare_has_its_bytes_and_none_of_the_old(
    tmp_path: Path, executor: ThreadPoolExecutor, data: bytes
) -> None:
    disk = NotingDisk()
    spares = Spares(tmp_path, disk, least_bytes=0)
    given(spares, tmp_path, b"12345")
    writing = writer(tmp_path / "new", executor, disk, spares)
    await writing.write(data)
    await writing.finish()
    assert (tmp_path / "new").read_bytes() == data
    assert "create" not in disk.calls
    assert disk.calls[-3:] == ["sync file", "close", "sync folder"]


async def test_a_writer_over_a_spare_can_be_discarded(
    tmp_path: Path, executor: ThreadPoolExecutor
) -> None:
    spares = Spares(tmp_path, Disk(), least_bytes=0)
    given(spares, tmp_path, b"12345")
    writing = writer(tmp_path / "new", executor, Disk(), spares)
    await writing.write(b"a" * GATHER_BYTES)
    await writing.discard()
    assert names(tmp_path) == []


async def test_a_writer_that_is_discarded_with_nothing_stored_takes_no_spare(
    tmp_path: Path, executor: ThreadPoolExecutor
) -> None:
    spares = Spares(tmp_path, Disk(), least_bytes=0)
    given(spares, tmp_path, b"12345")
    before = names(tmp_path)
    writing = writer(tmp_path / "new", executor, Disk(), spares)
    await writing.write(b"abc")
    await writing.discard()
    assert names(tmp_path) == before


async def test_spares_make_room_on_a_full_disk(
    tmp_path: Path, executor: ThreadPoolExecutor
) -> None:
    class FullUntilUnlinked(SmallDisk):
        def unlink(self, path: Path) -> None:
            super().unlink(path)
            self._room_bytes += 7

    disk = FullUntilUnlinked(0, error=errno.ENOSPC)
    spares = Spares(tmp_path, disk, least_bytes=0, slack_bytes=0)
    given(spares, tmp_path, b"1234567")
    writing = writer(tmp_path / "new", executor, disk, spares)
    await writing.write(b"abc")
    await writing.finish()
    assert names(tmp_path) == ["new"]
