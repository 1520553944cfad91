"""What a client says besides its body: Content-Type, Prefer (RFC 7240), Idempotency-Key."""

import re

from starlette.requests import Request

from chunk_service.domain.errors import MalformedRequest

RESPOND_ASYNC = "respond-async"
MAX_KEY_CHARACTERS = 255

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def content_type(request: Request) -> str | None:
    given = request.headers.getlist("content-type")
    if len(given) > 1:
        raise MalformedRequest("More than one Content-Type was sent.")
    return given[0] if given else None


def prefers_async(request: Request) -> bool:
    preferences = ",".join(request.headers.getlist("prefer")).split(",")
    return any(
        preference.partition(";")[0].strip().lower() == RESPOND_ASYNC for preference in preferences
    )


def idempotency_key(request: Request) -> str | None:
    """The key as it was sent, quotes and all: it is compared, never read."""
    given = request.headers.getlist("idempotency-key")
    if not given:
        return None
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        raise MalformedRequest(
            f"Idempotency-Key must be one value of 1 to {MAX_KEY_CHARACTERS} visible characters."
        )
    return given[0]
