"""A token that ends while an upload is under way costs a pause, or another run, and no bytes."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from chunk_service.client.errors import TokenRefused
from chunk_service.client.tokens import Tokens
from chunk_service.settings.model import Settings
from tests.service import tokens
from tests.service.bucket import Bucket
from tests.service.client.conftest import OWNER, Opening
from tests.service.content import MIB, content_of
from tests.service.running import RunningService
from tests.service.waiting import until

SIZE_BYTES = 26 * MIB
FIRST_BYTES = 9 * MIB


def short_lived() -> str:
    """For two or three seconds: the service also takes tokens that ended a moment ago."""
    leeway = Settings.model_fields["jwt_leeway_seconds"].default
    return tokens.token_for(timedelta(seconds=3 - leeway), OWNER)


async def refused(service: RunningService, text: str) -> bool:
    async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
        headers = {"Authorization": f"Bearer {text}"}
        return (await client.get("/files", headers=headers)).status_code == 401


@pytest.mark.survives(
    "The client's token ends in the middle of an upload",
    "Another one is taken from its file or command as soon as there is one, and the upload goes on",
)
@pytest.mark.parametrize("kind", ["file", "command"])
async def test_another_token_is_taken_on_the_way(
    opened: Opening, service: RunningService, bucket: Bucket, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "token"
    file.write_text(first := short_lived())
    is_file = kind == "file"
    source = Tokens.of_file(file) if is_file else Tokens.of_command(f"cat '{file}'")
    told: list[int] = []
    out, into = os.pipe()
    async with opened(tokens=source) as client:
        work = asyncio.create_task(client.upload_pipe(out, advance=told.append))
        await asyncio.to_thread(_write, into, content_of(SIZE_BYTES)[:FIRST_BYTES])

        async def sent() -> int:
            return sum(told)

        await until(sent, lambda count: count > 0)
        await until(lambda: refused(service, first), bool)
        rest = asyncio.to_thread(_write, into, content_of(SIZE_BYTES)[FIRST_BYTES:])
        writing = asyncio.create_task(rest)
        await asyncio.sleep(0.5)
        assert not work.done()
        file.write_text(tokens.token(OWNER))
        await writing
        os.close(into)
        stored = await work
    os.close(out)
    assert bucket.read(stored.key) == content_of(SIZE_BYTES)


async def test_a_new_token_goes_on_where_the_old_one_ended(
    opened: Opening, bucket: Bucket, tmp_path: Path
) -> None:
    path = tmp_path / "audio.mp3"
    path.write_bytes(content_of(SIZE_BYTES))

    class Interrupted(Exception):
        pass

    def advance(_size_bytes: int) -> None:
        if sum(told) > 2 * FIRST_BYTES:
            raise Interrupted
        told.append(_size_bytes)

    told: list[int] = []
    async with opened() as client:
        with pytest.raises(Interrupted):
            await client.upload(path, advance=advance)
    async with opened(tokens=Tokens.fixed("ended")) as client:
        with pytest.raises(TokenRefused, match="401"):
            await client.upload(path)
    told_again: list[int] = []
    async with opened() as client:
        stored = await client.upload(path, advance=told_again.append)
    assert bucket.read(stored.key) == content_of(SIZE_BYTES)
    # Told at once, a whole chunk: what the service has is not sent again.
    assert told_again[0] > MIB


def _write(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
