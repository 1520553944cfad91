"""Whose tokens are believed: the main service's public keys and what its tokens must say."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo, field_validator

from chunk_service.settings.group import SettingsGroup, setting
from chunk_service.settings.public_keys import (
    JwtAlgorithm,
    check_key_fits,
    ed25519_pem,
    normalised_pem,
)
from chunk_service.settings.quantities import Duration
from chunk_service.settings.urls import guarded_url

_KEY_FILE = "main_service_jwt_public_key_file"
_KEY = "main_service_jwt_public_key"
_OTHER_KEYS = ("main_service_jwks_url", "paseto_public_key")


class TokenContentSettings(SettingsGroup):
    """What tokens must say: all that minting one needs to know."""

    jwt_algorithm: JwtAlgorithm = setting(
        "The one algorithm that tokens are signed with; the key must be of its kind. "
        "What a token's header asks for is never followed.",
        default="RS256",
    )
    expected_jwt_issuer: str = setting(
        "Tokens must carry exactly this `iss`.", example="main-service", min_length=1
    )
    expected_jwt_audience: str = setting(
        "Tokens must carry this `aud` (alone or in a list).", example="chunk-service", min_length=1
    )


class TokenSettings(TokenContentSettings):
    """Tokens of the main service"""

    main_service_jwks_url: Annotated[str, AfterValidator(guarded_url)] | None = setting(
        "Where the main service publishes its public keys (a JWK Set), instead of or beside "
        "MAIN_SERVICE_JWT_PUBLIC_KEY. https; http only to this machine or a private network.",
        default=None,
        example="https://main.example.com/.well-known/jwks.json",
    )
    jwks_max_age: Duration = setting(
        "How long published keys are believed before they are fetched again. A key that is not "
        "known is looked for at once.",
        default="10m",
        ge=timedelta(seconds=10),
        le=timedelta(days=1),
    )
    jwks_stale_for: Duration = setting(
        "How much longer they are believed while they can't be fetched; afterwards tokens are "
        "answered 503.",
        default="24h",
        le=timedelta(days=7),
    )
    paseto_public_key: Annotated[str, AfterValidator(ed25519_pem)] | None = setting(
        "The Ed25519 key of PASETO tokens (v4.public), in PEM or as PASERK. They must say the same "
        "as JWTs, and may take their place.",
        default=None,
        example="k4.public....",
        unset="PASETO tokens are refused",
    )
    main_service_jwt_public_key_file: Path | None = setting(
        "A file with the public key in PEM. Set this or MAIN_SERVICE_JWT_PUBLIC_KEY, not both.",
        default=None,
        unset="MAIN_SERVICE_JWT_PUBLIC_KEY is read",
    )
    main_service_jwt_public_key: str = setting(
        "The public key in PEM by which tokens are verified; line breaks may be written `\\n`. "
        "Set this or MAIN_SERVICE_JWT_PUBLIC_KEY_FILE, not both.",
        default="",
        example='"-----BEGIN PUBLIC KEY-----\\n...\\n-----END PUBLIC KEY-----"',
        unset="MAIN_SERVICE_JWT_PUBLIC_KEY_FILE is read, or MAIN_SERVICE_JWKS_URL asked",
    )
    jwt_leeway_seconds: int = setting(
        "How far the clocks of the two services may be apart when `exp`, `nbf` and `iat` are read.",
        default=10,
        ge=0,
        le=300,
    )

    @field_validator(_KEY_FILE)
    @classmethod
    def _file_holds_a_key(cls, path: Path | None) -> Path | None:
        if path is not None:
            normalised_pem(_text_of(path))
        return path

    @field_validator(_KEY)
    @classmethod
    def _key_from_one_place(cls, pem: str, info: ValidationInfo) -> str:
        if not {_KEY_FILE, *_OTHER_KEYS} <= info.data.keys():
            return pem
        path: Path | None = info.data[_KEY_FILE]
        if pem and path:
            raise ValueError("set this or MAIN_SERVICE_JWT_PUBLIC_KEY_FILE, not both")
        if pem or path:
            return _checked(_text_of(path) if path else pem, info.data.get("jwt_algorithm"))
        if all(info.data[name] is None for name in _OTHER_KEYS):
            raise ValueError(
                "is missing; set this, MAIN_SERVICE_JWT_PUBLIC_KEY_FILE, MAIN_SERVICE_JWKS_URL "
                "or PASETO_PUBLIC_KEY"
            )
        return pem


def _checked(pem: str, algorithm: JwtAlgorithm | None) -> str:
    key = normalised_pem(pem)
    if algorithm is not None:
        check_key_fits(key, algorithm)
    return key


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise ValueError("the file cannot be read as a PEM text") from None
