"""Note the ETags of parts that were sent, those of about the same time in one statement.

Each part waits a moment for others of its upload; nothing waits for it meanwhile, not even its
place among those that may be sent. Who is about to close the upload hurries it. A crash within that
moment costs no more than one right after the sending: the part is sent again.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

from chunk_service.domain.objects import MultipartId
from chunk_service.domain.uploads import UploadId
from chunk_service.usecases.relaying import Claim, PartsNoted, SentWindow

GATHER_SECONDS: Final = 0.05


class Rows(Protocol):
    async def note_etags(
        self,
        upload_id: UploadId,
        multipart: MultipartId,
        sent: Sequence[tuple[Claim, SentWindow]],
    ) -> PartsNoted | None: ...


class Spool(Protocol):
    async def recycle(self, *file_names: str) -> None: ...


@dataclass(slots=True)
class _Batch:
    sent: list[tuple[Claim, SentWindow]] = field(default_factory=list)
    is_full: asyncio.Event = field(default_factory=asyncio.Event)
    noted: asyncio.Task[PartsNoted | None] | None = None
    is_seen_to: bool = False


class NoteParts:
    def __init__(self, rows: Rows, spool: Spool, *, gather_seconds: float = GATHER_SECONDS) -> None:
        self._rows = rows
        self._spool = spool
        self._gather_seconds = gather_seconds
        self._batches: dict[tuple[UploadId, MultipartId], _Batch] = {}
        self._hurried: set[UploadId] = set()

    async def __call__(self, claim: Claim, sent: SentWindow) -> bool:
        """False where the multipart upload has been replaced, so that the part counts for nothing.

        Of those that are noted together the first that is still here sees to the files that no part
        needs any more.
        """
        key = claim.upload.id, sent.multipart
        batch = self._batches.setdefault(key, _Batch())
        batch.sent.append((claim, sent))
        if batch.noted is None:
            batch.noted = asyncio.create_task(self._note(key, batch))
        if claim.upload.id in self._hurried:
            batch.is_full.set()
        try:
            noted = await asyncio.shield(batch.noted)
        except asyncio.CancelledError:
            batch.is_full.set()
            raise
        if noted is None:
            return False
        if not batch.is_seen_to and noted.done_files:
            batch.is_seen_to = True
            await self._spool.recycle(*noted.done_files)
        return True

    async def hurry(self, upload_id: UploadId) -> None:
        """Return when what has been sent of this upload is noted, as far as that could be done.

        What follows waits for nothing any more, until the upload is forgotten.
        """
        self._hurried.add(upload_id)
        waiting = [batch for key, batch in self._batches.items() if key[0] == upload_id]
        for batch in waiting:
            batch.is_full.set()
        tasks = [batch.noted for batch in waiting if batch.noted is not None]
        if tasks:
            await asyncio.wait(tasks)

    def forget(self, upload_id: UploadId) -> None:
        self._hurried.discard(upload_id)

    async def _note(self, key: tuple[UploadId, MultipartId], batch: _Batch) -> PartsNoted | None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._gather_seconds):
                await batch.is_full.wait()
        del self._batches[key]
        return await self._rows.note_etags(*key, batch.sent)
