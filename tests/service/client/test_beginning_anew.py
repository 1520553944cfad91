"""An upload that ended behind the client's back begins anew, by itself and only once."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from chunk_service.client.service import Client
from chunk_service.domain.plan import GIB, TIB
from tests.service.bucket import Bucket
from tests.service.client.conftest import OWNER, Opening
from tests.service.content import MIB, content_of
from tests.service.deployment import Deployment
from tests.service.running import RunningService
from tests.service.tokens import token

SIZE_BYTES = 26 * MIB


class Interrupted(Exception):
    pass


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "audio.mp3"
    path.write_bytes(content_of(SIZE_BYTES))
    return path


@pytest.fixture
def abort_all(service: RunningService, state: Path) -> Callable[[], None]:
    """Somebody else gives up every upload that the client remembers."""

    def abort() -> None:
        headers = {"Authorization": f"Bearer {token(OWNER)}"}
        with httpx.Client(base_url=service.url, headers=headers, trust_env=False) as http:
            for file in state.glob("*.json"):
                upload_session_id = json.loads(file.read_bytes())["upload_session_id"]
                assert http.delete(f"/upload/{upload_session_id}").is_success

    return abort


@pytest.mark.survives(
    "An upload is aborted or expires while the client sends it", "The client begins a new one, once"
)
async def test_an_upload_that_ends_on_the_way_begins_anew(
    client: Client, bucket: Bucket, source: Path, abort_all: Callable[[], None]
) -> None:
    told: list[int] = []

    def advance(size_bytes: int) -> None:
        told.append(size_bytes)
        if len(told) == 20:
            abort_all()

    stored = await client.upload(source, advance=advance)
    assert bucket.read(stored.key) == content_of(SIZE_BYTES)
    assert sum(told) == SIZE_BYTES


async def test_an_upload_that_ended_meanwhile_begins_anew(
    client: Client, bucket: Bucket, source: Path, abort_all: Callable[[], None]
) -> None:
    def advance(size_bytes: int) -> None:
        if size_bytes:
            raise Interrupted

    with pytest.raises(Interrupted):
        await client.upload(source, advance=advance)
    abort_all()
    stored = await client.upload(source)
    assert bucket.read(stored.key) == content_of(SIZE_BYTES)


async def test_a_finished_upload_is_not_sent_twice(
    client: Client, bucket: Bucket, source: Path, state: Path
) -> None:
    """The client died after the service had stored the file, before it noted that."""
    kept: dict[Path, bytes] = {}

    def advance(_size_bytes: int) -> None:
        kept.update({file: file.read_bytes() for file in state.glob("*.json")})

    stored = await client.upload(source, advance=advance)
    for file, content in kept.items():
        file.write_bytes(content)
    told: list[int] = []
    assert await client.upload(source, advance=told.append) == stored
    assert sum(told) == SIZE_BYTES
    assert list(state.iterdir()) == []


async def test_a_lower_limit_for_chunks_is_kept_to(
    opened: Opening,
    deployment: Deployment,
    tmp_path: Path,
    state: Path,
    abort_all: Callable[[], None],
) -> None:
    """Of a large file, which is begun only: its parts would be 10 MiB."""

    def advance(_size_bytes: int) -> None:
        raise Interrupted

    path = tmp_path / "large"
    path.touch()
    os.truncate(path, 90 * GIB)
    limits = {"max_chunk_size": str(8 * MIB), "max_file_size": str(TIB)}
    async with (
        deployment.served(**limits) as served,
        opened(url=served.service.url) as client,
    ):
        with pytest.raises(Interrupted):
            await client.upload(path, advance=advance)
    (file,) = state.glob("*.json")
    assert json.loads(file.read_bytes())["declared"]["chunk_size"] == 8 * MIB
    abort_all()


async def test_a_crash_before_the_answer_leaves_one_upload(
    client: Client, deployment: Deployment, source: Path, state: Path
) -> None:
    """Begun at the service, but not yet noted here: the same Idempotency-Key finds it again."""
    kept: list[bytes] = []

    def advance(size_bytes: int) -> None:
        kept.extend(file.read_bytes() for file in state.glob("*.json"))
        if size_bytes:
            raise Interrupted

    with pytest.raises(Interrupted):
        await client.upload(source, advance=advance)
    (file,) = state.glob("*.json")
    (before,) = await deployment.fetch("SELECT count(*) AS count FROM uploads")
    file.write_text(json.dumps({**json.loads(kept[0]), "upload_session_id": None}))
    await client.upload(source)
    (after,) = await deployment.fetch("SELECT count(*) AS count FROM uploads")
    assert after["count"] == before["count"]
