"""Large files arrive whole by the page, whatever happens on the way."""

from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from chunk_service.cli.stack.ports import LOOPBACK, free_port
from tests.browser.driver import Person, SentChunks
from tests.browser.site import Site
from tests.service import tokens

_CHUNKS = 25
_SLOW_MIB = 40


def digest_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def person(page: Page, site: Site, owner: str) -> Person:
    site.start()
    return Person.at(page, site.page_for(owner))


@pytest.fixture
def begun(person: Person, large_file: Path) -> SentChunks:
    """The large file is a quarter there."""
    sent = SentChunks(person.page)
    person.has_network(_SLOW_MIB)
    person.choose(large_file)
    person.waits_for_share(large_file.name, 0.25)
    return sent


def test_a_large_file_arrives_whole(
    person: Person, site: Site, owner: str, large_file: Path
) -> None:
    sent = SentChunks(person.page)
    person.choose(large_file)
    person.sees(large_file.name, "Uploaded")
    assert sorted(sent.indices) == list(range(_CHUNKS))
    assert sent.without_digest == 0
    assert site.digests_of(owner) == [digest_of(large_file)]
    expect(person.file(large_file.name)).to_have_count(1)


def test_after_a_reload_only_what_is_missing_is_sent(
    person: Person, begun: SentChunks, site: Site, owner: str, large_file: Path
) -> None:
    person.page.reload()
    remembered = person.page.locator("#unfinished li")
    expect(remembered).to_contain_text("Choose the same file to go on.")
    received = site.received(owner, begun.upload_ids)
    assert 0 < len(received) < _CHUNKS
    begun.indices.clear()
    person.choose(large_file)
    person.sees(large_file.name, "Uploaded")
    assert sorted(begun.indices) == sorted(set(range(_CHUNKS)) - received)
    assert len(begun.upload_ids) == 1
    assert site.digests_of(owner) == [digest_of(large_file)]
    expect(remembered).to_have_count(0)
    person.page.reload()
    expect(remembered).to_have_count(0)


@pytest.mark.usefixtures("begun")
def test_a_killed_server_is_waited_for(
    person: Person, site: Site, owner: str, large_file: Path
) -> None:
    site.kill()
    person.sees(large_file.name, "The service can't be reached.")
    person.sees_state(large_file.name, "waiting")
    site.start()
    person.sees(large_file.name, "Uploaded")
    assert site.digests_of(owner) == [digest_of(large_file)]


@pytest.mark.usefixtures("begun")
def test_without_a_network_it_waits_and_goes_on(
    person: Person, site: Site, owner: str, large_file: Path
) -> None:
    person.has_no_network()
    person.sees(large_file.name, "There is no network.")
    person.has_network()
    person.sees(large_file.name, "Uploaded")
    assert site.digests_of(owner) == [digest_of(large_file)]


def test_a_wrong_token_is_asked_for_again(
    page: Page, site: Site, owner: str, tmp_path: Path
) -> None:
    site.start()
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
    person: Person, begun: SentChunks, site: Site, owner: str, large_file: Path
) -> None:
    site.kill()
    site.start(expected_jwt_audience="somebody-else")
    person.sees_state(large_file.name, "blocked")
    site.kill()
    site.start()
    person.page.get_by_label("Token from your service").fill(tokens.token(owner))
    person.presses("Use it")
    person.sees(large_file.name, "Uploaded")
    assert len(begun.upload_ids) == 1
    assert site.digests_of(owner) == [digest_of(large_file)]


def test_a_full_spool_is_waited_for(page: Page, site: Site, owner: str, large_file: Path) -> None:
    nowhere = f"http://{LOOPBACK}:{free_port()}"
    site.start(spool_max_bytes="80MiB", s3_endpoint_url=nowhere)
    person = Person.at(page, site.page_for(owner))
    person.choose(large_file)
    person.sees_state(large_file.name, "waiting")
    person.sees(large_file.name, "There is no room for these bytes now.")
    site.kill()
    site.start()
    person.sees(large_file.name, "Uploaded")
    assert site.digests_of(owner) == [digest_of(large_file)]
