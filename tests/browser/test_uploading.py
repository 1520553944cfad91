"""Large files arrive whole by the page, whatever happens on the way."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.driver import Person, SentChunks
from tests.browser.site import MIB, Site, digest_of
from tests.service import tokens

_CHUNKS = set(range(25))
_WATCH_READING = """() => {
  const read = Blob.prototype.arrayBuffer;
  globalThis.mostBytes = 0;
  Blob.prototype.arrayBuffer = function () {
    mostBytes = Math.max(mostBytes, this.size);
    return read.call(this);
  };
}"""


def test_a_large_file_arrives_whole(
    person: Person, site: Site, owner: str, large_file: Path
) -> None:
    sent = SentChunks(person.page)
    person.page.evaluate(_WATCH_READING)
    person.choose(large_file)
    person.sees(large_file.name, "Uploaded")
    assert sorted(sent.indices) == sorted(_CHUNKS)
    assert sent.without_digest == 0
    assert person.page.evaluate("mostBytes") == 8 * MIB
    assert site.digests_of(owner) == [digest_of(large_file)]
    expect(person.file(large_file.name)).to_have_count(1)


def test_after_a_reload_only_what_is_missing_is_sent(
    person: Person, site: Site, owner: str, large_file: Path
) -> None:
    sent = person.begins(large_file)
    person.page.reload()
    remembered = person.page.locator("#unfinished li")
    expect(remembered).to_contain_text("Choose the same file to go on.")
    received = site.received(owner, sent.upload_ids)
    assert set() < received < _CHUNKS
    sent.indices.clear()
    person.choose(large_file)
    person.sees(large_file.name, "Uploaded")
    assert len(sent.indices) == len(set(sent.indices))
    assert set(sent.indices) <= _CHUNKS - received  # the last one may have arrived since then
    assert len(sent.upload_ids) == 1
    assert site.digests_of(owner) == [digest_of(large_file)]
    expect(remembered).to_have_count(0)
    person.page.reload()
    expect(remembered).to_have_count(0)


def test_without_a_network_it_waits_and_goes_on(
    person: Person, site: Site, owner: str, large_file: Path
) -> None:
    person.begins(large_file)
    person.has_no_network()
    person.sees(large_file.name, "There is no network.")
    person.has_network()
    person.sees(large_file.name, "Uploaded")
    assert site.digests_of(owner) == [digest_of(large_file)]


def test_a_wrong_token_is_asked_for_again(page: Page, site: Site, owner: str) -> None:
    page.goto(f"{site.url}/app#token=wrong")
    expect(page.get_by_role("alert").filter(has_text="The token was refused")).to_be_visible()
    assert page.url == f"{site.url}/app"
    page.get_by_label("Token from your service").fill(tokens.token(owner))
    page.get_by_role("button", name="Use it").click()
    expect(page.locator("#token-section")).to_be_hidden()
    expect(page.get_by_text("There are no files yet.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("There are no files yet.")).to_be_visible()


def test_an_upload_outlives_its_token(
    person: Person, site: Site, owner: str, large_file: Path
) -> None:
    sent = person.begins(large_file)
    person.page.evaluate("location.hash = 'token=wrong'")
    person.sees_state(large_file.name, "blocked")
    person.page.get_by_label("Token from your service").fill(tokens.token(owner))
    person.presses("Use it")
    person.sees(large_file.name, "Uploaded")
    assert len(sent.upload_ids) == 1
    assert site.digests_of(owner) == [digest_of(large_file)]
