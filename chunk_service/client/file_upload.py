"""The upload of one file: begun or gone on with, sent in parallel, completed with proof.

What was sent by an earlier process is read again, so that the checksum of the whole is always of
the bytes that lie here now: a file that changed without a trace is refused by it.
"""

import asyncio
from dataclasses import dataclass

from chunk_service.client.beginning import Beginning, Begun
from chunk_service.client.errors import FileChanged, GaveUp, Refused, UploadEnded
from chunk_service.client.progress import Tally
from chunk_service.client.sending import Sending
from chunk_service.client.session import Standing, Stored
from chunk_service.domain.errors import (
    ChunkConflict,
    DigestMismatch,
    StateConflict,
    UploadIncomplete,
)

_MOST_ROUNDS = 200
_MOST_CONFLICTS = 3


@dataclass(frozen=True, slots=True)
class FileUpload:
    beginning: Beginning
    free: asyncio.Semaphore
    parallel: int
    tally: Tally

    async def run(self) -> Stored:
        """Raises ClientError; what was sent stays to go on with, unless the file changed."""
        try:
            return await self._once()
        except UploadEnded:
            self.tally.take_back()
            return await self._once()

    async def _once(self) -> Stored:
        begun = await self.beginning.begin()
        try:
            stored = await self._sent(begun)
        except (FileChanged, UploadEnded):
            await asyncio.to_thread(self.beginning.slot.forget)
            await begun.session.give_up()
            raise
        await asyncio.to_thread(self.beginning.slot.forget)
        return stored

    async def _sent(self, begun: Begun) -> Stored:
        layout, standing = begun.layout, begun.standing
        sending = Sending(
            begun.session, self.beginning.source, layout, self.free, self.parallel, self.tally
        )
        missing = tuple(range(layout.count))
        if standing is not None:
            missing = standing.missing
            sending.tell_received(standing)
            if standing.result is not None:
                return standing.result
        return await _Completing(begun, sending).run(missing)


class _Completing:
    """Sends what is missing and completes, until the service agrees that it is all there."""

    def __init__(self, begun: Begun, sending: Sending) -> None:
        self._begun = begun
        self._session = begun.session
        self._sending = sending
        self._conflicts = 0

    async def run(self, missing: tuple[int, ...]) -> Stored:
        for _ in range(_MOST_ROUNDS):
            try:
                await self._sending.send(missing)
                return await self._complete()
            except Refused as refused:
                standing = await self._standing_after(refused)
            if standing.result is not None:
                return standing.result
            missing = standing.missing
        raise GaveUp(f"upload {self._session.id}: the service keeps losing what it was sent")

    async def _complete(self) -> Stored:
        layout = self._begun.layout
        return await self._session.complete(
            self._begun.saved.declared,
            total_chunks=layout.count,
            total_size=layout.size_bytes,
            checksum=await self._sending.whole(),
        )

    async def _standing_after(self, refused: Refused) -> Standing:
        """How to go on after a refusal that can be mended. Raises it where it can't."""
        match refused.problem.name:
            case UploadIncomplete.type:
                return Standing.with_missing(refused.problem.facts)
            case StateConflict.type if self._conflicts < _MOST_CONFLICTS:
                self._conflicts += 1
                return await self._session.standing()
            case ChunkConflict.type:
                raise FileChanged(f"the service has other bytes of it: {refused}") from refused
            case DigestMismatch.type:
                raise FileChanged(f"it is not what was sent before: {refused}") from refused
            case _:
                raise refused
