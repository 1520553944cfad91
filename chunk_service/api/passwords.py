"""A share's password as it is given: by Basic (RFC 7617), as a form, or as JSON.

What is no password at all is none that was given; it never says why.
"""

import base64
import binascii
import re
from typing import Final
from urllib.parse import parse_qsl

from pydantic import ValidationError
from starlette.requests import Request

from chunk_service.api.bodies import read_body
from chunk_service.api.context import context_of
from chunk_service.api.json_bodies import read_model
from chunk_service.api.share_requests import PasswordRequest
from chunk_service.domain.errors import MalformedRequest, ValidationFailed
from chunk_service.domain.files import text_fault

FORM: Final = "application/x-www-form-urlencoded"
MOST_FIELDS: Final = 16

_BASIC = re.compile(r"basic +([A-Za-z0-9+/]+=*)", re.IGNORECASE)


def password_in_header(request: Request) -> str | None:
    """Whatever the user is called. Other schemes are not for us: a token may come along."""
    given = request.headers.getlist("authorization")
    found = _BASIC.fullmatch(given[0].strip()) if len(given) == 1 else None
    if found is None:
        return None
    try:
        credentials = base64.b64decode(found[1], validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    password = credentials.partition(":")[2]
    return None if text_fault(password) else password


async def password_in_body(request: Request) -> str:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM:
        return (await read_model(request, PasswordRequest)).password
    limits = context_of(request.scope).limits
    body = await read_body(request, most_bytes=limits.max_json_bytes)
    given = [value for name, value in _fields(body) if name == "password"]
    if len(given) != 1:
        raise ValidationFailed("The form must have one field password.")
    return _checked(given[0])


def _fields(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise MalformedRequest("The form could not be read.") from None


def _checked(password: str) -> str:
    try:
        return PasswordRequest(password=password).password
    except ValidationError:
        raise ValidationFailed("password: is none that a share can have.") from None
