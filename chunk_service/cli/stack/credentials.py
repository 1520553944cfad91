"""The keys of a development stack: made at its first start, the same ever after.

All of them are random and stay on this machine, in files of mode 600. The main service is played
by us, so its private key is here too: with it we sign the tokens that a client shows.
"""

import base64
import dataclasses
import json
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from chunk_service.cli.stack.secret_files import write_secret
from chunk_service.cli.token import mint_token

ISSUER = "main-service"
AUDIENCE = "chunk-service"
ALGORITHM = "RS256"
_TOKEN_LIFE = timedelta(days=30)


@dataclasses.dataclass(frozen=True, slots=True)
class StackCredentials:
    """`webhook_secret` is as Standard Webhooks spells it."""

    jwt_private_key_pem: bytes
    webhook_secret: str
    s3_access_key: str
    s3_secret_key: str

    @classmethod
    def kept_in(cls, folder: Path) -> Self:
        """Those in the folder; what is not there yet is made."""
        key_file, secrets_file = folder / "jwt-private-key.pem", folder / "credentials.json"
        if not key_file.exists():
            write_secret(key_file, _new_private_key())
        if not secrets_file.exists():
            write_secret(secrets_file, json.dumps(_new_secrets(), indent=2))
        return cls(
            jwt_private_key_pem=key_file.read_bytes(), **json.loads(secrets_file.read_text())
        )

    @property
    def jwt_public_key(self) -> str:
        """PEM."""
        private = serialization.load_pem_private_key(self.jwt_private_key_pem, password=None)
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return private.public_key().public_bytes(serialization.Encoding.PEM, form).decode()

    def token(self, subject: str) -> str:
        """A bearer token of that owner, good for a month."""
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject}
        return mint_token(private_key_pem=self.jwt_private_key_pem, claims=claims, ttl=_TOKEN_LIFE)


def _new_private_key() -> str:
    private = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _new_secrets() -> dict[str, str]:
    return {
        "webhook_secret": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "s3_access_key": secrets.token_hex(10),
        "s3_secret_key": secrets.token_hex(20),
    }
