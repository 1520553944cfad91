"""Sending a file as a user would: by the client, which times the completing call on the way."""

import dataclasses
import tempfile
import time
from pathlib import Path

from chunk_service.cli.demonstration.failure import DemonstrationError
from chunk_service.cli.demonstration.source import Advance, SourceFile
from chunk_service.cli.stack.facts import StackFacts
from chunk_service.client.errors import ClientError
from chunk_service.client.service import Client, Options
from chunk_service.client.session import Stored
from chunk_service.client.tokens import Tokens
from chunk_service.client.wishes import Wish

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
    moments = [time.monotonic()]

    def note(size_bytes: int) -> None:
        moments.append(time.monotonic())
        advance(size_bytes)

    try:
        stored = await _stored(facts, source, advance=note)
    except ClientError as error:
        raise DemonstrationError(str(error)) from error
    ended = time.monotonic()
    return Transferred(
        stored.upload_session_id, stored.key, ended - moments[0], ended - moments[-1]
    )


async def _stored(facts: StackFacts, source: SourceFile, *, advance: Advance) -> Stored:
    """The stack is new each time: nothing is to be gone on with, and nothing is to stay."""
    with tempfile.TemporaryDirectory() as folder:
        options = Options(state_folder=Path(folder))
        async with Client.open(facts.base_url, Tokens.fixed(facts.token), options) as client:
            return await client.upload(source.path, Wish(file_id=_FILE_ID), advance=advance)
