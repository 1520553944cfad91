"""Secrets that sign events, as they are written: `whsec_` and the base64 of 24 to 64 bytes.

While one is being replaced there are several, separated by blanks or commas; each of them signs.
"""

import base64
import binascii
import re

_PREFIX = "whsec_"
_BETWEEN = re.compile(r"[\s,]+")


def split_secrets(text: str) -> tuple[str, ...]:
    """ValueError where one of them cannot sign; never with the secret in it."""
    secrets = tuple(part for part in _BETWEEN.split(text) if part)
    if not secrets:
        raise ValueError("is empty; expected whsec_ followed by the base64 of 24 to 64 bytes")
    for secret in secrets:
        check_secret(secret)
    return secrets


def check_secret(text: str) -> None:
    try:
        size_bytes = len(base64.b64decode(text.removeprefix(_PREFIX), validate=True))
    except (binascii.Error, ValueError):
        size_bytes = 0
    if not text.startswith(_PREFIX) or not 24 <= size_bytes <= 64:
        raise ValueError("expected whsec_ followed by the base64 of 24 to 64 bytes")
