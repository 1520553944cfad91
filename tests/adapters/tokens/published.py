"""What a main service publishes: key pairs with names, as a JWK Set, and tokens signed by them."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from tests.doubles import http


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


@dataclass(frozen=True)
class NamedKey:
    name: str
    private: rsa.RSAPrivateKey = field(default_factory=_new_key)

    @property
    def jwk(self) -> dict[str, Any]:
        public = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**public, "kid": self.name, "use": "sig", "alg": "RS256"}

    def token(self, **changes: object) -> str:
        """Good for a minute; `kid` changes the key's name in the header, `...` takes one away."""
        name = changes.pop("kid", self.name)
        claims = {"iss": "main", "aud": "chunks", "sub": "alice", "exp": time.time() + 60}
        headers = {} if name is ... else {"kid": name}
        return jwt.encode(claims | changes, self.private, algorithm="RS256", headers=headers)


def key_set(*entries: object) -> bytes:
    return json.dumps({"keys": entries}).encode()


def published(*keys: NamedKey) -> http.Answer:
    return http.Answer(200, body=key_set(*(key.jwk for key in keys)))
