"""Where a page of files ended, as a word that clients hand back unread.

It says nothing that the page did not say, and finds nothing that its bearer may not see, so it is
not signed; what is none of ours is refused.
"""

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from chunk_service.domain.errors import ValidationFailed
from chunk_service.domain.library import StoredFileId
from chunk_service.usecases.find_files import Place

CURSOR_PATTERN: Final = "^[A-Za-z0-9_-]{32}$"
_CURSOR = re.compile(CURSOR_PATTERN[1:-1])
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def write_cursor(place: Place) -> str:
    microseconds = (place.created_at - _EPOCH) // _MICROSECOND
    written = microseconds.to_bytes(8, "big", signed=True) + place.id.bytes
    return base64.urlsafe_b64encode(written).decode("ascii")


def read_cursor(text: str) -> Place:
    try:
        written = base64.urlsafe_b64decode(text) if _CURSOR.fullmatch(text) else b""
        microseconds = int.from_bytes(written[:8], "big", signed=True)
        created_at = _EPOCH + microseconds * _MICROSECOND
        return Place(created_at, StoredFileId(UUID(bytes=written[8:])))
    except (binascii.Error, OverflowError, ValueError) as error:
        raise ValidationFailed("The cursor is none that was given here.") from error
