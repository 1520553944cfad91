"""`examples/` in a browser, on pages of another origin; `tests/service` runs those for a shell."""

import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driver import Person, SentChunks
from tests.browser.elsewhere import Elsewhere
from tests.browser.site import Site, digest_of
from tests.service import tokens

_FOLDER = Path(__file__).parents[2] / "examples"
_CONTENT = bytes(range(256)) * 4096 * 20
_SENDING = f"""async ([base, token]) => {{
  const {{ upload }} = await import("/upload.js");
  const bytes = new Uint8Array({len(_CONTENT)}).map((_, index) => index % 256);
  const told = [];
  const onProgress = (sent, size) => told.push(sent / size);
  const file = new File([bytes], "from elsewhere.bin");
  const {{ key }} = await upload({{ base, token, fileId: 123, file, onProgress }});
  return [key, told.at(-1)];
}}"""


@pytest.fixture(autouse=True)
def _examples(elsewhere: Elsewhere) -> None:
    for name in ("page.html", "upload.js"):
        shutil.copy(_FOLDER / name, elsewhere.folder)


def test_the_page_sends_a_file_and_goes_on_after_a_reload(
    page: Page, elsewhere: Elsewhere, site: Site, owner: str, large_file: Path
) -> None:
    person = Person.at(page, f"{elsewhere.origin}/page.html")
    sent = SentChunks(page)
    bar, status = page.get_by_label("Sent"), page.get_by_role("status")
    person.has_network(mib_per_second=40)
    _fill_in(page, site, owner, large_file)
    page.wait_for_function("(bar) => bar.value > 0.1", arg=bar.element_handle())
    person.presses("Pause")
    expect(status).to_have_text("paused")
    expect(page.get_by_role("button", name="Pause")).to_be_disabled()
    page.reload()
    _fill_in(page, site, owner, large_file)
    expect(status).to_contain_text("done: ")
    assert len(sent.upload_ids) == 1
    assert site.digests_of(owner) == [digest_of(large_file)]


def test_the_page_says_why_it_failed(
    page: Page, elsewhere: Elsewhere, site: Site, large_file: Path
) -> None:
    page.goto(f"{elsewhere.origin}/page.html")
    _fill_in(page, site, owner=None, path=large_file)
    expect(page.get_by_role("status")).to_have_text("The token is not a JWT that can be read here.")
    expect(page.get_by_role("button", name="Send")).to_be_enabled()


def test_the_module_without_the_uploader_sends_a_file(
    page: Page, elsewhere: Elsewhere, site: Site, owner: str
) -> None:
    page.goto(f"{elsewhere.origin}/page.html")
    key, told = page.evaluate(_SENDING, [site.url, tokens.token(owner)])
    assert told == 1
    assert site.digests_of(owner) == [sha256(_CONTENT).hexdigest()]
    assert site.asked(owner, f"/files/{key}")["main_service_file_id"] == 123


def _fill_in(page: Page, site: Site, owner: str | None, path: Path) -> None:
    """Without an owner the token is a wrong one."""
    page.get_by_label("Service").fill(site.url)
    page.get_by_label("Token").fill(tokens.token(owner) if owner else "wrong")
    page.get_by_label("File").set_input_files(path)
    page.get_by_role("button", name="Send").click()
