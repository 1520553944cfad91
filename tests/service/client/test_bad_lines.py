"""What the line to the service does, cut, closed, flipped or silent: the object is right.

Chunks of the same bytes may come twice; none is stored twice.
"""

import asyncio
from pathlib import Path

import pytest

from chunk_service.client.errors import GaveUp
from chunk_service.client.patience import Patience
from chunk_service.client.service import Client
from tests.doubles.fault_proxy import FaultProxy
from tests.doubles.tcp_relay import Direction, Ending
from tests.service.bucket import Bucket
from tests.service.client.conftest import Opening
from tests.service.content import MIB, content_of
from tests.service.waiting import until

SIZE_BYTES = 26 * MIB


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "audio.mp3"
    path.write_bytes(content_of(SIZE_BYTES))
    return path


@pytest.mark.survives(
    "The line between the service and its client cuts, closes or flips a byte within a chunk",
    "The chunk is sent again; what arrived otherwise is refused by its digest",
)
@pytest.mark.parametrize(
    ("ending", "after_bytes"),
    [
        (Ending.RESET, 100),
        (Ending.RESET, 3 * MIB),
        (Ending.CLOSE, 700),
        (Ending.CLOSE, 20 * MIB),
        (Ending.FLIP, 3 * MIB),
        (Ending.FLIP, 20 * MIB),
    ],
)
async def test_a_chunk_spoiled_on_its_way_is_sent_again(
    lined: Client, line: FaultProxy, bucket: Bucket, source: Path, ending: Ending, after_bytes: int
) -> None:
    line.trap(Direction.UP, after_bytes=after_bytes, ending=ending)
    told: list[int] = []
    stored = await lined.upload(source, advance=told.append)
    assert bucket.read(stored.key) == content_of(SIZE_BYTES)
    assert sum(told) == SIZE_BYTES
    assert line.carried_bytes(Direction.UP) > SIZE_BYTES


@pytest.mark.survives(
    "Answers of the service are lost on their way to its client",
    "The same is asked again, and the upload is the same one",
)
async def test_lost_answers_make_no_second_file(
    lined: Client, line: FaultProxy, bucket: Bucket, source: Path
) -> None:
    before = bucket.keys()
    for lost_bytes in range(0, 2000, 250):
        line.trap(Direction.DOWN, after_bytes=lost_bytes, ending=Ending.RESET)
        stored = await lined.upload(source)
        assert bucket.read(stored.key) == content_of(SIZE_BYTES)
    assert len(bucket.keys() - before) == 8


async def test_a_silent_line_is_left_for_a_new_one(
    lined: Client, line: FaultProxy, bucket: Bucket, source: Path
) -> None:
    work = asyncio.create_task(lined.upload(source))

    async def carried() -> int:
        return line.carried_bytes(Direction.UP)

    await until(carried, lambda count: count > 9 * MIB)
    line.drop(Direction.UP)
    await until(carried, lambda count: count > 9 * MIB)
    await asyncio.sleep(0.2)
    line.heal()
    assert bucket.read((await work).key) == content_of(SIZE_BYTES)


async def test_a_service_that_is_not_there_is_given_up_and_gone_on_with(
    opened: Opening, line: FaultProxy, bucket: Bucket, source: Path
) -> None:
    impatient = Patience(give_up_after_seconds=0.5, first_pause_seconds=0.1, timeout_seconds=2)
    url = f"http://{line.host}:{line.port}"
    async with opened(url=url, patience=impatient) as client:
        line.trap(Direction.UP, after_bytes=15 * MIB, ending=Ending.RESET)
        work = asyncio.create_task(client.upload(source))

        async def carried() -> int:
            return line.carried_bytes(Direction.UP)

        await until(carried, lambda count: count > 15 * MIB)
        line.refuse()
        with pytest.raises(GaveUp, match="did not succeed"):
            await work
        line.heal()
        told: list[int] = []
        stored = await client.upload(source, advance=told.append)
    assert bucket.read(stored.key) == content_of(SIZE_BYTES)
    assert sum(told) == SIZE_BYTES
