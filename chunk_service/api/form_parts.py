"""What one part of a form is: judged by its headers, and a field's text gathered within bounds."""

import re
from dataclasses import dataclass
from typing import Final

from multipart import MultipartSegment

from chunk_service.domain.errors import ContentTooLarge, MalformedRequest

MAX_PART_HEADER_BYTES: Final = 8 * 1024
MAX_FIELD_BYTES: Final = 1024

# A line feed by itself among them, which some readers take for the end of the header.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# RFC 7578, 4.7: deprecated, and a body that was really encoded would be stored as it is not.
_PLAIN_ENCODINGS = frozenset({"7bit", "8bit", "binary"})


def part_name(segment: MultipartSegment) -> str:
    """The part's name; MalformedRequest where its headers are too long or leave doubt."""
    size_bytes = sum(len(name) + len(value.encode()) + 4 for name, value in segment.headerlist)
    if size_bytes > MAX_PART_HEADER_BYTES:
        raise MalformedRequest("The headers of a part of the form are too long.")
    if any(_CONTROL.search(value) for _, value in segment.headerlist):
        raise MalformedRequest("The headers of a part of the form hold control characters.")
    names = [name for name, _ in segment.headerlist]
    if names.count("Content-Disposition") != 1:
        raise MalformedRequest("A part of the form has more than one Content-Disposition.")
    for name, value in segment.headerlist:
        if name == "Content-Transfer-Encoding" and value.strip().lower() not in _PLAIN_ENCODINGS:
            raise MalformedRequest("A part of the form is encoded.")
    if not segment.name:
        raise MalformedRequest("A part of the form has no name.")
    return str(segment.name)


@dataclass(frozen=True, slots=True)
class FormFile:
    """What a form says of its file, as it was sent: to be checked by whoever believes it."""

    name: str | None
    content_type: str | None


def file_in(segment: MultipartSegment) -> FormFile:
    return FormFile(name=segment.filename, content_type=segment.header("Content-Type"))


class FieldText:
    def __init__(self, name: str, max_bytes: int = MAX_FIELD_BYTES) -> None:
        self.name = name
        self._max_bytes = max_bytes
        self._content = bytearray()

    def take(self, piece: bytes) -> None:
        self._content += piece
        if len(self._content) > self._max_bytes:
            raise ContentTooLarge(f"The field {self.name} is longer than {self._max_bytes} bytes.")

    @property
    def text(self) -> str:
        try:
            return self._content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise MalformedRequest(f"The field {self.name} is not UTF-8.") from error
