"""A stream of bytes, cut into chunks while it arrives."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from chunk_service.domain.checksums import Checksum
from chunk_service.domain.uploads import Piece, UploadId
from chunk_service.usecases.ports import ChunkAddress


@dataclass(slots=True)
class CutChunk:
    """One of the chunks; `drained` is set once its bytes have been read and the next may begin."""

    address: ChunkAddress
    length_bytes: int | None
    most_bytes: int
    source: "Cutter"
    checksums: Sequence[Checksum] = ()
    began: bool = False
    drained: asyncio.Event = field(default_factory=asyncio.Event)

    async def pieces(self) -> AsyncIterator[Piece]:
        self.began = True
        left_bytes = self.most_bytes
        while left_bytes and (piece := await self.source.take(left_bytes)):
            left_bytes -= len(piece)
            yield piece
            del piece
        self.drained.set()


class Cutter:
    """`total_size`: where the stream's length is known before it; bytes."""

    def __init__(
        self, stream: AsyncIterator[Piece], *, chunk_size: int, total_size: int | None
    ) -> None:
        self._stream = stream
        self._chunk_size = chunk_size
        self._total_size = total_size
        self._rest: Piece = b""
        self.chunks = 0
        self.size_bytes = 0

    async def next_chunk(self, upload_id: UploadId) -> CutChunk | None:
        """The chunk that follows; None where the stream has ended, and ended well."""
        if not await self._has_more():
            return None
        address = ChunkAddress(upload_id=upload_id, index=self.chunks)
        self.chunks += 1
        length = self._length_from(address.index * self._chunk_size)
        return CutChunk(address, length, length or self._chunk_size, self)

    def _length_from(self, offset: int) -> int | None:
        if self._total_size is None:
            return None
        return min(self._chunk_size, self._total_size - offset)

    async def take(self, most_bytes: int) -> Piece:
        """What comes next of the stream; empty at its end."""
        if not await self._has_more():
            return b""
        taken = self._rest[:most_bytes]
        # An empty view, too, is one of its buffer.
        self._rest = self._rest[most_bytes:] or b""
        self.size_bytes += len(taken)
        return taken

    async def _has_more(self) -> bool:
        while not self._rest:
            piece = await anext(self._stream, None)
            if piece is None:
                return False
            self._rest = piece
        return True
