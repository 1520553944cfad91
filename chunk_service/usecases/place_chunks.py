"""Give the chunks of a sequence their offsets, one after the other, as the gaps before them close.

A chunk that came early is read once more when its offset becomes known: that pass checks its digest
and yields the CRCs of its slices. The row moves only from one chunk to the next, so any number of
processes may try at once.
"""

from dataclasses import dataclass
from typing import Protocol

from chunk_service.domain.uploads import Chunk, ChunkDigest, Recipe, SpoolId, Upload, UploadId
from chunk_service.usecases.lose_chunks import LoseChunks


@dataclass(frozen=True, slots=True)
class Unplaced:
    upload: Upload
    chunk: Chunk

    @property
    def offset(self) -> int:
        return self.upload.prefix_bytes


class Rows(Protocol):
    async def next_unplaced(self, upload_id: UploadId, spool_id: SpoolId) -> Unplaced | None: ...
    async def place(self, unplaced: Unplaced, digest: ChunkDigest) -> bool: ...


class Spool(Protocol):
    @property
    def id(self) -> SpoolId: ...
    async def digest(self, file_name: str, recipe: Recipe) -> ChunkDigest: ...


@dataclass(frozen=True, slots=True)
class PlaceChunks:
    rows: Rows
    spool: Spool
    lose_chunks: LoseChunks

    async def __call__(self, upload_id: UploadId) -> int:
        """Place what can be placed now; the number of chunks that were."""
        placed = 0
        while (unplaced := await self.rows.next_unplaced(upload_id, self.spool.id)) is not None:
            digest = await self._digest(unplaced)
            if digest is None:
                break
            # Where another was first, the next round goes on behind what it placed.
            placed += await self.rows.place(unplaced, digest)
        return placed

    async def _digest(self, unplaced: Unplaced) -> ChunkDigest | None:
        """What the chunk's file holds; None where that is not the chunk, which is missing then."""
        chunk = unplaced.chunk
        recipe = unplaced.upload.recipe(unplaced.offset)
        try:
            digest = await self.spool.digest(chunk.file_name, recipe)
        except FileNotFoundError:
            digest = None
        if digest is None or not chunk.has_bytes_of(digest):
            await self.lose_chunks(unplaced.upload.id, [chunk.file_name])
            return None
        return digest
