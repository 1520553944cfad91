"""JWT of the main service: one key, one algorithm, both from our settings.

Nothing in a token's header chooses anything: `alg` must be ours, `kid`, `jku`, `x5u` and `jwk` are
never followed. PyJWT checks header, signature, issuer and audience, and refuses what it does not
understand (`crit`, `b64`); the other claims are read by `claims.py`. Messages tell the client what
is wrong and never repeat the token.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from chunk_service.adapters.tokens.claims import Claims, principal_of, validity_of
from chunk_service.adapters.tokens.verified import VerifiedToken, VerifiedTokens
from chunk_service.domain.errors import Unauthorized
from chunk_service.domain.principals import Principal

TOKEN_MAX_CHARACTERS: Final = 8192
_REQUIRED: Final = ["exp", "aud", "iss", "sub"]
_KEPT_TOKENS: Final = 1024
_NOT_A_JWT: Final = "The token is not a JWT that can be read here."


class JwtReader:
    def __init__(
        self,
        *,
        public_key_pem: str,
        algorithm: str,
        issuer: str,
        audience: str,
        leeway_seconds: float = 0.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        # Loaded once: given the PEM, PyJWT would parse it for every token.
        self._key = load_pem_public_key(public_key_pem.encode())
        self._algorithm = algorithm
        self._issuer = issuer
        self._audience = audience
        self._leeway_seconds = leeway_seconds
        self._clock = clock
        self._verified = VerifiedTokens(capacity=_KEPT_TOKENS)

    def read(self, token: str) -> Principal:
        """Who bears this token; Unauthorized says why it is not accepted."""
        if len(token) > TOKEN_MAX_CHARACTERS:
            raise Unauthorized(f"The token is longer than {TOKEN_MAX_CHARACTERS} characters.")
        if not token.isascii():
            raise Unauthorized(_NOT_A_JWT)
        verified = self._verified.get(token) or self._verify(token)
        try:
            verified.validity.check(self._clock(), leeway_seconds=self._leeway_seconds)
        except Unauthorized:
            self._verified.forget(token)
            raise
        return verified.principal

    def _verify(self, token: str) -> VerifiedToken:
        with _translated(self._algorithm):
            claims = self._signed_claims(token)
        verified = VerifiedToken(principal_of(claims), validity_of(claims))
        self._verified.keep(token, verified)
        return verified

    def _signed_claims(self, token: str) -> Claims:
        # Times are read by claims.py: PyJWT takes "12" and true for a time.
        options: jwt.types.Options = {
            "require": _REQUIRED,
            "verify_exp": False,
            "verify_nbf": False,
            "verify_iat": False,
            "verify_sub": False,
            "verify_jti": False,
        }
        claims: dict[str, object] = jwt.decode(
            token,
            self._key,  # type: ignore[arg-type]  # of a kind that fits: settings saw to it
            algorithms=[self._algorithm],
            issuer=self._issuer,
            audience=self._audience,
            options=options,
        )
        return claims


@contextmanager
def _translated(algorithm: str) -> Iterator[None]:
    try:
        yield
    except jwt.MissingRequiredClaimError as error:
        raise Unauthorized(f"The token lacks the claim '{error.claim}'.") from None
    except jwt.InvalidIssuerError:
        raise Unauthorized("The token's issuer ('iss') is not the expected one.") from None
    except jwt.InvalidAudienceError:
        raise Unauthorized("The token's audience ('aud') is not this service.") from None
    except jwt.InvalidSignatureError:
        raise Unauthorized("The token's signature is not valid.") from None
    except jwt.InvalidAlgorithmError:
        raise Unauthorized(f"The token must be signed with {algorithm}.") from None
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise Unauthorized(_NOT_A_JWT) from None
