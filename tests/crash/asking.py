"""Requests as docs/api.md tells clients to repeat them: the same again, until there is an answer.

Each try goes to one of the servers, by lot. A lost connection or a 5xx says nothing about what was
done.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx

from tests.crash.knowledge import Knowledge
from tests.crash.recovery import COMPLETION, Recovery

UNKNOWN = frozenset({500, 502, 504})
NOT_NOW = frozenset({408, 429, 503, 507})
_LONGEST_PAUSE_SECONDS = 2.0
_TIMEOUT = httpx.Timeout(15, connect=2)


class Asker:
    """Made by `open`, by one client."""

    def __init__(
        self,
        clients: Mapping[str, httpx.AsyncClient],
        *,
        dice: random.Random,
        knowledge: Knowledge,
        recovery: Recovery,
    ) -> None:
        self._clients = clients
        self._dice = dice
        self._knowledge = knowledge
        self._recovery = recovery

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        urls: Mapping[str, str],
        *,
        dice: random.Random,
        knowledge: Knowledge,
        recovery: Recovery,
    ) -> AsyncIterator[Self]:
        clients = {
            server: httpx.AsyncClient(base_url=url, timeout=_TIMEOUT, trust_env=False)
            for server, url in urls.items()
        }
        try:
            yield cls(clients, dice=dice, knowledge=knowledge, recovery=recovery)
        finally:
            for client in clients.values():
                await client.aclose()

    async def ask(
        self, method: str, path: str, token: str, parts: Callable[[], Mapping[str, Any]] = dict
    ) -> httpx.Response:
        """The first answer that decides; `parts` are made anew for each try."""
        failures = 0
        while True:
            answer = await self._try(method, path, token, parts())
            if answer is not None and answer.status_code not in UNKNOWN | NOT_NOW:
                return answer
            failures += 1
            await asyncio.sleep(self._pause_seconds(failures, answer))

    async def _try(
        self, method: str, path: str, token: str, parts: Mapping[str, Any]
    ) -> httpx.Response | None:
        server = self._dice.choice(list(self._clients))
        headers = {"Authorization": f"Bearer {token}", **parts.get("headers", {})}
        try:
            answer = await self._clients[server].request(
                method, path, **{**parts, "headers": headers}
            )
        except (httpx.TransportError, BrokenOff):
            self._knowledge.answers["none"] += 1
            return None
        self._note(server, answer)
        return answer

    def _note(self, server: str, answer: httpx.Response) -> None:
        self._knowledge.answers[slug_of(answer)] += 1
        if answer.is_success:
            is_completion = answer.request.url.path == "/upload/complete"
            self._recovery.succeeded(server, *[COMPLETION] * is_completion)
        elif answer.headers.get("content-type") != "application/problem+json":
            self._knowledge.findings.append(f"not a problem document: {answer!r} {answer.text}")
        elif answer.status_code == 500:
            self._knowledge.findings.append(f"a 500: {answer.text}")

    def _pause_seconds(self, failures: int, answer: httpx.Response | None) -> float:
        """As told, but that nobody here waits long; without an answer later and later."""
        told = None if answer is None else answer.headers.get("retry-after")
        seconds = float(told) if told is not None else 0.05 * 2 ** min(failures, 6)
        return min(seconds, _LONGEST_PAUSE_SECONDS) * self._dice.uniform(0.5, 1)


class BrokenOff(Exception):
    """A client that vanishes in the midst of its body; it comes back and sends all of it."""


def slug_of(answer: httpx.Response) -> str:
    """The problem's name, or the status where there is none."""
    if answer.is_success or answer.headers.get("content-type") != "application/problem+json":
        return str(answer.status_code)
    return str(answer.json()["type"]).removeprefix("/problems/")
