"""Call chunks missing whose bytes are gone or damaged, so that they are asked for again.

Only a process that has the spool open may say so. A missing chunk keeps index, length, offset and
digest, and takes only the same bytes back; it never becomes a hole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from chunk_service.domain.uploads import UploadId

log = structlog.get_logger(__name__)


class Rows(Protocol):
    async def mark_missing(
        self, upload_id: UploadId, file_names: Sequence[str]
    ) -> Sequence[int]: ...


class Spool(Protocol):
    async def unlink(self, file_name: str) -> None: ...


class Tally(Protocol):
    def lost(self, chunks: int) -> None: ...


@dataclass(frozen=True, slots=True)
class LoseChunks:
    rows: Rows
    spool: Spool
    tally: Tally

    async def __call__(self, upload_id: UploadId, file_names: Sequence[str]) -> Sequence[int]:
        """The indices that turned missing; a chunk whose upload is being closed stays as it is."""
        lost = await self.rows.mark_missing(upload_id, file_names)
        if lost:
            self.tally.lost(len(lost))
            log.error("chunks lost", upload_id=str(upload_id), indices=list(lost)[:20])
            for name in file_names:
                await self.spool.unlink(name)
        return lost
