"""The one accepted spelling of ids and numbers that come as text, in a path or a form.

Parsers are generous (`UUID("{...}")`, `int("+1_0")`); two spellings of one id would be two lock
names, two log values, two cache keys.
"""

import re
from uuid import UUID

from starlette.requests import Request

from chunk_service.api.request_record import record_of
from chunk_service.domain.errors import NotFound, ValidationFailed
from chunk_service.domain.uploads import UploadId

MAX_INDEX = 2**31 - 1

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")


def parse_uuid(text: str) -> UUID:
    """ValueError for anything but 36 lower-case characters with hyphens."""
    if not _UUID.fullmatch(text):
        raise ValueError("must be an id as it was given")
    return UUID(text)


def parse_upload_id(text: str) -> UploadId:
    try:
        return UploadId(parse_uuid(text))
    except ValueError:
        raise ValueError("must be an upload_session_id as init gave it") from None


def parse_index(text: str) -> int:
    """ValueError for signs, leading zeros, other digits than ASCII, and numbers beyond 31 bits."""
    if not _NUMBER.fullmatch(text) or int(text) > MAX_INDEX:
        raise ValueError("must be a whole number from 0, without sign or leading zeros")
    return int(text)


def upload_id_of(request: Request) -> UploadId:
    """The path's upload; an id that no upload can have is one that there is not."""
    try:
        upload_id = parse_upload_id(request.path_params["upload_session_id"])
    except ValueError as error:
        raise NotFound("There is no such upload.") from error
    record_of(request.scope).upload_id = str(upload_id)
    return upload_id


def index_of(request: Request) -> int:
    try:
        return parse_index(request.path_params["index"])
    except ValueError as error:
        raise ValidationFailed(f"The chunk's index {error}.") from error
