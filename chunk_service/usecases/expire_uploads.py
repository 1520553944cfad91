"""End open uploads whose time is over: their event, their clean-up, once each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chunk_service.domain.states import Change, after
from chunk_service.domain.uploads import Upload
from chunk_service.usecases.end_upload import EndUpload

MOST_AT_ONCE = 200


class Rows(Protocol):
    async def may_destroy(self) -> bool: ...
    async def find_expired(self, limit: int) -> Sequence[Upload]: ...


@dataclass(frozen=True, slots=True)
class ExpireUploads:
    rows: Rows
    end: EndUpload

    async def __call__(self) -> int:
        """How many ended now; one that made progress meanwhile stays open."""
        if not await self.rows.may_destroy():
            return 0
        ended = 0
        for upload in await self.rows.find_expired(MOST_AT_ONCE):
            target = after(upload.state, Change.EXPIRE)
            if target is not None and await self.end(upload, target) is not None:
                ended += 1
        return ended
