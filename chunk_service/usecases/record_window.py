"""Record a chunk that is new; where it is a whole window and may go, claim that in the same step.

A claim costs no statement of its own then. It needs a free slot, which is kept before: a claim that
waited for one would see its lease run out. Whatever is not claimed here is claimed by the relay in
its turn, and what the process dies over once its lease has lapsed.
"""

from dataclasses import dataclass, replace
from typing import Protocol

from chunk_service.domain.chunking import Placement
from chunk_service.domain.uploads import ChunkDigest, Upload
from chunk_service.usecases.receiving import Attempt, Recorded, RecordingRows
from chunk_service.usecases.relaying import LEASE_SECONDS, Claim, SourceChunk


class Slots(Protocol):
    """From where this process sends windows; one that was kept is left, or sent from."""

    async def keep_slot(self) -> bool:
        """False, without waiting, where none is free."""
        ...

    def leave_slot(self) -> None: ...
    def send(self, claim: Claim) -> None: ...


@dataclass(frozen=True, slots=True)
class RecordWindow:
    rows: RecordingRows
    slots: Slots

    async def __call__(
        self, attempt: Attempt, upload: Upload, placement: Placement, digest: ChunkDigest
    ) -> Recorded | None:
        """None where the upload or a rival left no place."""
        if not (_is_window(upload, placement) and await self.slots.keep_slot()):
            return await self.rows.record(attempt, upload, placement, digest)
        claim: Claim | None = None
        try:
            recorded = await self.rows.record(
                attempt, upload, placement, digest, lease_seconds=LEASE_SECONDS
            )
            if recorded is not None and recorded.is_claimed:
                claim = _claim(
                    attempt, replace(upload, multipart=recorded.multipart), placement, digest
                )
        finally:
            if claim is None:
                self.slots.leave_slot()
        if claim is not None:
            self.slots.send(claim)
        return recorded


def _is_window(upload: Upload, placement: Placement) -> bool:
    size_bytes = upload.part_size
    offset = placement.offset
    return offset is not None and offset % size_bytes == 0 and placement.length == size_bytes


def _claim(attempt: Attempt, upload: Upload, placement: Placement, digest: ChunkDigest) -> Claim:
    assert placement.offset is not None
    chunk = SourceChunk(
        index=placement.index,
        offset=placement.offset,
        size_bytes=placement.length,
        file_name=attempt.file_name,
        slices=digest.slices,
    )
    return Claim(
        holder=attempt.id,
        upload=upload,
        number=placement.offset // upload.part_size + 1,
        attempts=1,
        has_more=False,
        size_bytes=placement.length,
        chunks=(chunk,),
    )
