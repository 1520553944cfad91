"""docs/page.md: pages of other origins import the uploader, as the examples there do."""

import re
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.elsewhere import Elsewhere
from tests.browser.site import MIB, Site
from tests.service import tokens

_DOCS = Path(__file__).parents[2] / "docs/page.md"
_ADDRESS = "https://uploads.example.com"
_SEND, _TIDY_UP = re.findall(r"^```js\n(.*?)^```$", _DOCS.read_text(), re.MULTILINE | re.DOTALL)
_CONTENT = bytes(range(256)) * 4096 * 20
_FILE = f"""
const bytes = new Uint8Array({len(_CONTENT)}).map((_, index) => index % 256);
const file = new File([bytes], "from elsewhere.bin", {{ lastModified: 1 }});
"""
_SENDING = f"""async (token) => {{
  {_FILE}
  const {{ send }} = await import("/send.js");
  const states = new Set();
  const key = await send(file, async () => token, (state) => states.add(state));
  return {{ key, states: [...states] }};
}}"""
_STOPPING = f"""async ([service, token]) => {{
  {_FILE}
  const {{ Upload, unfinished }} = await import(`${{service}}/app/uploader.js`);
  const upload = new Upload(file, {{ token }});
  upload.addEventListener("progress", () => {{
    if (upload.progress.sentBytes > 0) upload.pause();
  }});
  const result = await upload.start();
  const [remembered] = unfinished();
  const {{ tidyUp }} = await import("/tidy_up.js");
  await tidyUp(token);
  return [result, upload.state, remembered.uploadId, unfinished().length];
}}"""
_TOO_LARGE = f"""async ([service, token, chunkSize]) => {{
  {_FILE}
  const {{ Upload }} = await import(`${{service}}/app/uploader.js`);
  return (await new Upload(file, {{ token, chunkSize }}).start()).upload_session_id;
}}"""


@pytest.fixture
def other_page(page: Page, site: Site, elsewhere: Elsewhere) -> Page:
    (elsewhere.folder / "index.html").write_text("<!doctype html><title>Another page</title>")
    for name, script in (("send", _SEND), ("tidy_up", _TIDY_UP)):
        assert _ADDRESS in script
        (elsewhere.folder / f"{name}.js").write_text(script.replace(_ADDRESS, site.url))
    page.goto(elsewhere.origin)
    return page


def test_another_page_sends_a_file(other_page: Page, site: Site, owner: str) -> None:
    told = other_page.evaluate(_SENDING, tokens.token(owner))
    assert {"running", "finishing", "done"} <= set(told["states"])
    assert site.digests_of(owner) == [sha256(_CONTENT).hexdigest()]
    assert site.asked(owner, f"/files/{told['key']}")["main_service_file_id"] == 123


def test_another_page_tidies_up(other_page: Page, site: Site, owner: str) -> None:
    assert len(_CONTENT) == 20 * MIB
    told = other_page.evaluate(_STOPPING, [site.url, tokens.token(owner)])
    result, state, upload_id, left = told
    assert (result, state, left) == (None, "paused", 0)
    assert site.asked(owner, f"/upload/{upload_id}")["data"]["state"] == "aborted"


def test_chunks_are_as_small_as_the_service_wants(other_page: Page, site: Site, owner: str) -> None:
    wanted = [site.url, tokens.token(owner), 16 * MIB]
    upload_id = other_page.evaluate(_TOO_LARGE, wanted)
    assert site.asked(owner, f"/upload/{upload_id}")["data"]["chunk_size"] == 8 * MIB
    assert site.digests_of(owner) == [sha256(_CONTENT).hexdigest()]
