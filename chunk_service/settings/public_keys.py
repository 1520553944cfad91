"""Whether a PEM is a public key that fits the tokens' algorithm.

Asked once at start, so that a wrong key is a message at start and not a 401 for every request.
Nothing here repeats the key: what was pasted may be a private one by mistake.
"""

import re
from base64 import urlsafe_b64decode
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

JwtAlgorithm = Literal["RS256", "RS384", "RS512", "ES256", "EdDSA"]
_SMALLEST_RSA_BITS = 2048
# https://github.com/paseto-standard/paserk: 32 bytes in base64url.
_PASERK = re.compile(r"k4\.public\.([A-Za-z0-9_-]{43})")


def normalised_pem(text: str) -> str:
    """The PEM with real line breaks, checked to be a public key. ValueError otherwise."""
    pem = text.replace("\\n", "\n").replace("\r\n", "\n").strip() + "\n"
    _loaded(pem)
    return pem


def check_key_fits(pem: str, algorithm: JwtAlgorithm) -> None:
    key = _loaded(pem)
    if algorithm == "ES256":
        fits = isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)
    elif algorithm == "EdDSA":
        fits = isinstance(key, Ed25519PublicKey | Ed448PublicKey)
    else:
        fits = isinstance(key, RSAPublicKey)
    if not fits:
        raise ValueError(f"{algorithm} needs {_NEEDED[algorithm]}; the public key is another kind")


def ed25519_pem(text: str) -> str:
    """The PEM of an Ed25519 key that is given in PEM or as PASERK. ValueError otherwise."""
    pem = _of_paserk(text) if text.startswith("k4.") else normalised_pem(text)
    if not isinstance(_loaded(pem), Ed25519PublicKey):
        raise ValueError("PASETO v4.public needs an Ed25519 key; the public key is another kind")
    return pem


def _of_paserk(text: str) -> str:
    found = _PASERK.fullmatch(text.strip())
    if found is None:
        raise ValueError("expected a public key as PASERK: k4.public. and 43 characters")
    key = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(found[1] + "="))
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


_NEEDED = {
    "RS256": "an RSA key",
    "RS384": "an RSA key",
    "RS512": "an RSA key",
    "ES256": "a key on the curve P-256",
    "EdDSA": "an Ed25519 or Ed448 key",
}


def _loaded(pem: str) -> PublicKeyTypes:
    if "PRIVATE KEY" in pem:
        raise ValueError("this is a private key; the service must only have the public one")
    if "BEGIN CERTIFICATE" in pem:
        raise ValueError("this is a certificate; take its key: openssl x509 -pubkey -noout")
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("expected a public key in PEM (-----BEGIN PUBLIC KEY-----)") from None
    if isinstance(key, RSAPublicKey) and key.key_size < _SMALLEST_RSA_BITS:
        raise ValueError(f"an RSA key of at least {_SMALLEST_RSA_BITS} bits is needed")
    return key
