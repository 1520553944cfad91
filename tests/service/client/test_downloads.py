"""What the client fetches is the file, whole, under its name, or not there at all."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chunk_service.client.errors import GaveUp, NotTheFile, Refused, Unreadable
from chunk_service.client.files import ShareWish
from chunk_service.client.patience import Patience
from chunk_service.client.service import Client
from chunk_service.client.wishes import Wish
from tests.doubles.fault_proxy import FaultProxy
from tests.doubles.tcp_relay import Direction, Ending
from tests.service.client.conftest import Opening
from tests.service.content import MIB, content_of
from tests.service.deployment import Deployment
from tests.service.doubt.test_bad_lines import proxy_to
from tests.service.running import running

SIZE_BYTES = 9 * MIB


@pytest.fixture
async def key(client: Client, tmp_path: Path) -> str:
    path = tmp_path / "source"
    path.write_bytes(content_of(SIZE_BYTES))
    return (await client.upload(path)).key


async def test_a_file_comes_as_it_went(client: Client, key: str, tmp_path: Path) -> None:
    told: list[int] = []
    target = tmp_path / "target"
    facts = await client.download(key, target, advance=told.append)
    assert target.read_bytes() == content_of(SIZE_BYTES)
    assert sum(told) == facts.size_bytes == SIZE_BYTES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source", "state", "target"]


async def test_an_empty_file_comes_too(client: Client, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    stored = await client.upload(tmp_path / "empty")
    await client.download(stored.key, tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == b""


async def test_what_is_there_is_replaced_only_where_that_is_asked_for(
    client: Client, key: str, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"mine")
    with pytest.raises(Unreadable, match="exists already"):
        await client.download(key, target)
    assert target.read_bytes() == b"mine"
    await client.download(key, target, may_replace=True)
    assert target.read_bytes() == content_of(SIZE_BYTES)


@pytest.fixture
async def line_to_bytes(deployment: Deployment) -> AsyncIterator[FaultProxy]:
    """The bytes come through the service, and this line to it."""
    with running(deployment.settings(download_mode="proxy")) as service:
        for proxy in proxy_to(service.url):
            yield proxy


@pytest.mark.survives(
    "The line breaks within a download of the client",
    "It goes on where it broke; the file gets its name when its checksum is right",
)
@pytest.mark.parametrize("ending", [Ending.RESET, Ending.CLOSE])
async def test_a_broken_download_goes_on(
    opened: Opening, line_to_bytes: FaultProxy, key: str, tmp_path: Path, ending: Ending
) -> None:
    target = tmp_path / "target"
    async with opened(url=f"http://{line_to_bytes.host}:{line_to_bytes.port}") as client:
        line_to_bytes.trap(Direction.DOWN, after_bytes=5 * MIB, ending=ending)
        await client.download(key, target)
    assert target.read_bytes() == content_of(SIZE_BYTES)
    assert line_to_bytes.carried_bytes(Direction.DOWN) < 2 * SIZE_BYTES - 3 * MIB


async def test_a_download_goes_on_in_another_process(
    opened: Opening, line_to_bytes: FaultProxy, key: str, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    url = f"http://{line_to_bytes.host}:{line_to_bytes.port}"
    impatient = Patience(give_up_after_seconds=0.01, timeout_seconds=5)
    line_to_bytes.trap(Direction.DOWN, after_bytes=5 * MIB, ending=Ending.RESET)
    async with opened(url=url, patience=impatient) as client:
        with pytest.raises(GaveUp):
            await client.download(key, target)
    assert not target.exists()
    async with opened(url=url) as client:
        await client.download(key, target)
    assert target.read_bytes() == content_of(SIZE_BYTES)
    assert line_to_bytes.carried_bytes(Direction.DOWN) < 2 * SIZE_BYTES - 3 * MIB


async def test_a_flipped_bit_is_no_file(
    opened: Opening, line_to_bytes: FaultProxy, key: str, tmp_path: Path
) -> None:
    async with opened(url=f"http://{line_to_bytes.host}:{line_to_bytes.port}") as client:
        line_to_bytes.trap(Direction.DOWN, after_bytes=5 * MIB, ending=Ending.FLIP)
        with pytest.raises(NotTheFile, match="checksum"):
            await client.download(key, tmp_path / "target")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source", "state"]


async def test_files_are_found_shared_and_deleted(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "mühle.txt"
    path.write_bytes(b"text")
    stored = await client.upload(path, Wish(metadata={"only": tmp_path.name}))
    (found,) = await client.find({"metadata": f'{{"only": "{tmp_path.name}"}}'})
    assert (found.key, found.name, found.size_bytes) == (stored.key, "mühle.txt", 4)
    share = await client.files.share(stored.key, ShareWish(max_downloads=1))
    assert share["url"].startswith("http://127.0.0.1:")
    await client.files.delete(stored.key)
    with pytest.raises(Refused, match="404"):
        await client.files.read(stored.key)


async def test_lists_are_read_to_their_end(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chunk_service.client.files._PAGE_SIZE", 2)
    metadata = {"only": tmp_path.name}
    for number in range(5):
        path = tmp_path / f"{number}.txt"
        path.write_text(str(number))
        await client.upload(path, Wish(metadata=metadata))
    found = await client.find({"metadata": f'{{"only": "{tmp_path.name}"}}'})
    assert [each.name for each in found] == [f"{number}.txt" for number in range(4, -1, -1)]


async def test_links_are_read_to_their_end(
    client: Client, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chunk_service.client.files._PAGE_SIZE", 2)
    made = [(await client.files.share(key, ShareWish()))["id"] for _ in range(5)]
    assert [each["id"] for each in await client.shares(key)] == made[::-1]
