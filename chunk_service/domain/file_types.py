"""Which types of files are allowed, and what is wrong with a name, a claim or the first bytes.

The extension says what a file is meant to be. A claimed content type must be one that goes with it,
and the bytes must not show something else. What the bytes were recognised as comes from outside: a
library of signatures is no part of the domain. Faults are the ends of sentences.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chunk_service.domain.known_types import (
    PROGRAMS,
    KnownType,
    Sort,
)

FIRST_BYTES = 8 * 1024
# A first chunk with less would leave too much open; it may be shorter where it is the whole file.
ENOUGH_BYTES = 512

_CLAIMS_NOTHING = "application/octet-stream"
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# What the MIME Sniffing Standard takes for HTML, and for bytes that no text has.
_WHITESPACE = "\t\n\x0c\r "
_HTML = re.compile(
    r"<(!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)[\s/>]"
    r"|<\?php|<!--",
    re.IGNORECASE,
)
_BINARY = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
# Formats that can do without such bytes, and are no texts for people all the same.
_WRITTEN_LIKE_TEXT = frozenset({".pdf", ".rtf", ".gif", ".ps", ".eps", ".svg", ".xml"})
_XML = ".xml"


@dataclass(frozen=True, slots=True)
class FileTypes:
    """The allowed ones; of two with one extension the first is what is stored."""

    types: Sequence[KnownType]

    def name_fault(self, name: str, claimed: str | None) -> str | None:
        """What is wrong with a file of this name and content type; None where nothing is."""
        types = self._of(name)
        if not types:
            return "The name does not have an allowed extension"
        fitting = {each for known in types for each in known.content_types}
        if claimed is not None and essence(claimed) not in {_CLAIMS_NOTHING, *fitting}:
            return f"The content type does not go with {types[0].extension}"
        return None

    def bytes_fault(self, name: str, first_bytes: bytes, recognised: frozenset[str]) -> str | None:
        """What is wrong with a file that begins with these bytes; an empty file is never wrong."""
        types = self._of(name)
        if not types:
            return "The name does not have an allowed extension"
        if not first_bytes:
            return None
        return _fault(types[0], first_bytes, recognised)

    def content_type(self, name: str) -> str | None:
        """What a file of this name is stored as, whatever was claimed."""
        types = self._of(name)
        return types[0].content_types[0] if types else None

    @property
    def extensions(self) -> list[str]:
        return list(dict.fromkeys(each.extension for each in self.types))

    def _of(self, name: str) -> list[KnownType]:
        """Those of the longest extension that the name has."""
        base = name.replace("\\", "/").rpartition("/")[2].lower()
        found = [
            each
            for each in self.types
            if base.endswith(each.extension) and len(base) > len(each.extension)
        ]
        longest = max((len(each.extension) for each in found), default=0)
        return [each for each in found if len(each.extension) == longest]


def essence(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _fault(known: KnownType, first_bytes: bytes, recognised: frozenset[str]) -> str | None:
    if known.sort is Sort.ANY:
        return None
    is_meant = known.sort is Sort.OTHER and known.extension in recognised
    if recognised & (PROGRAMS - known.looks) and not is_meant:
        return "The bytes are those of a program"
    if _begins_as_html(first_bytes, known):
        return "The bytes are those of an HTML page"
    if not _may_begin_so(known, first_bytes, recognised):
        return f"The bytes are not those of a {known.extension} file"
    return None


def _may_begin_so(known: KnownType, first_bytes: bytes, recognised: frozenset[str]) -> bool:
    match known.sort:
        case Sort.SIGNED:
            return bool(recognised & known.looks)
        case Sort.LOOSE:
            return bool(recognised & known.looks) or not (recognised or _is_text(first_bytes))
        case Sort.TEXT:
            return _is_text(first_bytes) and not recognised & (_WRITTEN_LIKE_TEXT - known.looks)
        case _:
            return True


def _begins_as_html(first_bytes: bytes, known: KnownType) -> bool:
    found = _HTML.match(_decoded(first_bytes).lstrip(_WHITESPACE))
    if found is None or ".html" in known.looks:
        return False
    return not (found[0] == "<!--" and _XML in known.looks)


def _is_text(first_bytes: bytes) -> bool:
    return not _BINARY.search(_decoded(first_bytes))


def _decoded(first_bytes: bytes) -> str:
    """By its byte order mark, where there is one; else so that every byte is one character."""
    for mark, encoding in _BOMS:
        if first_bytes.startswith(mark):
            return first_bytes[len(mark) :].decode(encoding, "replace")
    return first_bytes.decode("latin-1")
