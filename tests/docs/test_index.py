"""docs/README.md leads to every page, in the four parts, and README.md to the index."""

from tests.docs import pages
from tests.docs.pages import README, Page

INDEX = Page.read("docs/README.md")
PARTS = ["Learn", "Do", "Look up", "Understand"]
MOST_LINES = 160


def test_the_index_has_four_parts() -> None:
    headings = [line for line in INDEX.text.splitlines() if line.startswith("## ")]
    assert headings == [f"## {part}" for part in PARTS]


def test_every_page_is_in_one_part() -> None:
    listed = [link for part in PARTS for link in _entries(part)]
    there = {page.name for page in pages.in_docs()} - {INDEX.name} | {"docs/openapi.json"}
    assert sorted(f"docs/{link}" for link in listed) == sorted(there)


def test_the_readme_is_short_and_leads_to_the_index() -> None:
    assert len(README.text.splitlines()) <= MOST_LINES
    assert "docs/README.md" in README.links


def _entries(part: str) -> list[str]:
    """The link that each line of a list begins with."""
    lines = [line for line in INDEX.section(part).splitlines() if line.startswith("- [")]
    return [line.partition("](")[2].partition(")")[0] for line in lines]
