"""What the client sends is the object in the bucket, of any size, from files and from pipes."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from chunk_service.client.digests import RunningChecksum
from chunk_service.client.service import Client
from chunk_service.client.wishes import Wish
from chunk_service.domain.checksums import Algorithm
from tests.service.bucket import Bucket
from tests.service.content import MIB, PART_BYTES, content_of

SIZES = [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES, 26 * MIB]


@contextmanager
def pipe_of(content: bytes) -> Iterator[int]:
    out, into = os.pipe()

    def write() -> None:
        with suppress(BrokenPipeError), os.fdopen(into, "wb") as file:
            file.write(content)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield out
    finally:
        os.close(out)
        writer.join()


def checksum_of(content: bytes) -> str:
    running = RunningChecksum(Algorithm.CRC64NVME)
    running.update(content)
    return str(running.checksum)


@pytest.mark.parametrize("size_bytes", SIZES)
async def test_a_file_becomes_the_object(
    client: Client, bucket: Bucket, tmp_path: Path, state: Path, size_bytes: int
) -> None:
    path = tmp_path / "audio.mp3"
    path.write_bytes(content_of(size_bytes))
    told: list[int] = []
    stored = await client.upload(path, advance=told.append)
    assert bucket.read(stored.key) == content_of(size_bytes)
    assert (stored.size_bytes, stored.checksum) == (
        size_bytes,
        checksum_of(content_of(size_bytes)),
    )
    assert sum(told) == size_bytes
    assert list(state.iterdir()) == []
    assert list(tmp_path.iterdir()) == [path, state]


@pytest.mark.parametrize("size_bytes", SIZES)
async def test_a_pipe_becomes_the_object(client: Client, bucket: Bucket, size_bytes: int) -> None:
    with pipe_of(content_of(size_bytes)) as descriptor:
        stored = await client.upload_pipe(descriptor, Wish(name="audio.mp3"))
    assert bucket.read(stored.key) == content_of(size_bytes)
    assert stored.checksum == checksum_of(content_of(size_bytes))


async def test_what_is_wished_is_told_of_the_file(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"sound")
    wish = Wish(file_id=77, name="b.ogg", metadata={"take": "2"})
    stored = await client.upload(path, wish)
    facts = await client.files.read(stored.key)
    assert (facts.name, facts.content_type) == ("b.ogg", "audio/ogg")
    assert facts.document["metadata"] == {"take": "2"}
    assert stored.main_service_file_id == facts.document["main_service_file_id"] == 77
