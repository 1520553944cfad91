"""From the claims of a verified token to a Principal, for every kind of token alike.

The signature was checked before. What it covers is read strictly, since libraries are lenient where
JSON is: `true` is not a number, "12" is not a time, null is no text.
Times: RFC 7519, 4.1.4 to 4.1.6. Scopes: RFC 8693, 4.2; some issuers call the claim `scp`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from chunk_service.domain.errors import Unauthorized
from chunk_service.domain.principals import (
    EVERYDAY,
    OWNER_MAX_CHARACTERS,
    Principal,
    Scope,
    is_plain_text,
)

Claims = Mapping[str, object]
FILE_ID_MAX_CHARACTERS = 128
_REQUIRED = ("exp", "aud", "iss", "sub")
_SCOPES = ("scope", "scp")
_MAX_SCOPES = 64
_LATEST_TIME = 2**53


@dataclass(frozen=True, slots=True)
class Validity:
    """When a token may be used, in Unix seconds."""

    begins: float
    ends: float

    def check(self, now: float, *, leeway_seconds: float) -> None:
        if now >= self.ends + leeway_seconds:
            raise Unauthorized("The token has expired.")
        if now < self.begins - leeway_seconds:
            raise Unauthorized("The token is not valid yet (nbf or iat lies in the future).")


def check_addressed(claims: Claims, *, issuer: str, audience: str) -> None:
    """Unauthorized where a claim is missing that must be there, or the token is for others."""
    for name in _REQUIRED:
        if name not in claims:
            raise Unauthorized(f"The token lacks the claim '{name}'.")
    if claims["iss"] != issuer:
        raise Unauthorized("The token's issuer ('iss') is not the expected one.")
    given = claims["aud"]
    audiences = given if isinstance(given, list) else [given]
    if audience not in audiences or not all(isinstance(each, str) for each in audiences):
        raise Unauthorized("The token's audience ('aud') is not this service.")


def validity_of(claims: Claims) -> Validity:
    starts = [_time(claims, name) for name in ("nbf", "iat") if name in claims]
    return Validity(begins=max(starts, default=0.0), ends=_time(claims, "exp"))


def principal_of(claims: Claims) -> Principal:
    return Principal(
        owner=_owner(claims),
        file_id=_file_id(claims),
        scopes=_scopes(claims),
        email=_email(claims),
    )


def _time(claims: Claims, name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        value = math.nan
    # The comparison also refuses NaN and infinity, which Python's JSON lets through.
    if not abs(value) < _LATEST_TIME:
        raise Unauthorized(f"The token's claim '{name}' must be a time in Unix seconds.")
    return float(value)


def _owner(claims: Claims) -> str:
    owner = claims.get("sub")
    if not isinstance(owner, str) or not is_plain_text(owner, max_characters=OWNER_MAX_CHARACTERS):
        raise Unauthorized(
            "The token's claim 'sub' must be a text of 1 to "
            f"{OWNER_MAX_CHARACTERS} printable characters."
        )
    return owner


def _file_id(claims: Claims) -> str | None:
    if "file_id" not in claims:
        return None
    value = claims["file_id"]
    whole = isinstance(value, int) and not isinstance(value, bool)
    text = str(value) if whole or isinstance(value, str) else ""
    if not is_plain_text(text, max_characters=FILE_ID_MAX_CHARACTERS):
        raise Unauthorized("The token's claim 'file_id' must be a whole number or a short text.")
    return text


def _email(claims: Claims) -> str | None:
    """Where there is none that mail could reach, nobody is written to: that locks nobody out."""
    value = claims.get("email")
    if not isinstance(value, str):
        return None
    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def _scopes(claims: Claims) -> frozenset[Scope]:
    """Those that are known here: a token may carry others for others."""
    name = next((name for name in _SCOPES if name in claims), None)
    if name is None:
        return EVERYDAY
    value = claims[name]
    words = value.split(" ") if isinstance(value, str) else value
    if not isinstance(words, list) or len(words) > _MAX_SCOPES:
        raise Unauthorized(f"The token's claim '{name}' must be a text of words or a list of them.")
    if not all(isinstance(word, str) for word in words):
        raise Unauthorized(f"The token's claim '{name}' must hold texts only.")
    return frozenset(scope for scope in Scope if scope in words)
