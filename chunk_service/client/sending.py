"""The chunks of one file on their way, several at a time, and what they prove of the whole."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from chunk_service.client.at_once import all_of
from chunk_service.client.digests import PieceDigest, checksum_of, piece_digest
from chunk_service.client.errors import FileChanged
from chunk_service.client.layout import Layout
from chunk_service.client.progress import Tally
from chunk_service.client.session import Session, Standing
from chunk_service.client.sources import SourceFile
from chunk_service.domain.checksums import Checksum


@dataclass(frozen=True, slots=True)
class Sending:
    """`free` bounds the chunks that are in memory, those of other files among them."""

    session: Session
    source: SourceFile
    layout: Layout
    free: asyncio.Semaphore
    parallel: int
    tally: Tally
    _digests: dict[int, PieceDigest] = field(default_factory=dict)
    _told: set[int] = field(default_factory=set)

    def tell_received(self, standing: Standing) -> None:
        """Count what the service has, as far as its list of what is missing goes."""
        end = standing.missing[-1] if standing.is_truncated else self.layout.count
        for index in set(range(end)).difference(standing.missing):
            self._told.add(index)
            self.tally.add(self.layout.place(index)[1])

    async def send(self, indices: Iterable[int]) -> None:
        """Return when the service has them all. Raises ClientError."""
        queue = iter(indices)
        await all_of(self._send_from(queue) for _ in range(self.parallel))

    async def whole(self) -> Checksum:
        """Of the file as it lies here; chunks that an earlier process sent are read again."""
        queue = iter([index for index in range(self.layout.count) if index not in self._digests])
        await all_of(self._read_from(queue) for _ in range(self.parallel))
        await asyncio.to_thread(self.source.check)
        return checksum_of(self._digests[index] for index in range(self.layout.count))

    async def _send_from(self, queue: Iterator[int]) -> None:
        for index in queue:
            async with self.free:
                content = await self._content(index)
                checksum = self._digests[index].checksum
                if index in self._told:
                    self.tally.add(-len(content))
                await self.session.put(index, content, checksum=checksum, advance=self.tally.add)
                self._told.add(index)

    async def _read_from(self, queue: Iterator[int]) -> None:
        for index in queue:
            async with self.free:
                await self._content(index)

    async def _content(self, index: int) -> bytes:
        content, digest = await asyncio.to_thread(self._read, index)
        if self._digests.setdefault(index, digest) != digest:
            raise FileChanged(f"{self.source.path} changed while it was read")
        return content

    def _read(self, index: int) -> tuple[bytes, PieceDigest]:
        offset, length = self.layout.place(index)
        content = self.source.read(offset=offset, length=length)
        return content, piece_digest(content)
