"""How a moment is spelled: by RFC 3339; in every answer in UTC, with milliseconds and `Z`."""

import re
from datetime import UTC, datetime

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def as_rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """ValueError for what is no moment, or is none in UTC: 0001-01-01T00:00:00+01:00."""
    if not _INSTANT.fullmatch(text):
        raise ValueError("must be a moment by RFC 3339")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must be a moment of the years 1 to 9999") from error
