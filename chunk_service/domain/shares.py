"""What a share is: a link to one file, for whoever has it, within limits that its owner set.

The link is its token, which is random and nowhere kept: what is stored is its hash. A hash without
salt is enough for that, since nobody can go through tokens as they could through passwords.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import NewType
from uuid import UUID

ShareId = NewType("ShareId", UUID)

TOKEN_BYTES = 24
MAX_PASSWORD_CHARACTERS = 128


class ShareState(StrEnum):
    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"
    USED_UP = "used_up"


@dataclass(frozen=True, slots=True)
class Share:
    """Without `expires_at` or `max_downloads` there is no such limit; `downloads` were granted."""

    id: ShareId
    has_password: bool
    expires_at: datetime | None
    max_downloads: int | None
    downloads: int
    created_at: datetime
    revoked_at: datetime | None

    def state(self, at: datetime) -> ShareState:
        if self.revoked_at is not None:
            return ShareState.REVOKED
        if self.expires_at is not None and self.expires_at <= at:
            return ShareState.EXPIRED
        if self.max_downloads is not None and self.downloads >= self.max_downloads:
            return ShareState.USED_UP
        return ShareState.ACTIVE


def hash_token(token: str) -> bytes:
    return sha256(token.encode()).digest()


def as_composed(password: str) -> str:
    """The same for all ways in which keyboards put one character together (RFC 8265, 4.2)."""
    return unicodedata.normalize("NFC", password)
