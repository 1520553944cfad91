"""Sending a file as a client would: begin, chunks over parallel connections, complete."""

import asyncio
import dataclasses
import math
import time
import uuid
from collections.abc import Iterator

import httpx

from chunk_service.cli.demonstration.calls import Api
from chunk_service.cli.demonstration.failure import DemonstrationError
from chunk_service.cli.demonstration.source import Advance, SourceFile
from chunk_service.cli.stack.facts import StackFacts

_CONNECTIONS = 4
_CHUNK_BYTES = 8 * 1024**2
_MOST_CHUNKS = 10_000
_TIMEOUT_SECONDS = 60
_FILE_ID = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Transferred:
    """What the completing call said, and how long it all took."""

    upload_session_id: str
    key: str
    seconds: float
    completing_seconds: float


async def transfer(facts: StackFacts, source: SourceFile, *, advance: Advance) -> Transferred:
    """Raises DemonstrationError."""
    limits = httpx.Limits(max_connections=_CONNECTIONS)
    async with httpx.AsyncClient(
        base_url=facts.base_url,
        headers={"Authorization": f"Bearer {facts.token}"},
        limits=limits,
        timeout=_TIMEOUT_SECONDS,
        trust_env=False,
    ) as client:
        return await _Transfer(Api(client), source, advance).run()


class _Transfer:
    def __init__(self, api: Api, source: SourceFile, advance: Advance) -> None:
        self._api = api
        self._source = source
        self._advance = advance
        self._chunk_bytes = _chunk_bytes(source.size_bytes)
        # an empty file is one empty chunk
        self._chunks = max(1, math.ceil(source.size_bytes / self._chunk_bytes))

    async def run(self) -> Transferred:
        began = time.monotonic()
        session = await self._begin()
        indices = iter(range(self._chunks))
        await asyncio.gather(*(self._send(session, indices) for _ in range(_CONNECTIONS)))
        completing = time.monotonic()
        key = await self._complete(session)
        ended = time.monotonic()
        return Transferred(session, key, ended - began, ended - completing)

    async def _begin(self) -> str:
        declared = {
            "main_service_file_id": _FILE_ID,
            "original_file_name": self._source.path.name,
            "total_size": self._source.size_bytes,
            "chunk_size": self._chunk_bytes,
            "total_chunks": self._chunks,
        }
        idempotency = {"Idempotency-Key": str(uuid.uuid4())}
        data = await self._api.post("/upload/init", declared, headers=idempotency)
        return str(data["upload_session_id"])

    async def _send(self, session: str, indices: Iterator[int]) -> None:
        for index in indices:
            offset = index * self._chunk_bytes
            length = min(self._chunk_bytes, self._source.size_bytes - offset)
            content = await asyncio.to_thread(self._source.read, offset=offset, length=length)
            if len(content) != length:
                raise DemonstrationError(f"{self._source.path} changed while it was sent")
            await self._api.put(f"/upload/{session}/chunks/{index}", content)
            self._advance(length)

    async def _complete(self, session: str) -> str:
        declared = {
            "upload_session_id": session,
            "total_chunks": self._chunks,
            "main_service_file_id": _FILE_ID,
        }
        return str((await self._api.post("/upload/complete", declared))["key"])


def _chunk_bytes(size_bytes: int) -> int:
    """8 MiB, or as many times that as keep the number of chunks allowed."""
    return _CHUNK_BYTES * max(1, math.ceil(size_bytes / (_CHUNK_BYTES * _MOST_CHUNKS)))
