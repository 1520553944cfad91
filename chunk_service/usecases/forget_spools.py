"""Give up spools that have been away too long, or that an operator says will not return.

What only such a spool had turns missing and is asked for again; uploads that were bound to it may
begin in another. A spool that comes back after all finds its files unnamed, and they are swept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from chunk_service.domain.uploads import SpoolId, UploadId

log = structlog.get_logger(__name__)


class Rows(Protocol):
    async def away(self, longer_than: timedelta) -> Sequence[SpoolId]: ...
    async def forget(self, spool_id: SpoolId) -> None: ...
    async def files_of(self, spool_id: SpoolId) -> Sequence[tuple[UploadId, Sequence[str]]]: ...


class Repairing(Protocol):
    async def mark_missing(
        self, upload_id: UploadId, file_names: Sequence[str]
    ) -> Sequence[int]: ...


class Tally(Protocol):
    def lost(self, chunks: int) -> None: ...


@dataclass(frozen=True, slots=True)
class ForgetSpools:
    rows: Rows
    repairing: Repairing
    lost_after: timedelta
    tally: Tally

    async def __call__(self) -> int:
        """Forget every spool without a heartbeat for too long; how many chunks turned missing."""
        return sum([await self.forget(each) for each in await self.rows.away(self.lost_after)])

    async def forget(self, spool_id: SpoolId) -> int:
        lost = 0
        for upload_id, file_names in await self.rows.files_of(spool_id):
            indices = await self.repairing.mark_missing(upload_id, file_names)
            if indices:
                log.error("chunks lost", upload_id=str(upload_id), indices=list(indices)[:20])
            lost += len(indices)
        await self.rows.forget(spool_id)
        self.tally.lost(lost)
        log.error("spool forgotten", spool_id=str(spool_id), chunks_lost=lost)
        return lost
