"""What is read of a receiver's answer: its status, a bounded beginning, when to come again."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

MOST_ANSWER_BYTES = 64 * 1024
EXCERPT_CHARACTERS = 1000
MOST_SECONDS_DIGITS = 9


async def excerpt_of(response: httpx.Response) -> str:
    """Its beginning as text that the database takes; what comes after is not read."""
    begun = bytearray()
    async for piece in response.aiter_raw():
        begun += piece
        if len(begun) >= MOST_ANSWER_BYTES:
            break
    text = begun.decode("utf-8", "replace")
    return text[:EXCERPT_CHARACTERS].replace("\0", "\N{REPLACEMENT CHARACTER}")


def retry_after(value: str | None) -> timedelta | None:
    """Seconds or an HTTP date (RFC 9110, 10.2.3); None where it is neither."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return timedelta(seconds=int(value[:MOST_SECONDS_DIGITS]))
    try:
        return parsedate_to_datetime(value) - datetime.now(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
