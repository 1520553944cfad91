"""What was promised, looked at from outside: the object, the notification, the spool."""

import asyncio
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from chunk_service.adapters.spool.volume import is_of_a_chunk
from chunk_service.cli.demonstration.failure import DemonstrationError
from chunk_service.cli.demonstration.source import Advance, SourceFile
from chunk_service.cli.stack.facts import StackFacts
from chunk_service.cli.stack.store_client import store_client

_PIECE_BYTES = 1024**2
_POLL_SECONDS = 0.05
_NOTIFICATION_SECONDS = 30
_SPOOL_SECONDS = 15


async def same_object(facts: StackFacts, key: str, source: SourceFile, *, advance: Advance) -> None:
    """Read the object back and compare it. Raises DemonstrationError."""
    try:
        found = await _object_sha256(facts, key, advance=advance)
    except (ClientError, BotoCoreError) as error:
        raise DemonstrationError(f"the object {key} cannot be read: {error}") from error
    if found != source.sha256:
        raise DemonstrationError(
            f"the object is not the file: SHA-256 {found}, but {source.sha256} was sent"
        )


async def notification(facts: StackFacts, upload_session_id: str) -> dict[str, Any]:
    """The verified notification of that upload, once it is there. Raises DemonstrationError."""
    deadline = time.monotonic() + _NOTIFICATION_SECONDS
    async with httpx.AsyncClient(base_url=facts.receiver_url, trust_env=False) as client:
        while time.monotonic() < deadline:
            for received in (await client.get("/received")).json():
                body: dict[str, Any] = json.loads(received["body"])
                if body["data"]["upload_session_id"] == upload_session_id:
                    return body
            await asyncio.sleep(_POLL_SECONDS)
    raise DemonstrationError(f"no genuine notification in {_NOTIFICATION_SECONDS} s")


async def empty_spool(spool: Path) -> None:
    """Return once no chunk's file lies there. Raises DemonstrationError."""
    deadline = time.monotonic() + _SPOOL_SECONDS
    while left := _chunk_files(spool):
        if time.monotonic() > deadline:
            raise DemonstrationError(f"the spool still holds {len(left)} files: {left[0]} ...")
        await asyncio.sleep(_POLL_SECONDS)


def _chunk_files(spool: Path) -> list[str]:
    return [entry.name for entry in spool.iterdir() if is_of_a_chunk(entry.name)]


async def _object_sha256(facts: StackFacts, key: str, *, advance: Advance) -> str:
    digest = hashlib.sha256()
    async with store_client(facts) as s3:
        answer = await s3.get_object(Bucket=facts.bucket, Key=key)
        async for piece in answer["Body"].iter_chunks(_PIECE_BYTES):
            digest.update(piece)
            advance(len(piece))
    return digest.hexdigest()
