"""How a moment is spelled in every answer: RFC 3339, UTC, milliseconds, `Z`."""

from datetime import UTC, datetime


def as_rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
