"""Where the token comes from, and how a new one is taken while uploads are under way.

A token is never written anywhere by the client. One from a file or a command is read again when the
service has refused it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Self

from chunk_service.client.errors import Unreadable

_COMMAND_SECONDS = 60


class Tokens:
    """Made by `fixed`, `of_file` or `of_command`. `may_change`: asking again may give another."""

    def __init__(self, fetch: Callable[[], Awaitable[str]], *, may_change: bool) -> None:
        self.may_change = may_change
        self._fetch = fetch
        self._known: str | None = None
        self._turn = asyncio.Lock()

    @classmethod
    def fixed(cls, token: str) -> Self:
        async def fetch() -> str:
            return token.strip()

        return cls(fetch, may_change=False)

    @classmethod
    def of_file(cls, path: Path) -> Self:
        async def fetch() -> str:
            return await asyncio.to_thread(_read, path)

        return cls(fetch, may_change=True)

    @classmethod
    def of_command(cls, command: str) -> Self:
        """A command of the shell that prints a token."""

        async def fetch() -> str:
            return await _run(command)

        return cls(fetch, may_change=True)

    async def current(self, *, refused: str | None = None) -> str:
        """The token to use, fetched anew where the known one is `refused`. Raises Unreadable."""
        async with self._turn:
            if self._known is None or self._known == refused:
                self._known = _sendable(await self._fetch())
            return self._known


def _sendable(token: str) -> str:
    """Raises Unreadable for what no header can carry, without showing it."""
    if not token or not all("!" <= character <= "~" for character in token):
        raise Unreadable("the token has characters that no token has, or none at all")
    return token


def _read(path: Path) -> str:
    try:
        token = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise Unreadable(f"the token cannot be read from {path}: {error}") from error
    if not token:
        raise Unreadable(f"there is no token in {path}")
    return token


async def _run(command: str) -> str:
    process = await asyncio.create_subprocess_shell(command, stdout=asyncio.subprocess.PIPE)
    try:
        output, _ = await asyncio.wait_for(process.communicate(), _COMMAND_SECONDS)
    except TimeoutError:
        process.kill()
        raise Unreadable(f"the command for a token took over {_COMMAND_SECONDS} s") from None
    token = output.decode("ascii", "replace").strip()
    if process.returncode or not token:
        raise Unreadable(f"the command for a token printed none (exit code {process.returncode})")
    return token
