"""One request that carries a whole file: what it says of it, by a form or by a bare body.

What is said must come before the file, since the file is on its way to the store as it arrives.
"""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, WithJsonSchema
from starlette.requests import Request

from chunk_service.api.bodies import body_pieces, content_length
from chunk_service.api.digests import sent_checksums
from chunk_service.api.forms import MAX_OVERHEAD_BYTES, StreamedForm, boundary_of
from chunk_service.api.queries import Query, read_query, validated
from chunk_service.api.request_headers import content_type
from chunk_service.api.request_values import (
    MAX_METADATA_BYTES,
    ChecksumValue,
    ContentType,
    FileIdValue,
    FileName,
    Metadata,
)
from chunk_service.domain.checksums import Checksum
from chunk_service.domain.errors import ValidationFailed
from chunk_service.domain.files import file_id_in
from chunk_service.domain.uploads import Piece
from chunk_service.usecases.upload_whole import WholeFile

FILE_FIELD: Final = "file"


def _file_id(value: object) -> object:
    return file_id_in(value) if isinstance(value, str) else value


def _metadata(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError("must be a JSON object of texts") from None


FileIdText = Annotated[
    FileIdValue | None,
    BeforeValidator(_file_id),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 128}),
    Field(description="The file's id in the main service; digits are taken for a number."),
]
MetadataText = Annotated[
    Metadata,
    BeforeValidator(_metadata),
    WithJsonSchema({"type": "string", "contentMediaType": "application/json"}),
    Field(
        default_factory=dict,
        description="A JSON object of texts that are handed back in the event.",
    ),
]


class Claims(Query):
    """What may be said of the file besides its name, in the query or in fields of the form."""

    main_service_file_id: FileIdText = None
    metadata: MetadataText
    checksum: Annotated[
        ChecksumValue | None,
        Field(description="Of the whole file; verified before it is stored."),
    ] = None


class Described(Query):
    """How a file is named and typed: by the path and headers, or by its part of a form."""

    name: FileName
    content_type: ContentType | None


def bare_file(request: Request, name: str) -> WholeFile:
    """The file that is the body itself."""
    claims = read_query(request, Claims)
    described = validated({"name": name, "content_type": content_type(request)}, Described)
    length = content_length(request)
    return WholeFile(
        name=described.name,
        content_type=described.content_type,
        metadata=claims.metadata,
        main_service_file_id=claims.main_service_file_id,
        checksum=_one_of(claims.checksum, *sent_checksums(request)),
        size_bytes=length,
        least_bytes=length or 0,
        most_bytes=length,
    )


def file_form(request: Request) -> StreamedForm:
    return StreamedForm(
        body_pieces(request),
        boundary=boundary_of(content_type(request) or ""),
        file_field=FILE_FIELD,
        names=tuple(Claims.model_fields),
        max_field_bytes=2 * MAX_METADATA_BYTES,
    )


def file_of_form(request: Request, form: StreamedForm) -> WholeFile:
    """The file of a form that has been read so far; its length is known within bounds only."""
    claims = validated(form.fields, Claims)
    said = form.file
    if said is None or not said.name:
        raise ValidationFailed("The form has no file with a file name.", field=FILE_FIELD)
    described = validated({"name": said.name, "content_type": said.content_type}, Described)
    length = content_length(request)
    return WholeFile(
        name=described.name,
        content_type=described.content_type,
        metadata=claims.metadata,
        main_service_file_id=claims.main_service_file_id,
        checksum=claims.checksum,
        size_bytes=None,
        least_bytes=max(0, (length or 0) - MAX_OVERHEAD_BYTES),
        most_bytes=length,
    )


async def pieces_of(form: StreamedForm) -> AsyncIterator[Piece]:
    """The file's bytes; ValidationFailed where a field that counts came only after them."""
    said = set(form.fields)
    async for piece in form.file_pieces():
        yield piece
        del piece
    late = sorted(form.fields.keys() - said)
    if late:
        raise ValidationFailed(f"{late[0]} must come before the file.", field=late[0])


def _one_of(*claimed: Checksum | None) -> Checksum | None:
    """One of the whole is verified: computing more of them would be work for nothing."""
    different = set(claimed) - {None}
    if len(different) > 1:
        raise ValidationFailed("More than one checksum was sent of the file.", field="checksum")
    return next(iter(different), None)
