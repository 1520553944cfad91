"""Tokens as the main service signs them, with a key pair that lives for one run of the tests."""

from datetime import timedelta
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chunk_service.cli.token import sign_token

ISSUER = "main-service"
AUDIENCE = "chunk-service"


@cache
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def public_key_pem() -> str:
    form = PublicFormat.SubjectPublicKeyInfo
    return private_key().public_key().public_bytes(Encoding.PEM, form).decode()


def token(owner: str, **claims: str | int) -> str:
    """A good token of that owner, with more claims where they are given."""
    return token_for(timedelta(hours=1), owner, **claims)


def token_for(ttl: timedelta, owner: str, /, **claims: str | int) -> str:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": owner, **claims}
    return sign_token(private_key(), claims=claims, ttl=ttl)
