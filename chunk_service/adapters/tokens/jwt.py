"""JWT of the main service: one algorithm, from our settings, and keys from where those say.

Nothing in a token's header chooses anything but one of these keys: `alg` must be ours, `kid` is a
name to look up, `jku`, `x5u`, `x5c` and `jwk` are never followed. PyJWT checks header and signature
and refuses what it does not understand (`crit`, `b64`); the claims are read by `claims.py`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final, Protocol, cast

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from chunk_service.adapters.tokens.claims import Claims
from chunk_service.adapters.tokens.key_sets import PublicKey
from chunk_service.domain.errors import Unauthorized

_NOT_A_JWT: Final = "The token is not a JWT that can be read here."
_UNKNOWN_KEY: Final = "The token is signed with a key that is not known here."
_BAD_SIGNATURE: Final = "The token's signature is not valid."
# All that PyJWT would say of claims: it takes "12" and true for a time.
_SIGNATURE_ONLY: Final[jwt.types.Options] = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


class KeySource(Protocol):
    async def with_id(self, key_id: str | None) -> Sequence[PublicKey]:
        """The keys of that name, or those that a token may mean that names none."""
        ...


@dataclass(frozen=True, slots=True)
class OwnKey:
    """The key from our settings, however tokens call it."""

    key: PublicKey

    @classmethod
    def from_pem(cls, pem: str) -> "OwnKey":
        # Settings saw to its kind.
        return cls(cast("PublicKey", load_pem_public_key(pem.encode())))

    async def with_id(self, _key_id: str | None) -> Sequence[PublicKey]:
        return (self.key,)


@dataclass(frozen=True, slots=True)
class JwtVerifier:
    """`sources` are asked in turn; a later one only where no key before it has signed."""

    sources: Sequence[KeySource]
    algorithm: str

    def takes(self, _token: str) -> bool:
        return True

    async def claims(self, token: str) -> Claims:
        key_id = self._key_id(token)
        refusal = _UNKNOWN_KEY
        for source in self.sources:
            for key in await source.with_id(key_id):
                with suppress(jwt.InvalidSignatureError):
                    return self._signed_claims(token, key)
                refusal = _BAD_SIGNATURE
        raise Unauthorized(refusal)

    def _key_id(self, token: str) -> str | None:
        with _translated():
            header = jwt.get_unverified_header(token)
        if header.get("alg") != self.algorithm:
            raise Unauthorized(f"The token must be signed with {self.algorithm}.")
        return header.get("kid")

    def _signed_claims(self, token: str, key: PublicKey) -> Claims:
        with _translated():
            claims: Claims = jwt.decode(
                token, key, algorithms=[self.algorithm], options=_SIGNATURE_ONLY
            )
            return claims


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except jwt.InvalidSignatureError:
        raise
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise Unauthorized(_NOT_A_JWT) from None
