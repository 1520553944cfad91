"""Minting a PASETO v4.public for development, as a main service that prefers them would."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pyseto


def mint_paseto(*, private_key_pem: bytes, claims: Mapping[str, str | int], ttl: timedelta) -> str:
    """A token with `claims`, `iat` and `exp`; ValueError when the key cannot sign one."""
    issued = datetime.now(UTC).replace(microsecond=0)
    times = {"iat": issued.isoformat(), "exp": (issued + ttl).isoformat()}
    try:
        key = pyseto.Key.new(version=4, purpose="public", key=private_key_pem)
        return pyseto.encode(key, {**claims, **times}).decode()
    except (ValueError, TypeError, pyseto.PysetoError):
        raise ValueError("expected a private Ed25519 key in PEM, not encrypted") from None
