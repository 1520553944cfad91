"""The upload page is served whole, and nothing else of its folder or of other hosts is loaded."""

import re
from pathlib import Path

import httpx
import pytest

from chunk_service.api.page import ASSETS, UPLOADER

_FOLDER = Path(__file__).parents[2] / "chunk_service/web"
_IMPORT = re.compile(r'(?:from|import) "\./([a-z_.]+)"')
_EXPORT = re.compile(r"^export (?:async )?(?:class|function) (\w+)", re.MULTILINE)
_REEXPORT = re.compile(r"^export \{ (\w+) \};", re.MULTILINE)
_MEMBER = re.compile(r"^  (?:async |get |readonly )?([a-z]\w+)(?:\(|: )", re.MULTILINE)


async def test_every_address_of_the_page_is_served_by_us(client: httpx.AsyncClient) -> None:
    page = await client.get("/app")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert sorted(set(addresses)) == ["app/icon.svg", "app/page.css", "app/page.js"]
    for address in addresses:
        assert (await client.get(f"/{address}")).status_code == 200


async def test_every_file_is_served_with_its_type(client: httpx.AsyncClient) -> None:
    assert {path.name for path in _FOLDER.iterdir()} == {"page.html", *ASSETS}
    for name, media_type in ASSETS.items():
        answer = await client.get(f"/app/{name}")
        assert answer.headers["Content-Type"] == media_type
        assert answer.content == (_FOLDER / name).read_bytes()


async def test_the_page_may_load_nothing_else(client: httpx.AsyncClient) -> None:
    policy = (await client.get("/app")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


async def test_the_page_holds_no_script_and_no_style_of_its_own(client: httpx.AsyncClient) -> None:
    page = (await client.get("/app")).text
    assert re.findall(r"<script[^>]*>([^<]*)</script>", page) == [""]
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)


async def test_a_browser_that_has_it_gets_304(client: httpx.AsyncClient) -> None:
    first = await client.get("/app/page.js")
    again = await client.get("/app/page.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["page.html", "..%2f__init__.py", "%2e%2e", "page.js%00", "x.js"])
async def test_no_other_file_is_served(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/app/{name}")).status_code == 404


def test_what_other_pages_import_is_all_of_the_uploader() -> None:
    needed, found = {"uploader.js"}, set[str]()
    while needed:
        name = needed.pop()
        found.add(name)
        needed |= set(_IMPORT.findall((_FOLDER / name).read_text())) - found
    assert found == UPLOADER


def test_the_declarations_name_what_the_uploader_exports() -> None:
    script = (_FOLDER / "uploader.js").read_text()
    declared = (_FOLDER / "uploader.d.ts").read_text()
    exported = {*_EXPORT.findall(script), *_REEXPORT.findall(script)}
    assert set(_EXPORT.findall(declared)) == exported


def test_the_declarations_name_the_members_of_an_upload() -> None:
    members = [
        set(_MEMBER.findall(_class_of((_FOLDER / name).read_text())))
        for name in ("uploader.js", "uploader.d.ts")
    ]
    assert members[0] == members[1]
    assert {"start", "pause", "cancel", "progress"} <= members[0]


def _class_of(text: str) -> str:
    return text.partition("export class Upload extends EventTarget {\n")[2].partition("\n}\n")[0]
