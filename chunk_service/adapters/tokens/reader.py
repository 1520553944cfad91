"""Bearer tokens of every kind that is configured, read to the Principal they speak for.

Whose signature it is the verifiers decide, one for each kind of token; what the claims come to is
the same for all. Messages tell the client what is wrong and never repeat the token.
"""

import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from chunk_service.adapters.tokens.claims import (
    Claims,
    check_addressed,
    principal_of,
    validity_of,
)
from chunk_service.adapters.tokens.verified import VerifiedToken, VerifiedTokens
from chunk_service.domain.errors import Unauthorized
from chunk_service.domain.principals import Principal

TOKEN_MAX_CHARACTERS: Final = 8192
_KEPT_TOKENS: Final = 1024
# A key that is withdrawn is believed that much longer.
_KEPT_SECONDS: Final = 60.0
_OTHER_KIND: Final = "The token is of a kind that is not read here."


class Verifier(Protocol):
    def takes(self, token: str) -> bool:
        """Whether the token is of this kind, by its form."""
        ...

    async def claims(self, token: str) -> Claims:
        """What the main service signed; Unauthorized where it did not.

        KeysUnavailable where that cannot be said now.
        """
        ...


class TokenReader:
    def __init__(
        self,
        verifiers: Sequence[Verifier],
        *,
        issuer: str,
        audience: str,
        leeway_seconds: float = 0.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._verifiers = verifiers
        self._issuer = issuer
        self._audience = audience
        self._leeway_seconds = leeway_seconds
        self._clock = clock
        self._verified = VerifiedTokens(capacity=_KEPT_TOKENS, kept_seconds=_KEPT_SECONDS)

    async def read(self, token: str) -> Principal:
        """Who bears this token; Unauthorized says why it is not accepted."""
        if len(token) > TOKEN_MAX_CHARACTERS:
            raise Unauthorized(f"The token is longer than {TOKEN_MAX_CHARACTERS} characters.")
        if not token.isascii():
            raise Unauthorized(_OTHER_KIND)
        verified = self._verified.get(token) or await self._verify(token)
        try:
            verified.validity.check(self._clock(), leeway_seconds=self._leeway_seconds)
        except Unauthorized:
            self._verified.forget(token)
            raise
        return verified.principal

    async def _verify(self, token: str) -> VerifiedToken:
        claims = await self._verifier(token).claims(token)
        check_addressed(claims, issuer=self._issuer, audience=self._audience)
        verified = VerifiedToken(principal_of(claims), validity_of(claims))
        self._verified.keep(token, verified)
        return verified

    def _verifier(self, token: str) -> Verifier:
        for verifier in self._verifiers:
            if verifier.takes(token):
                return verifier
        raise Unauthorized(_OTHER_KIND)
