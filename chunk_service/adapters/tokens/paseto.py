"""PASETO v4.public of the main service: Ed25519 by pyseto, and the claims of a JWT.

Version and purpose are part of what is signed and there is one key, so a token can choose nothing.
Footers are covered by the signature and otherwise ignored, there is no implicit assertion. Times
are texts by RFC 3339 here; they are handed on as the Unix seconds that `claims.py` reads.
"""

import json
import re
from contextlib import suppress
from datetime import datetime
from typing import Final, cast

import pyseto

from chunk_service.adapters.tokens.claims import Claims
from chunk_service.domain.errors import Unauthorized

_ANY_PASETO: Final = re.compile(r"v[0-9]+\.")
_OURS: Final = "v4.public."
_TIMES: Final = ("exp", "nbf", "iat")
_RFC_3339: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE
)
_NOT_A_PASETO: Final = "The token is not a PASETO that can be read here."


class PasetoVerifier:
    def __init__(self, public_key_pem: str) -> None:
        self._key = pyseto.Key.new(version=4, purpose="public", key=public_key_pem)

    def takes(self, token: str) -> bool:
        return _ANY_PASETO.match(token) is not None

    async def claims(self, token: str) -> Claims:
        if not token.startswith(_OURS):
            raise Unauthorized("Of PASETO only v4.public is read here.")
        claims = self._signed_claims(token)
        times = {name: _unix_seconds(name, claims[name]) for name in _TIMES if name in claims}
        return {**claims, **times}

    def _signed_claims(self, token: str) -> Claims:
        try:
            # Bytes, since it is told of no deserializer: that would judge claims its own way.
            signed = cast("bytes", pyseto.decode(self._key, token).payload)
            claims = json.loads(signed)
        except pyseto.VerifyError:
            raise Unauthorized("The token's signature is not valid.") from None
        except (ValueError, RecursionError):
            raise Unauthorized(_NOT_A_PASETO) from None
        if not isinstance(claims, dict):
            raise Unauthorized(_NOT_A_PASETO)
        return claims


def _unix_seconds(name: str, value: object) -> float:
    if isinstance(value, str) and _RFC_3339.fullmatch(value):
        with suppress(ValueError):
            return datetime.fromisoformat(value.upper()).timestamp()
    raise Unauthorized(f"The token's claim '{name}' must be a time by RFC 3339.")
