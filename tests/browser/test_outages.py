"""The service is killed or has no room for a while; the page waits, and goes on by itself."""

from pathlib import Path

from playwright.sync_api import Page

from chunk_service.cli.stack.ports import LOOPBACK, free_port
from tests.browser.driver import Person
from tests.browser.site import Site, digest_of


def test_a_killed_server_is_waited_for(
    page: Page, own_site: Site, owner: str, large_file: Path
) -> None:
    own_site.start()
    person = Person.at(page, own_site.page_for(owner))
    person.begins(large_file)
    own_site.kill()
    person.sees(large_file.name, "The service can't be reached.")
    person.sees_state(large_file.name, "waiting")
    own_site.start()
    person.sees(large_file.name, "Uploaded")
    assert own_site.digests_of(owner) == [digest_of(large_file)]


def test_a_full_spool_is_waited_for(
    page: Page, own_site: Site, owner: str, large_file: Path
) -> None:
    nowhere = f"http://{LOOPBACK}:{free_port()}"
    own_site.start(spool_max_bytes="80MiB", s3_endpoint_url=nowhere)
    person = Person.at(page, own_site.page_for(owner))
    person.choose(large_file)
    person.sees_state(large_file.name, "waiting")
    person.sees(large_file.name, "There is no room for these bytes now.")
    own_site.kill()
    own_site.start()
    person.sees(large_file.name, "Uploaded")
    assert own_site.digests_of(owner) == [digest_of(large_file)]
