"""Chunks that the service lost are sent again, until it has them; a service that lies is left."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from chunk_service.client.calls import Calls
from chunk_service.client.errors import GaveUp
from chunk_service.client.memory import Memory
from chunk_service.client.patience import Patience
from chunk_service.client.service import Client, Options
from chunk_service.client.tokens import Tokens
from chunk_service.domain.plan import MIB

ID = "01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a99"
STORED = {
    "upload_session_id": ID,
    "main_service_file_id": 7,
    "key": "uploads/x",
    "size": 20 * MIB,
    "etag": '"e"',
    "checksum": None,
}


class Forgetful:
    """A service that misses chunks each time it is to complete, so many times."""

    def __init__(self, missing: list[list[str]]) -> None:
        self.missing = missing
        self.got: list[int] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method == "PUT":
            assert len(await request.aread()) == int(request.headers["content-length"])
            self.got.append(int(path.rsplit("/", 1)[1]))
            return httpx.Response(200)
        if path == "/upload/init":
            return httpx.Response(200, json={"data": {"upload_session_id": ID}})
        if path == "/upload/complete" and self.missing:
            document = {"type": "/problems/upload-incomplete", "detail": "Chunks are missing."}
            return httpx.Response(409, json={**document, "missing": self.missing.pop(0)})
        if path == "/upload/complete":
            assert json.loads(request.content)["checksum"].startswith("crc64nvme:")
            return httpx.Response(200, json={"data": STORED})
        return httpx.Response(404)


@asynccontextmanager
async def client_of(service: Forgetful, folder: Path) -> AsyncIterator[Client]:
    transport = httpx.MockTransport(service)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
        options = Options(patience=Patience(), state_folder=folder)
        calls = Calls(http, Tokens.fixed("t"), options.patience)
        yield Client(calls, http, Memory(folder, "http://service"), options)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(bytes(20 * MIB))
    return path


async def test_what_was_lost_is_sent_again(tmp_path: Path, source: Path) -> None:
    service = Forgetful([["1"], ["0-2"]])
    told: list[int] = []
    async with client_of(service, tmp_path / "state") as client:
        stored = await client.upload(source, advance=told.append)
    assert stored.key == "uploads/x"
    assert sorted(service.got[:3]) == [0, 1, 2]
    assert service.got[3] == 1
    assert sorted(service.got[4:]) == [0, 1, 2]
    assert sum(told) == 20 * MIB


async def test_a_service_that_keeps_losing_is_left(tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"x")
    service = Forgetful([["0"]] * 1000)
    async with client_of(service, tmp_path / "state") as client:
        with pytest.raises(GaveUp, match="keeps losing"):
            await client.upload(tmp_path / "small")
    assert len(service.got) == 200
