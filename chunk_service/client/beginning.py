"""Which upload a file goes on with: the one that is remembered, if it still can, or a new one.

An upload is remembered before it is begun, with its Idempotency-Key, so that not even a crash
before the answer leaves one behind that nobody knows.
"""

import asyncio
import uuid
from dataclasses import dataclass

from chunk_service.client.calls import Calls
from chunk_service.client.errors import Refused
from chunk_service.client.layout import LARGEST_CHUNK_BYTES, Layout, layout_of
from chunk_service.client.memory import SavedUpload, Slot
from chunk_service.client.session import Session, Standing
from chunk_service.client.sources import SourceFile
from chunk_service.client.wishes import Wish
from chunk_service.domain.errors import Gone, NotFound
from chunk_service.domain.states import State

_ALIVE = frozenset({State.OPEN, State.COMPLETING, State.STORED})


@dataclass(frozen=True, slots=True)
class Begun:
    """`standing` is None for an upload that has no chunk yet."""

    session: Session
    saved: SavedUpload
    standing: Standing | None = None

    @property
    def layout(self) -> Layout:
        return Layout(self.saved.fingerprint.size_bytes, self.saved.declared["chunk_size"])


@dataclass(frozen=True, slots=True)
class Beginning:
    calls: Calls
    source: SourceFile
    slot: Slot
    wish: Wish

    async def begin(self) -> Begun:
        """Raises ClientError."""
        saved = await asyncio.to_thread(self.slot.recall)
        if saved is not None and saved.fingerprint != self.source.fingerprint:
            await self._give_up(saved)
        elif saved is not None and saved.upload_session_id is None:
            return await self._init(saved)
        elif saved is not None and (begun := await self._resumed(saved)) is not None:
            return begun
        return await self._anew()

    async def _give_up(self, saved: SavedUpload) -> None:
        if saved.upload_session_id is not None:
            await Session(self.calls, saved.upload_session_id).give_up()

    async def _resumed(self, saved: SavedUpload) -> Begun | None:
        session = Session(self.calls, saved.upload_session_id or "")
        try:
            standing = await session.standing()
        except Refused as refused:
            if refused.problem.name in {NotFound.type, Gone.type}:
                return None
            raise
        return Begun(session, saved, standing) if standing.state in _ALIVE else None

    async def _anew(self) -> Begun:
        try:
            return await self._init(self._planned(LARGEST_CHUNK_BYTES))
        except Refused as refused:
            most_chunk_bytes = refused.problem.facts.get("max_chunk_size")
            if not isinstance(most_chunk_bytes, int) or self.wish.chunk_bytes is not None:
                raise
            return await self._init(self._planned(most_chunk_bytes))

    async def _init(self, saved: SavedUpload) -> Begun:
        await asyncio.to_thread(self.slot.keep, saved)
        session = await Session.begin(
            self.calls, saved.declared, idempotency_key=saved.idempotency_key
        )
        saved = saved.begun(session.id)
        await asyncio.to_thread(self.slot.keep, saved)
        return Begun(session, saved)

    def _planned(self, most_chunk_bytes: int) -> SavedUpload:
        fingerprint = self.source.fingerprint
        layout = layout_of(fingerprint.size_bytes, most_chunk_bytes=most_chunk_bytes)
        if self.wish.chunk_bytes is not None:
            layout = Layout(fingerprint.size_bytes, self.wish.chunk_bytes)
        declared = {
            **self.wish.declared(self.source.path.name),
            "total_size": layout.size_bytes,
            "chunk_size": layout.chunk_bytes,
            "total_chunks": layout.count,
        }
        return SavedUpload(str(self.source.path), fingerprint, declared, str(uuid.uuid4()))
