"""Open a share: from its token, and its password if it has one, to the file.

Whatever is wrong with a link, it is the same answer: absent, expired, revoked, used up, deleted.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from chunk_service.domain.library import File
from chunk_service.domain.shares import ShareId, hash_token
from chunk_service.usecases.check_password import CheckPassword
from chunk_service.usecases.link_file import Link
from chunk_service.usecases.tend_shares import unknown_share

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FoundShare:
    id: ShareId
    password_hash: str | None
    file: File


@dataclass(frozen=True, slots=True)
class Grant:
    """`time_left` is how long the share still lasts; None where that is for ever."""

    file: File
    time_left: timedelta | None
    downloads: int


class Rows(Protocol):
    async def find(self, token_hash: bytes) -> FoundShare | None: ...
    async def grant(self, share_id: ShareId) -> Grant | None:
        """Count a download, if there may be one more."""
        ...


@dataclass(frozen=True, slots=True)
class OpenedShare:
    """`lasts`: for how long the download may begin."""

    file: File
    lasts: timedelta


class Linking(Protocol):
    async def to(self, file: File, *, expires_in: timedelta) -> Link: ...


@dataclass(frozen=True, slots=True)
class OpenShare:
    """`link_lasts`: enough to begin a download by; more would outlive the share's own limits."""

    rows: Rows
    check_password: CheckPassword
    linking: Linking
    link_lasts: timedelta

    async def __call__(self, token: str, password: str | None) -> OpenedShare:
        """A download, which counts."""
        found = await self._enter(token, password)
        grant = await self.rows.grant(found.id)
        if grant is None:
            raise unknown_share()
        log.info(
            "share opened",
            share_id=str(found.id),
            file_id=str(grant.file.id),
            downloads=grant.downloads,
        )
        time_left = grant.time_left
        lasts = self.link_lasts if time_left is None else min(self.link_lasts, time_left)
        return OpenedShare(grant.file, lasts)

    async def link(self, opened: OpenedShare) -> Link:
        """To the bytes where they lie."""
        return await self.linking.to(opened.file, expires_in=opened.lasts)

    async def look(self, token: str, password: str | None) -> File:
        """What is there, which does not count."""
        return (await self._enter(token, password)).file

    async def _enter(self, token: str, password: str | None) -> FoundShare:
        found = await self.rows.find(hash_token(token))
        if found is None:
            raise unknown_share()
        if found.password_hash is not None:
            await self.check_password(found.id, found.password_hash, password)
        return found
