"""Links between documents, and from them to files, lead somewhere, down to the heading."""

from pathlib import PurePosixPath
from posixpath import normpath

import pytest

from tests.docs import pages
from tests.docs.pages import ROOT, Page


def _target(page: Page, link: str) -> tuple[str, str]:
    """The path from the root, and the anchor in it."""
    path, _, anchor = link.partition("#")
    folder = PurePosixPath(page.name).parent
    return (normpath(folder / path) if path else page.name), anchor


def _leads_somewhere(page: Page, link: str) -> bool:
    path, anchor = _target(page, link)
    if not (ROOT / path).exists():
        return False
    return not anchor or anchor in Page.read(path).anchors


@pytest.mark.parametrize("page", pages.ALL, ids=lambda page: page.name)
def test_links_lead_to_files_and_headings(page: Page) -> None:
    assert [link for link in page.links if not _leads_somewhere(page, link)] == []


def test_there_are_links_to_files_and_to_headings() -> None:
    links = [link for page in pages.ALL for link in page.links]
    assert len(links) > 50
    assert [link for link in links if "#" in link]
