"""The README as the tests read it: its blocks of code and the rows of its tables."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


def blocks(language: str) -> list[str]:
    return [body for name, body in _BLOCK.findall(TEXT) if name == language]


def prose() -> str:
    return _BLOCK.sub("", TEXT)


def words() -> set[str]:
    """Everything that stands in backquotes."""
    return set(_WORD.findall(prose()))


def section(title: str) -> str:
    _, _, rest = TEXT.partition(f"## {title}\n")
    assert rest, f"no section {title}"
    return rest.partition("\n## ")[0]


def links() -> set[str]:
    """What the README points to inside the repository."""
    return set(_LINK.findall(prose()))
