"""Share a file: make a link to it, and tell that there is one. The link is shown this once."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import structlog

from chunk_service.domain.errors import Forbidden, ValidationFailed
from chunk_service.domain.events import Event, file_shared_event
from chunk_service.domain.library import File, StoredFileId
from chunk_service.domain.principals import Principal
from chunk_service.domain.shares import Share, ShareId, as_composed, hash_token
from chunk_service.usecases.delete_file import Files, unknown_file

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ShareWish:
    """What is None is no limit, or the deployment's."""

    expires_in: timedelta | None
    max_downloads: int | None
    password: str | None


@dataclass(frozen=True, slots=True)
class NewShare:
    id: ShareId
    file_id: StoredFileId
    owner: str
    token_hash: bytes
    password_hash: str | None
    expires_at: datetime | None
    max_downloads: int | None


@dataclass(frozen=True, slots=True)
class SharedFile:
    """`token` is a secret: whoever has it can read the file, by the password if there is one."""

    share: Share
    token: str


class Rows(Protocol):
    async def deadline(self, expires_in: timedelta) -> datetime: ...
    async def add(self, share: NewShare, event: Event) -> Share | None: ...


class Passwords(Protocol):
    def turn(self) -> AbstractAsyncContextManager[None]: ...
    async def hash(self, password: str) -> str: ...


def refuse_bound(principal: Principal) -> None:
    if principal.file_id is not None:
        raise Forbidden("A token that is bound to one file may not share.")


@dataclass(frozen=True, slots=True)
class ShareFile:
    files: Files
    rows: Rows
    passwords: Passwords
    max_age: timedelta | None
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    new_token: Callable[[], str]

    async def __call__(self, principal: Principal, key: str, wish: ShareWish) -> SharedFile:
        refuse_bound(principal)
        expires_in = self._allowed(wish.expires_in)
        file = await self.files.find(principal, key)
        if file is None:
            raise unknown_file()
        token = self.new_token()
        draft = NewShare(
            id=ShareId(self.new_id()),
            file_id=file.id,
            owner=file.owner,
            token_hash=hash_token(token),
            password_hash=await self._hash(wish.password),
            expires_at=None if expires_in is None else await self.rows.deadline(expires_in),
            max_downloads=wish.max_downloads,
        )
        return SharedFile(await self._add(file, draft), token)

    def _allowed(self, expires_in: timedelta | None) -> timedelta | None:
        if expires_in is not None and self.max_age is not None and expires_in > self.max_age:
            most = int(self.max_age.total_seconds())
            raise ValidationFailed(f"expires_in: a share may last {most} seconds at most.")
        return expires_in or self.max_age

    async def _hash(self, password: str | None) -> str | None:
        if password is None:
            return None
        async with self.passwords.turn():
            return await self.passwords.hash(as_composed(password))

    async def _add(self, file: File, draft: NewShare) -> Share:
        event = file_shared_event(
            file,
            share_id=draft.id,
            expires_at=draft.expires_at,
            unique=self.new_id(),
            at=self.now(),
        )
        share = await self.rows.add(draft, event)
        if share is None:
            raise unknown_file()
        log.info(event.type, share_id=str(share.id), file_id=str(file.id), event_id=event.id)
        return share
