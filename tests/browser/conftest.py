"""One browser and one service for the whole run, a fresh profile and owner for every test.

Not part of `make test`: `make test-browser` finds the browser. The parts that are run by an event
loop are made before the browser, whose driver has a loop of its own in this thread.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from chunk_service.cli.stack.postgres import EmbeddedPostgres
from tests.browser.driver import PATIENCE_MS, Person
from tests.browser.elsewhere import Elsewhere
from tests.browser.site import MIB, Site
from tests.fixtures.databases import clone_database
from tests.fixtures.stores import StoreServer
from tests.service.bucket import Bucket
from tests.service.deployment import Deployment
from tests.service.main_service import playing_main_service

_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
LARGE_BYTES = 200 * MIB


@pytest.fixture(scope="session")
def deployment(
    postgres_server: EmbeddedPostgres,
    migrated_template: str,
    seaweedfs: StoreServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deployment]:
    database_url = asyncio.run(clone_database(postgres_server, migrated_template))
    spool = tmp_path_factory.mktemp("spool")
    with playing_main_service() as main_service:
        yield Deployment(database_url, spool, Bucket.made(seaweedfs, "browser"), main_service)


@pytest.fixture(scope="session")
def browser(deployment: Deployment) -> Iterator[Browser]:
    path = os.environ.get("BROWSER_PATH")
    assert path, "no browser: run this by `make test-browser`, or name one in BROWSER_PATH"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    with Elsewhere.served(tmp_path_factory.mktemp("elsewhere")) as elsewhere:
        yield elsewhere


@pytest.fixture(scope="session")
def site(
    deployment: Deployment, elsewhere: Elsewhere, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """For tests that leave it as it is; pages from elsewhere may call it."""
    site = Site(deployment, tmp_path_factory.mktemp("service"))
    site.start(cors_origins=elsewhere.origin, max_chunk_size="8MiB")
    yield site
    site.stop()


@pytest.fixture
def own_site(deployment: Deployment, tmp_path: Path) -> Iterator[Site]:
    """Not started yet: for tests that have it otherwise, or kill it."""
    site = Site(deployment, tmp_path)
    yield site
    site.stop()


@pytest.fixture
def owner(request: pytest.FixtureRequest) -> str:
    """Somebody new for every test, since they share a database."""
    return str(request.node.name)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="en-GB", accept_downloads=True)
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Whatever its console calls an error that is no answer of the service fails the test."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if _is_fault(message) else None)
    page.on("dialog", lambda dialog: dialog.accept())
    yield page
    assert faults == []


@pytest.fixture
def person(page: Page, site: Site, owner: str) -> Person:
    return Person.at(page, site.page_for(owner))


@pytest.fixture
def made(tmp_path: Path) -> Callable[[str, int], Path]:
    def make(name: str, size_bytes: int) -> Path:
        path = tmp_path / name
        path.write_bytes(bytes(range(256)) * (size_bytes // 256) + b"x" * (size_bytes % 256))
        return path

    return make


@pytest.fixture(scope="session")
def large_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 MiB that no two chunks of are alike."""
    path = tmp_path_factory.mktemp("files") / "holiday film.mp4"
    path.write_bytes(os.urandom(LARGE_BYTES))
    return path


def _is_fault(message: ConsoleMessage) -> bool:
    return message.type == "error" and not message.text.startswith("Failed to load resource")
