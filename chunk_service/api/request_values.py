"""The kinds of values that clients send in JSON, each with its check and its schema.

The schema says what the check refuses, as far as JSON Schema can, so that the API's description
promises nothing that the service does not take.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
    WithJsonSchema,
)
from pydantic_core.core_schema import CoreSchema, no_info_plain_validator_function

from chunk_service.api.spellings import MAX_INDEX, parse_upload_id
from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.files import MAX_NAME_CHARACTERS, name_fault, text_fault
from chunk_service.domain.receivers import MOST_URL_CHARACTERS
from chunk_service.domain.uploads import RelayMode, UploadId

MAX_BIGINT = 2**63 - 1
MAX_FILE_ID_CHARACTERS = 128
MAX_CONTENT_TYPE_CHARACTERS = 255
MAX_METADATA_KEYS = 64
MAX_METADATA_KEY_CHARACTERS = 128
MAX_METADATA_BYTES = 8 * 1024

# What the validators below refuse, in the words of JSON Schema.
PLAIN_PATTERN = {"pattern": r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"}
_WORD = r"[A-Za-z0-9!#$&^_.+-]+"
_MEDIA_TYPE = rf"{_WORD}/{_WORD}( *; *{_WORD}=({_WORD}|\"[ !#-\[\]-~]*\"))*"
_CONTENT_TYPE = re.compile(_MEDIA_TYPE)


def base64_pattern(algorithm: Algorithm) -> str:
    width_bytes = algorithm.width_bytes
    return f"[A-Za-z0-9+/]{{{-(-width_bytes * 4 // 3)}}}{'=' * (-width_bytes % 3)}"


def _refuse(fault: str | None) -> None:
    if fault is not None:
        raise ValueError(fault)


def plain_text(text: str) -> str:
    _refuse(text_fault(text))
    return text


def _file_name(text: str) -> str:
    _refuse(name_fault(text))
    return text


def _content_type(text: str) -> str:
    if not _CONTENT_TYPE.fullmatch(text):
        raise ValueError("must be a media type such as audio/mpeg")
    return text


@dataclass(frozen=True, slots=True, eq=False)
class Spelled:
    """A value of the domain that comes as text; `parse` raises ValueError."""

    parse: Callable[[str], object]
    json_schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(
        self, _source: object, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return no_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(
        self, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return dict(self.json_schema)

    def _read(self, value: object) -> object:
        if not isinstance(value, str):
            raise ValueError("must be a string")
        return self.parse(value)


def _scalar_as_text(value: object) -> object:
    """Numbers and booleans in their JSON spelling, so that `{"take": 2}` needs no quotes."""
    return json.dumps(value) if isinstance(value, bool | int | float) else value


def _bounded(metadata: dict[str, str]) -> dict[str, str]:
    size_bytes = sum(len(f"{key}{value}".encode()) for key, value in metadata.items())
    if len(metadata) > MAX_METADATA_KEYS or size_bytes > MAX_METADATA_BYTES:
        raise ValueError(
            f"may have {MAX_METADATA_KEYS} keys and {MAX_METADATA_BYTES} bytes at most"
        )
    return metadata


FileIdValue = (
    Annotated[int, Field(ge=-MAX_BIGINT - 1, le=MAX_BIGINT)]
    | Annotated[
        str,
        Field(min_length=1, max_length=MAX_FILE_ID_CHARACTERS, json_schema_extra=PLAIN_PATTERN),
        AfterValidator(plain_text),
    ]
)
Size = Annotated[int, Field(ge=0, le=MAX_BIGINT)]
ChunkCount = Annotated[int, Field(ge=0, le=MAX_INDEX)]
CHECKSUM_SCHEMA: Final = {
    "type": "string",
    "pattern": f"^({'|'.join(f'{each}:{base64_pattern(each)}' for each in Algorithm)})$",
}
ChecksumValue = Annotated[
    Checksum,
    Spelled(
        Checksum.parse,
        {
            **CHECKSUM_SCHEMA,
            "description": "The checksum of the whole file: an algorithm, and base64.",
        },
    ),
]
UploadIdValue = Annotated[
    UploadId,
    Spelled(parse_upload_id, {"type": "string", "format": "uuid"}),
]
MetadataKey = Annotated[
    str,
    Field(min_length=1, max_length=MAX_METADATA_KEY_CHARACTERS, json_schema_extra=PLAIN_PATTERN),
    AfterValidator(plain_text),
]
MetadataValue = Annotated[
    str,
    BeforeValidator(_scalar_as_text),
    AfterValidator(plain_text),
    WithJsonSchema({"type": ["string", "number", "boolean"], **PLAIN_PATTERN}),
]
ContentType = Annotated[
    str,
    Field(
        max_length=MAX_CONTENT_TYPE_CHARACTERS,
        json_schema_extra={"pattern": f"^{_MEDIA_TYPE}$"},
    ),
    AfterValidator(_content_type),
]
FileName = Annotated[
    str,
    Field(min_length=1, max_length=MAX_NAME_CHARACTERS, json_schema_extra=PLAIN_PATTERN),
    AfterValidator(_file_name),
]
Metadata = Annotated[
    dict[MetadataKey, MetadataValue],
    Field(max_length=MAX_METADATA_KEYS, json_schema_extra={"additionalProperties": False}),
    AfterValidator(_bounded),
]
Relay = Annotated[RelayMode, Strict(strict=False)]
CallbackUrl = Annotated[str, Field(max_length=MOST_URL_CHARACTERS, pattern="^https://")]
ChunkBytes = Annotated[int, Field(ge=1, le=MAX_BIGINT)]
Seconds = Annotated[int, Field(ge=1, le=MAX_INDEX)]
