"""A JWK Set (RFC 7517) as the public keys in it that can verify our tokens.

A set is for all that its publisher signs: what is of another kind, for another use or not
readable is passed over. A published private or shared key is nobody's secret, so it is none here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey | Ed448PublicKey
_SMALLEST_RSA_BITS: Final = 2048
_MOST_KEYS: Final = 100


class UnreadableKeySetError(Exception):
    """What came is no JWK Set; the message says why, and nothing of its content."""


@dataclass(frozen=True, slots=True)
class KeySet:
    keys: Sequence[tuple[str | None, PublicKey]] = ()

    def with_id(self, key_id: str | None) -> Sequence[PublicKey]:
        """Several where the set has one name twice; for a token without a name, the only key."""
        if key_id is None:
            return [key for _, key in self.keys] if len(self.keys) == 1 else []
        return [key for name, key in self.keys if name == key_id]


def read_key_set(text: bytes, *, algorithm: str) -> KeySet:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableKeySetError("it is not JSON") from None
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise UnreadableKeySetError("it has no list 'keys'")
    if len(entries) > _MOST_KEYS:
        raise UnreadableKeySetError(f"it has more than {_MOST_KEYS} keys")
    found = [(_name(entry), _key(entry, algorithm)) for entry in entries if _fits(entry, algorithm)]
    return KeySet([(name, key) for name, key in found if key is not None])


def _fits(entry: object, algorithm: str) -> bool:
    return (
        isinstance(entry, dict)
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", algorithm) == algorithm
        and "verify" in _operations(entry)
    )


def _operations(entry: Mapping[str, object]) -> Sequence[object]:
    operations = entry.get("key_ops", ["verify"])
    return operations if isinstance(operations, list) else []


def _name(entry: Mapping[str, object]) -> str | None:
    name = entry.get("kid")
    return name if isinstance(name, str) else None


def _key(entry: dict[str, object], algorithm: str) -> PublicKey | None:
    try:
        found = jwt.PyJWK(entry, algorithm)
        # Here the curve is judged too.
        key = found.Algorithm.prepare_key(found.key)
    except jwt.PyJWTError:
        return None
    if not isinstance(key, PublicKey):
        return None
    return None if isinstance(key, RSAPublicKey) and key.key_size < _SMALLEST_RSA_BITS else key
