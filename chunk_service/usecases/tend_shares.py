"""What an owner does with the shares of a file afterwards: look at them, end one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chunk_service.domain.errors import NotFound
from chunk_service.domain.library import StoredFileId
from chunk_service.domain.principals import Principal
from chunk_service.domain.shares import Share, ShareId, ShareState
from chunk_service.usecases.delete_file import Files, unknown_file
from chunk_service.usecases.share_file import refuse_bound


@dataclass(frozen=True, slots=True)
class ListedShare:
    """`read_at` is the database's time, by which shares end."""

    share: Share
    read_at: datetime

    @property
    def state(self) -> ShareState:
        return self.share.state(self.read_at)


class Rows(Protocol):
    async def list(
        self, file_id: StoredFileId, *, before: ShareId | None, limit: int
    ) -> Sequence[ListedShare]: ...
    async def revoke(self, principal: Principal, key: str, share_id: ShareId) -> bool: ...


def unknown_share() -> NotFound:
    """The same whatever keeps a share from being known: it, its file, or whose they are."""
    return NotFound("There is no such share.")


@dataclass(frozen=True, slots=True)
class TendShares:
    files: Files
    rows: Rows

    async def __call__(
        self, principal: Principal, key: str, *, before: ShareId | None, limit: int
    ) -> Sequence[ListedShare]:
        """Newest first, beginning behind `before`."""
        refuse_bound(principal)
        file = await self.files.find(principal, key)
        if file is None:
            raise unknown_file()
        return await self.rows.list(file.id, before=before, limit=limit)

    async def revoke(self, principal: Principal, key: str, share_id: ShareId) -> None:
        """Return also where it was revoked before."""
        refuse_bound(principal)
        if not await self.rows.revoke(principal, key, share_id):
            raise unknown_share()
