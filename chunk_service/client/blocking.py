"""The client for programs without async: the same calls, each until it is done.

with BlockingClient("https://uploads.example.com", Tokens.fixed(token)) as client:
    stored = client.upload(Path("video.mp4"))
"""

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from chunk_service.client.files import FileFacts, ShareWish
from chunk_service.client.progress import Advance, unheard
from chunk_service.client.service import Client, Options
from chunk_service.client.session import Stored
from chunk_service.client.tokens import Tokens
from chunk_service.client.wishes import Wish

T = TypeVar("T")

_NO_WISH = Wish()
_NO_SHARE_WISH = ShareWish()


class BlockingClient:
    """For one thread, which has no event loop of its own running."""

    def __init__(self, url: str, tokens: Tokens, options: Options | None = None) -> None:
        self._opening = Client.open(url, tokens, options)
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()

    def __enter__(self) -> Self:
        self._client = self._run(self._stack.enter_async_context(self._opening))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._runner:
            self._run(self._stack.aclose())

    def upload(self, path: Path, wish: Wish = _NO_WISH, *, advance: Advance = unheard) -> Stored:
        return self._run(self._client.upload(path, wish, advance=advance))

    def upload_pipe(
        self, descriptor: int, wish: Wish = _NO_WISH, *, advance: Advance = unheard
    ) -> Stored:
        return self._run(self._client.upload_pipe(descriptor, wish, advance=advance))

    def download(
        self, key: str, path: Path, *, may_replace: bool = False, advance: Advance = unheard
    ) -> FileFacts:
        return self._run(self._client.download(key, path, may_replace=may_replace, advance=advance))

    def find(self, conditions: Mapping[str, str | int] | None = None) -> list[FileFacts]:
        return self._run(self._client.find(conditions))

    def read(self, key: str) -> FileFacts:
        return self._run(self._client.files.read(key))

    def delete(self, key: str) -> None:
        self._run(self._client.files.delete(key))

    def share(self, key: str, wish: ShareWish = _NO_SHARE_WISH) -> dict[str, Any]:
        return self._run(self._client.files.share(key, wish))

    def shares(self, key: str) -> list[dict[str, Any]]:
        return self._run(self._client.shares(key))

    def revoke(self, key: str, share_id: str) -> None:
        self._run(self._client.files.revoke(key, share_id))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)
