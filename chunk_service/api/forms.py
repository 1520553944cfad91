"""multipart/form-data as a stream: one file, and named fields before or after it.

The parser is `multipart`: it is strict about boundaries, line ends and the end of the form. What
lies in a buffer has to be copied for it, so of the file it gets only what may be a delimiter. Here
are the rules that it leaves to its user: each field at most once, and a bound on everything that is
not the file. Which fields there must be, and what they hold, is the caller's business.
"""

from collections.abc import AsyncIterator, Collection, Iterator
from typing import Final

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from chunk_service.api.form_delimiter import Delimiter
from chunk_service.api.form_parts import (
    MAX_FIELD_BYTES,
    MAX_PART_HEADER_BYTES,
    FieldText,
    FormFile,
    file_in,
    part_name,
)
from chunk_service.domain.errors import (
    ContentTooLarge,
    MalformedRequest,
    UnsupportedMediaType,
)
from chunk_service.domain.uploads import Piece

MAX_PARTS: Final = 16
MAX_HEADERS_OF_A_PART: Final = 16
MAX_OVERHEAD_BYTES: Final = 256 * 1024
PARSED_AT_ONCE_BYTES: Final = 64 * 1024
MAX_BOUNDARY_CHARACTERS: Final = 70


class StreamedForm:
    """One form, read once from front to back.

    `fields` grows as the form is read: after `read_to_file` it holds what came before the file,
    and it is complete when `file_pieces` has ended.
    """

    def __init__(
        self,
        body: AsyncIterator[Piece],
        *,
        boundary: str,
        file_field: str,
        names: Collection[str],
        max_field_bytes: int = MAX_FIELD_BYTES,
    ) -> None:
        self.fields: dict[str, str] = {}
        self.file: FormFile | None = None
        self._file_field = file_field
        self._max_field_bytes = max_field_bytes
        self._names = frozenset(names)
        self._overhead_bytes = 0
        self._delimiter = Delimiter(boundary)
        # Where the bytes of the part at hand go.
        self._field: FieldText | None = None
        self._is_amid_file = False
        # And the parser holds none of them back.
        self._is_plain_file = False
        self._parser = PushMultipartParser(
            boundary,
            max_header_size=MAX_PART_HEADER_BYTES,
            max_header_count=MAX_HEADERS_OF_A_PART,
            max_segment_count=MAX_PARTS,
        )
        self._pieces = self._read(body)

    async def read_to_file(self) -> None:
        await anext(self._pieces, None)

    async def file_pieces(self) -> AsyncIterator[Piece]:
        """The file's bytes; ends without an exception only where the whole form ended well."""
        async for piece in self._pieces:
            if piece:
                yield piece
            del piece
        if self.file is None:
            raise MalformedRequest(f"The form has no file {self._file_field}.")

    async def _read(self, body: AsyncIterator[Piece]) -> AsyncIterator[Piece]:
        """The file's pieces; an empty one says that the file begins."""
        try:
            async for data in body:
                for piece in self._split(data):
                    yield piece
                    del piece
                del data
            self._parser.close()
        except MultipartError as error:
            raise MalformedRequest(f"The form could not be read: {error}.") from error

    def _split(self, data: Piece) -> Iterator[Piece]:
        while data:
            if self._is_plain_file:
                size_bytes = self._delimiter.begins_at(data)
                if size_bytes:
                    yield data[:size_bytes]
                    data = data[size_bytes:]
                    continue
            parsed, data = data[:PARSED_AT_ONCE_BYTES], data[PARSED_AT_ONCE_BYTES:]
            yield from self._parse(bytes(parsed))
            at_end = self._delimiter.may_be_at_end_of(parsed)
            self._is_plain_file = self._is_amid_file and not at_end

    def _parse(self, data: bytes) -> Iterator[Piece]:
        """As `_read`; what may belong to a delimiter the parser holds until more has come."""
        self._overhead_bytes += len(data)
        for event in self._parser.parse(data):
            if isinstance(event, MultipartSegment):
                self._begin(part_name(event), event)
                if self._is_amid_file:
                    yield b""
            elif event is None:
                self._end()
            elif self._field is not None:
                self._field.take(event)
            else:
                self._overhead_bytes -= len(event)
                yield event
        self._check_overhead()

    def _begin(self, name: str, segment: MultipartSegment) -> None:
        is_file = name == self._file_field
        if name in self.fields or (is_file and self.file is not None):
            raise MalformedRequest(f"The form has more than one field {name}.")
        self._is_amid_file = is_file
        if is_file:
            self.file = file_in(segment)
        else:
            self._field = FieldText(name, self._max_field_bytes)

    def _end(self) -> None:
        if self._field is not None and self._field.name in self._names:
            self.fields[self._field.name] = self._field.text
        self._field, self._is_amid_file = None, False

    def _check_overhead(self) -> None:
        if self._overhead_bytes > MAX_OVERHEAD_BYTES:
            raise ContentTooLarge("The form has too much besides its file.")


def boundary_of(content_type: str) -> str:
    """The boundary that a multipart/form-data Content-Type declares."""
    media_type, options = parse_options_header(content_type)
    if media_type != "multipart/form-data":
        raise UnsupportedMediaType("Send it as multipart/form-data.")
    boundary = options.get("boundary", "")
    if not 0 < len(boundary) <= MAX_BOUNDARY_CHARACTERS or not boundary.isascii():
        raise MalformedRequest("The Content-Type has no usable boundary.")
    return str(boundary)
