"""A file that changes while it is read is an error; no object is made of two of its states."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from chunk_service.client.errors import FileChanged
from chunk_service.client.service import Client
from tests.service.bucket import Bucket
from tests.service.content import MIB, content_of

SIZE_BYTES = 26 * MIB


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "audio.mp3"
    path.write_bytes(content_of(SIZE_BYTES))
    return path


def _overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(SIZE_BYTES - 10)
        file.write(b"other")


def _appended(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def _truncated(path: Path) -> None:
    os.truncate(path, SIZE_BYTES // 2)


def _replaced(path: Path) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content_of(SIZE_BYTES))
    fresh.replace(path)


def _removed(path: Path) -> None:
    path.unlink()


@pytest.mark.survives(
    "A file changes while the client reads it", "An error; nothing is stored, the upload is ended"
)
@pytest.mark.parametrize("change", [_overwritten, _appended, _truncated, _replaced, _removed])
async def test_a_change_is_an_error(
    client: Client, bucket: Bucket, source: Path, state: Path, change: Callable[[Path], None]
) -> None:
    before = bucket.keys()
    told: list[int] = []

    def advance(size_bytes: int) -> None:
        told.append(size_bytes)
        if len(told) == 3:
            change(source)

    with pytest.raises(FileChanged, match=str(source)):
        await client.upload(source, advance=advance)
    assert bucket.keys() == before
    assert list(state.iterdir()) == []


async def test_a_change_that_left_no_trace_is_found_by_the_checksum(
    client: Client, bucket: Bucket, source: Path
) -> None:
    """The time of the change set back, between two tries: what was sent then is of the old file."""
    before, facts = bucket.keys(), source.stat()

    class Interrupted(Exception):
        pass

    told: list[int] = []

    def advance(size_bytes: int) -> None:
        told.append(size_bytes)
        if sum(told) == SIZE_BYTES:
            raise Interrupted

    with pytest.raises(Interrupted):
        await client.upload(source, advance=advance)
    _overwritten(source)
    os.utime(source, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    with pytest.raises(FileChanged):
        await client.upload(source)
    assert bucket.keys() == before
    stored = await client.upload(source)
    assert bucket.read(stored.key) == source.read_bytes()


async def test_a_changed_file_begins_anew_after_an_interruption(
    client: Client, bucket: Bucket, source: Path
) -> None:
    class Interrupted(Exception):
        pass

    def advance(size_bytes: int) -> None:
        if size_bytes:
            raise Interrupted

    with pytest.raises(Interrupted):
        await client.upload(source, advance=advance)
    source.write_bytes(b"quite another file")
    stored = await client.upload(source)
    assert bucket.read(stored.key) == b"quite another file"
