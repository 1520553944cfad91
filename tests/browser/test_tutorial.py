"""docs/tutorial.md: the address that it prints opens the page, and what is sent there is told."""

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from chunk_service.cli.stack.ports import LOOPBACK, free_port
from tests.browser.driver import Person
from tests.docs.pages import ROOT
from tests.docs.pages import Page as Document
from tests.docs.shells import pasted

# It starts a whole stack.
pytestmark = pytest.mark.timeout(240)

_BLOCKS = Document.read("docs/tutorial.md").blocks("sh")
_OPENS_THE_PAGE = next(number for number, block in enumerate(_BLOCKS) if "/app#token=" in block)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    return tmp_path


def test_a_file_is_dropped_on_the_page_of_the_tutorial(page: Page, clone: Path) -> None:
    port = free_port()
    blocks = _BLOCKS[: _OPENS_THE_PAGE + 1]
    (clone / "from the page.txt").write_text("Hello!")
    with pasted(blocks, folder=clone, variables={"MAIN_PORT": str(port)}) as outputs:
        person = Person.at(page, outputs[-1].strip())
        expect(person.file("holiday.jpg")).to_be_visible()
        person.choose(clone / "from the page.txt")
        person.sees_state("from the page.txt", "done")
        expect(person.file("from the page.txt")).to_be_visible()
        _until_told(f"http://{LOOPBACK}:{port}/events", "from the page.txt", page)


def _until_told(events: str, name: str, page: Page) -> None:
    for _ in range(100):
        if name in httpx.get(events, trust_env=False).text:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the main service was not told of {name}")
