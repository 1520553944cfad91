"""What the doors of sharing call: the use cases of a file's shares, and of those who open them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chunk_service.domain.library import File
from chunk_service.domain.principals import Principal
from chunk_service.domain.shares import ShareId
from chunk_service.usecases.link_file import Link
from chunk_service.usecases.open_share import OpenedShare
from chunk_service.usecases.share_file import SharedFile, ShareWish
from chunk_service.usecases.tend_shares import ListedShare


class Share(Protocol):
    async def __call__(self, principal: Principal, key: str, wish: ShareWish) -> SharedFile: ...


class Tend(Protocol):
    async def __call__(
        self, principal: Principal, key: str, *, before: ShareId | None, limit: int
    ) -> Sequence[ListedShare]: ...
    async def revoke(self, principal: Principal, key: str, share_id: ShareId) -> None: ...


class Open(Protocol):
    async def __call__(self, token: str, password: str | None) -> OpenedShare: ...
    async def link(self, opened: OpenedShare) -> Link: ...
    async def look(self, token: str, password: str | None) -> File: ...


@dataclass(frozen=True, slots=True)
class Sharing:
    """`public_url` is what the links begin with; empty where they are paths."""

    share: Share
    tend: Tend
    open: Open
    public_url: str
