"""What may be asked of files: keys, conditions of a search, changes.

A key that no file can have is one that there is not: nothing but what we make is ever looked up.
"""

import json
import re
from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, WithJsonSchema
from starlette.requests import Request

from chunk_service.api.cursors import CURSOR_PATTERN, read_cursor
from chunk_service.api.file_answers import NEVER
from chunk_service.api.instants import parse_instant
from chunk_service.api.queries import PageSize, Query
from chunk_service.api.request_models import Document
from chunk_service.api.request_values import MAX_BIGINT, FileName, Metadata, Spelled
from chunk_service.domain.files import MAX_NAME_CHARACTERS, text_fault
from chunk_service.domain.retention import BY_DEFAULT, FOR_EVER, Lifetime
from chunk_service.usecases.change_file import FileChange
from chunk_service.usecases.delete_file import unknown_file
from chunk_service.usecases.find_files import MOST_WORDS, FileSearch

KEY_PATTERN: Final = "^uploads/[0-9a-f-]{36}-[A-Za-z0-9._-]{1,100}$"
MAX_QUERY_CHARACTERS: Final = 255
DEFAULT_PAGE: Final = 100
# The first and last moments of all are infinite to the database.
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 9998

_KEY = re.compile(KEY_PATTERN[1:-1])
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_METADATA: Final[TypeAdapter[dict[str, str]]] = TypeAdapter(Metadata)


def _moment(value: object) -> datetime:
    """A day (its beginning, in UTC) or a moment, by RFC 3339."""
    if not isinstance(value, str):
        raise ValueError("must be a day such as 2026-11-21, or a moment by RFC 3339")
    return parse_instant(f"{value}T00:00:00Z" if _DAY.fullmatch(value) else value)


def _lifetime(text: str) -> Lifetime:
    if text == NEVER:
        return FOR_EVER
    moment = parse_instant(text)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"must be a moment of the years {FIRST_YEAR} to {LAST_YEAR}, or {NEVER}")
    return Lifetime(moment)


def _size(value: object) -> object:
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise ValueError("must be a whole number of bytes")
    return int(value)


def _metadata(text: str) -> dict[str, str]:
    try:
        return _METADATA.validate_python(json.loads(text))
    except ValueError:
        raise ValueError("must be a JSON object of texts") from None


def _metadata_text(text: str) -> str:
    _metadata(text)
    return text


def _words(text: str) -> str:
    fault = text_fault(text)
    if fault is not None:
        raise ValueError(fault)
    if len(text.split()) > MOST_WORDS:
        raise ValueError(f"may have {MOST_WORDS} words at most")
    return text


Moment = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
Bytes = Annotated[
    int,
    BeforeValidator(_size),
    Field(le=MAX_BIGINT),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_BIGINT}),
]

DeleteAfter = Annotated[
    Lifetime,
    Spelled(
        _lifetime,
        {"anyOf": [{"type": "string", "format": "date-time"}, {"const": NEVER}]},
    ),
]


class FileQuery(Query):
    q: Annotated[
        str,
        Field(
            max_length=MAX_QUERY_CHARACTERS,
            description="Words that the name must hold, in any case; one of less than three "
            "characters, that it must begin with.",
        ),
        AfterValidator(_words),
    ] = ""
    content_type: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Za-z0-9!#$&^_.+-]+/([A-Za-z0-9!#$&^_.+-]+|\*)$",
            max_length=255,
            description="`audio/mpeg`, or a whole family: `audio/*`.",
        ),
    ] = None
    since: Annotated[Moment | None, Field(description="Stored then or later.")] = None
    until: Annotated[Moment | None, Field(description="Stored before.")] = None
    min_size: Annotated[Bytes | None, Field(description="Bytes.")] = None
    max_size: Annotated[Bytes | None, Field(description="Bytes.")] = None
    metadata: (
        Annotated[
            str,
            AfterValidator(_metadata_text),
            Field(
                description="A JSON object, all of which must be in the file's metadata.",
                json_schema_extra={"contentMediaType": "application/json"},
            ),
        ]
        | None
    ) = None
    cursor: Annotated[
        str | None,
        Field(pattern=CURSOR_PATTERN, description="`next` of the page before."),
    ] = None
    limit: PageSize = DEFAULT_PAGE

    def as_search(self) -> FileSearch:
        return FileSearch(
            limit=self.limit,
            words=tuple(self.q.split()),
            content_type=self.content_type,
            since=self.since,
            until=self.until,
            min_size=self.min_size,
            max_size=self.max_size,
            metadata={} if self.metadata is None else _metadata(self.metadata),
            behind=None if self.cursor is None else read_cursor(self.cursor),
        )


class ChangeRequest(Document):
    name: FileName | None = None
    metadata: Annotated[
        Metadata | None, Field(description="Replaces all the metadata there was.")
    ] = None
    delete_after: Annotated[
        DeleteAfter | None,
        Field(
            description="The moment after which it is deleted, or `never`; null gives it back to "
            "the service's default. Left out, nothing changes."
        ),
    ] = None

    def as_change(self) -> FileChange:
        is_redated = "delete_after" in self.model_fields_set
        lifetime = (self.delete_after or BY_DEFAULT) if is_redated else None
        return FileChange(name=self.name, metadata=self.metadata, lifetime=lifetime)


class DownloadRequest(Document):
    file_key: Annotated[str, Field(max_length=1024)]


FILE_NAME_IN_PATH: Final = {
    "name": "key",
    "in": "path",
    "required": True,
    "description": "Its name.",
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_NAME_CHARACTERS},
}


def key_of(request: Request) -> str:
    return known_key(str(request.path_params["key"]))


def known_key(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise unknown_file()
    return key
