"""The client: one service, one owner, over async HTTP. `blocking.py` is the same without async.

    async with Client.open("https://uploads.example.com", Tokens.fixed(token)) as client:
        stored = await client.upload(Path("video.mp4"))

Every call repeats itself as the service asks, and raises a `ClientError` when that has no end.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

from chunk_service.client.beginning import Beginning
from chunk_service.client.calls import Calls
from chunk_service.client.download import Download
from chunk_service.client.file_upload import FileUpload
from chunk_service.client.files import FileFacts, Files
from chunk_service.client.memory import Memory, default_folder
from chunk_service.client.patience import Patience
from chunk_service.client.pipe_upload import PipeUpload
from chunk_service.client.progress import Advance, Tally, unheard
from chunk_service.client.session import Stored
from chunk_service.client.sinks import Sink, Target
from chunk_service.client.sources import SourceFile
from chunk_service.client.tokens import Tokens
from chunk_service.client.trials import Tell, untold
from chunk_service.client.wishes import Wish

PARALLEL = 4
_NO_WISH = Wish()


@dataclass(frozen=True, slots=True)
class Options:
    """`parallel` chunks of all uploads together are sent at a time, and are in memory then.

    `tell` hears, in a sentence, why nothing goes on for longer than a moment.
    """

    parallel: int = PARALLEL
    patience: Patience = field(default_factory=Patience)
    state_folder: Path = field(default_factory=default_folder)
    tell: Tell = untold


class Client:
    """Made by `open`."""

    def __init__(
        self, calls: Calls, store: httpx.AsyncClient, memory: Memory, options: Options
    ) -> None:
        self.files = Files(calls)
        self._calls = calls
        self._store = store
        self._memory = memory
        self._options = options
        self._free = asyncio.Semaphore(options.parallel)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, tokens: Tokens, options: Options | None = None
    ) -> AsyncIterator[Self]:
        chosen = options or Options()
        timeout = httpx.Timeout(chosen.patience.timeout_seconds)
        # Completing calls wait for the store; the chunks of other files go on meanwhile.
        limits = httpx.Limits(max_connections=2 * chosen.parallel)
        memory = Memory(chosen.state_folder, url)
        # The reading of all certificates takes longer than a short call.
        trust = httpx.create_ssl_context()
        async with (
            httpx.AsyncClient(base_url=url, timeout=timeout, limits=limits, verify=trust) as http,
            httpx.AsyncClient(timeout=timeout, verify=trust) as store,
        ):
            await asyncio.to_thread(memory.prune)
            calls = Calls(http, tokens, chosen.patience, chosen.tell)
            yield cls(calls, store, memory, chosen)

    async def upload(
        self, path: Path, wish: Wish = _NO_WISH, *, advance: Advance = unheard
    ) -> Stored:
        """A file, gone on with where an earlier call for it was broken off."""
        with SourceFile.opened(path) as source:
            slot = self._memory.slot(path, wish)
            beginning = Beginning(self._calls, source, slot, wish)
            upload = FileUpload(beginning, self._free, self._options.parallel, Tally(advance))
            return await upload.run()

    async def upload_pipe(
        self, descriptor: int, wish: Wish = _NO_WISH, *, advance: Advance = unheard
    ) -> Stored:
        """What can be read from `descriptor` until it ends."""
        return await PipeUpload(self._calls, descriptor, wish, self._free, advance).run()

    async def download(
        self, key: str, path: Path, *, may_replace: bool = False, advance: Advance = unheard
    ) -> FileFacts:
        """To `path`, gone on with where an earlier call for it was broken off."""
        facts = await self.files.read(key)
        await self.pour(facts, Target(path, may_replace).filled(facts), advance=advance)
        return facts

    async def pour(
        self, facts: FileFacts, sink: AbstractContextManager[Sink], *, advance: Advance = unheard
    ) -> None:
        with sink as opened:
            download = Download(self._calls, self._store, facts, advance)
            await download.into(opened)

    async def find(self, conditions: Mapping[str, str | int] | None = None) -> list[FileFacts]:
        """All files that meet the conditions of `GET /files`."""
        return [each async for each in self.files.find(conditions or {})]

    async def shares(self, key: str) -> list[dict[str, Any]]:
        """All links of a file that the service still knows."""
        return [each async for each in self.files.shares(key)]
