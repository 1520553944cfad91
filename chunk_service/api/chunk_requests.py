"""The two ways in which a chunk comes, as the one shape that `ReceiveBytes` takes.

Bare bytes know everything from their headers. A form knows it when its fields have been read, which
may be after its file.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import Request

from chunk_service.api.bodies import body_pieces, content_length
from chunk_service.api.digests import parse_checksum, parse_hex_sha256, sent_checksums
from chunk_service.api.forms import StreamedForm, boundary_of
from chunk_service.api.request_headers import content_type
from chunk_service.api.request_record import record_of
from chunk_service.api.spellings import index_of, parse_index, parse_upload_id, upload_id_of
from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.errors import ValidationFailed
from chunk_service.domain.uploads import Piece
from chunk_service.usecases.ports import ChunkAddress

Value = TypeVar("Value")

FILE_FIELD = "chunk"
UPLOAD_FIELD = "upload_session_id"
INDEX_FIELD = "chunk_index"
SHA256_FIELD = "chunk_sha256"
CHECKSUM_FIELD = "chunk_checksum"


@dataclass(frozen=True, slots=True)
class BareChunk:
    request: Request
    address: ChunkAddress
    checksums: Sequence[Checksum]

    @property
    def length_bytes(self) -> int | None:
        return content_length(self.request)

    @property
    def most_bytes(self) -> int | None:
        return content_length(self.request)

    def pieces(self) -> AsyncIterator[Piece]:
        return body_pieces(self.request)


def bare_chunk(request: Request) -> BareChunk:
    address = ChunkAddress(upload_id=upload_id_of(request), index=index_of(request))
    return BareChunk(request=request, address=address, checksums=sent_checksums(request))


class FormChunk:
    """`address` and `checksums` are set as soon as the fields have been read, at the latest at the
    end of `pieces`.
    """

    def __init__(self, request: Request, form: StreamedForm) -> None:
        self.address: ChunkAddress | None = None
        self.checksums: Sequence[Checksum] = ()
        self.length_bytes: int | None = None
        self.most_bytes = content_length(request)
        self._request = request
        self._form = form

    async def read_to_file(self) -> None:
        await self._form.read_to_file()
        if {UPLOAD_FIELD, INDEX_FIELD} <= self._form.fields.keys():
            self._take_fields()

    async def pieces(self) -> AsyncIterator[Piece]:
        async for piece in self._form.file_pieces():
            yield piece
            del piece
        self._take_fields()

    def _take_fields(self) -> None:
        fields = self._form.fields
        self.address = ChunkAddress(
            upload_id=_value(fields, UPLOAD_FIELD, parse_upload_id),
            index=_value(fields, INDEX_FIELD, parse_index),
        )
        self.checksums = tuple(_checksums_in(fields))
        record_of(self._request.scope).upload_id = str(self.address.upload_id)


def form_chunk(request: Request) -> FormChunk:
    form = StreamedForm(
        body_pieces(request),
        boundary=boundary_of(content_type(request) or ""),
        file_field=FILE_FIELD,
        names=(UPLOAD_FIELD, INDEX_FIELD, SHA256_FIELD, CHECKSUM_FIELD),
    )
    return FormChunk(request, form)


def _checksums_in(fields: dict[str, str]) -> Iterator[Checksum]:
    if SHA256_FIELD in fields:
        yield Checksum(Algorithm.SHA256, _value(fields, SHA256_FIELD, parse_hex_sha256))
    if CHECKSUM_FIELD in fields:
        yield _value(fields, CHECKSUM_FIELD, parse_checksum)


def _value(fields: dict[str, str], name: str, parse: Callable[[str], Value]) -> Value:
    if name not in fields:
        raise ValidationFailed(f"The form has no field {name}.", field=name)
    try:
        return parse(fields[name])
    except ValueError as error:
        raise ValidationFailed(f"{name} {error}.", field=name) from error
