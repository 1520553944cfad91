"""Whether a share's password was given: a few wrong guesses a minute, whoever makes them.

A guess is booked before it is judged and given back when it was right, so that guesses at the same
time count too, and the right password costs nothing. The books are rows: many replicas, or one that
is started again, allow no more guesses than one.
"""

import math
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from chunk_service.domain.errors import RateLimited, Unauthorized
from chunk_service.domain.shares import MAX_PASSWORD_CHARACTERS, ShareId, as_composed

PERIOD = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class GuessLimit:
    """So many at once, and so many a minute in the long run."""

    per_minute: int

    @property
    def pause(self) -> timedelta:
        """Between two guesses, in the long run."""
        return PERIOD / self.per_minute


class Guesses(Protocol):
    async def book(self, share_id: ShareId, limit: GuessLimit) -> bool: ...
    async def give_back(self, share_id: ShareId, limit: GuessLimit) -> None: ...


class Passwords(Protocol):
    def turn(self) -> AbstractAsyncContextManager[None]: ...
    async def is_right(self, password_hash: str, password: str) -> bool: ...


def password_required(detail: str) -> Unauthorized:
    return Unauthorized(detail, password_required=True)


@dataclass(frozen=True, slots=True)
class CheckPassword:
    guesses: Guesses
    passwords: Passwords
    limit: GuessLimit

    async def __call__(self, share_id: ShareId, password_hash: str, password: str | None) -> None:
        """Return where it is right; else Unauthorized, or RateLimited."""
        if not password:
            raise password_required("This share needs its password.")
        if len(password) > MAX_PASSWORD_CHARACTERS:
            raise password_required("The password is wrong.")
        async with self.passwords.turn():
            await self._book(share_id)
            if not await self.passwords.is_right(password_hash, as_composed(password)):
                raise password_required("The password is wrong.")
            await self.guesses.give_back(share_id, self.limit)

    async def _book(self, share_id: ShareId) -> None:
        if not await self.guesses.book(share_id, self.limit):
            wait_seconds = math.ceil(self.limit.pause.total_seconds())
            raise RateLimited(
                "Too many wrong passwords were given for this share.",
                retry_after_seconds=wait_seconds,
            )
