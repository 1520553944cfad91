"""The documents of the repository as the tests read them: blocks of code, links, headings."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_WORD = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Page:
    """`name` is its path from the root of the repository."""

    name: str
    text: str

    @classmethod
    def read(cls, name: str) -> Self:
        return cls(name, (ROOT / name).read_text(encoding="utf-8"))

    @property
    def languages(self) -> list[str]:
        """Of its blocks, in order; empty for a block that names none."""
        return [language for language, _ in _BLOCK.findall(self.text)]

    def blocks(self, language: str) -> list[str]:
        return [body for name, body in _BLOCK.findall(self.text) if name == language]

    @property
    def prose(self) -> str:
        return _COMMENT.sub("", _BLOCK.sub("", self.text))

    @property
    def words(self) -> set[str]:
        """Everything that stands in backquotes."""
        return set(_WORD.findall(self.prose))

    def section(self, title: str) -> str:
        _, _, rest = self.text.partition(f"## {title}\n")
        assert rest, f"{self.name} has no section {title}"
        return rest.partition("\n## ")[0]

    @property
    def links(self) -> list[str]:
        """As they are written, those to other sites left out."""
        found = _LINK.findall(self.prose)
        return [link for link in found if not link.startswith(("http:", "https:", "mailto:"))]

    @property
    def anchors(self) -> set[str]:
        """What a link can name behind `#`, by GitHub's rule; headings are to be unlike."""
        return {_anchor(title) for title in _HEADING.findall(self.prose)}


def _anchor(title: str) -> str:
    return _NOT_IN_ANCHORS.sub("", title.lower()).replace(" ", "-")


def in_docs() -> list[Page]:
    return [Page.read(f"docs/{path.name}") for path in sorted((ROOT / "docs").glob("*.md"))]


def at_root() -> list[Page]:
    return [Page.read(path.name) for path in sorted(ROOT.glob("*.md"))]


README = Page.read("README.md")
ALL = at_root() + in_docs()
