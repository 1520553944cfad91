"""`chunk-service token`: a token for development, signed as the main service would.

The service itself only ever has the public key; whoever has the private one is the main service.
"""

import time
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Protocol

import jwt
import typer
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chunk_service.cli.endings import MISUSED, end, settings_checked
from chunk_service.domain.principals import Scope
from chunk_service.settings.loading import load_group
from chunk_service.settings.quantities import parse_duration
from chunk_service.settings.tokens import TokenContentSettings


class Mint(Protocol):
    def __call__(
        self, *, private_key_pem: bytes, claims: Mapping[str, str | int], ttl: timedelta
    ) -> str: ...


_UNFIT = "expected an RSA, P-256 or Ed25519 key"
_SCOPE = f"Scopes, separated by blanks: {', '.join(Scope)}. Without: all but {Scope.ADMIN}."


def token(
    *,
    key: Annotated[Path, typer.Option(help="The private key, a PEM file.", dir_okay=False)],
    sub: Annotated[str, typer.Option(help="The owner that the token stands for.")] = "developer",
    file_id: Annotated[
        str | None, typer.Option(help="Bind the token to this main_service_file_id.")
    ] = None,
    ttl: Annotated[str, typer.Option(help="How long it is valid: 90, 15m, 24h, 7d.")] = "1h",
    scope: Annotated[str | None, typer.Option(help=_SCOPE)] = None,
    paseto: Annotated[
        bool, typer.Option("--paseto", help="A PASETO v4.public instead of a JWT (Ed25519).")
    ] = False,
    issuer: Annotated[str | None, typer.Option(help="Instead of EXPECTED_JWT_ISSUER.")] = None,
    audience: Annotated[str | None, typer.Option(help="Instead of EXPECTED_JWT_AUDIENCE.")] = None,
) -> None:
    """Mint a token for development and print it.

    Issuer and audience come from the settings (environment or .env), the algorithm follows from
    the kind of the key. For example:

    curl -H "Authorization: Bearer $(chunk-service token --key dev.pem --sub alice)" ...
    """
    expected = _expected(issuer, audience)
    claims = {
        "iss": expected.expected_jwt_issuer,
        "aud": expected.expected_jwt_audience,
        "sub": sub,
        "file_id": file_id,
        "scope": scope,
    }
    mint = _paseto() if paseto else partial(mint_token, rsa_algorithm=expected.jwt_algorithm)
    typer.echo(_minted(mint, key, claims=claims, ttl=ttl))


def mint_token(
    *,
    private_key_pem: bytes,
    claims: Mapping[str, str | int],
    ttl: timedelta,
    rsa_algorithm: str = "RS256",
) -> str:
    """A JWT as of `sign_token`, by a key in PEM; ValueError when that cannot sign one."""
    key = _loaded(private_key_pem)
    return sign_token(key, claims=claims, ttl=ttl, rsa_algorithm=rsa_algorithm)


def sign_token(
    key: PrivateKeyTypes,
    *,
    claims: Mapping[str, str | int],
    ttl: timedelta,
    rsa_algorithm: str = "RS256",
) -> str:
    """A JWT with `claims`, `iat` and `exp`; ValueError when the key is of no kind that signs."""
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey):
        raise ValueError(_UNFIT)
    issued = int(time.time())
    times = {"iat": issued, "exp": issued + int(ttl.total_seconds())}
    try:
        return jwt.encode({**claims, **times}, key, algorithm=_algorithm(key, rsa_algorithm))
    except (jwt.PyJWTError, TypeError):
        raise ValueError(_UNFIT) from None


def _expected(issuer: str | None, audience: str | None) -> TokenContentSettings:
    options = {"expected_jwt_issuer": issuer, "expected_jwt_audience": audience}
    with settings_checked():
        given = {name: text for name, text in options.items() if text}
        return load_group(TokenContentSettings, given=given)


def _paseto() -> Mint:
    from chunk_service.cli.paseto_token import mint_paseto

    return mint_paseto


def _minted(mint: Mint, key: Path, *, claims: dict[str, str | None], ttl: str) -> str:
    try:
        return mint(
            private_key_pem=key.read_bytes(),
            claims={name: text for name, text in claims.items() if text is not None},
            ttl=parse_duration(ttl),
        )
    except (OSError, ValueError) as error:
        end(str(error), code=MISUSED)


def _loaded(private_key_pem: bytes) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(private_key_pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("expected a private key in PEM, not encrypted") from None


def _algorithm(
    key: RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey, rsa_algorithm: str
) -> str:
    if isinstance(key, RSAPrivateKey):
        return rsa_algorithm if rsa_algorithm.startswith("RS") else "RS256"
    return "ES256" if isinstance(key, EllipticCurvePrivateKey) else "EdDSA"
