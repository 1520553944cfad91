"""How a call goes that may have to be repeated: the pauses between, and who hears of them.

Short pauses are everyday business. Of long ones a person is told, once a minute for all calls of a
client together.
"""

import asyncio
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import httpx

from chunk_service.client.errors import GaveUp
from chunk_service.client.patience import Patience, asked_seconds
from chunk_service.client.problems import Problem

Tell = Callable[[str], None]

WORTH_TELLING_SECONDS: Final = 3.0
TOLD_AGAIN_SECONDS: Final = 60.0


def untold(_sentence: str) -> None:
    """For who does not want to know."""


class Trials:
    """Of one client, by its patience."""

    def __init__(self, patience: Patience, tell: Tell) -> None:
        self.patience = patience
        self._tell = tell
        self._told_at: float | None = None

    def begin(self, what: str) -> "Trial":
        return Trial(self, what)

    def tell_of_wait(self, why: str) -> None:
        now = time.monotonic()
        if self._told_at is None or now - self._told_at >= TOLD_AGAIN_SECONDS:
            self._told_at = now
            self._tell(f"Waiting: {why}")


class Trial:
    """Of one call: its failures so far, and since when."""

    def __init__(self, trials: Trials, what: str) -> None:
        self.what = what
        self._trials = trials
        self._failures = 0
        self._failing_since: float | None = None

    async def pause_after(self, answer: httpx.Response) -> None:
        """Raises GaveUp where the wait would go beyond the client's patience."""
        asked = asked_seconds(answer.headers.get("retry-after"), now=datetime.now(UTC))
        await self._pause(asked, f"the last answer was {Problem.of(answer)}")

    async def pause_without_answer(self, error: httpx.RequestError) -> None:
        why = f"there was no answer: {str(error) or type(error).__name__}"
        await self._pause(None, f"{why} ({_server_of(error)})")

    async def _pause(self, asked: float | None, why: str) -> None:
        now = time.monotonic()
        since = self._failing_since = self._failing_since or now
        patience = self._trials.patience
        seconds = patience.pause_seconds(self._failures, asked_seconds=asked, dice=random.random)
        self._failures += 1
        waiting_seconds = now + seconds - since
        if waiting_seconds > patience.give_up_after_seconds:
            raise GaveUp(f"{self.what} did not succeed, tried {self._failures} times; {why}")
        if waiting_seconds >= WORTH_TELLING_SECONDS:
            self._trials.tell_of_wait(why)
        await asyncio.sleep(seconds)


def _server_of(error: httpx.RequestError) -> str:
    url = error.request.url
    return f"{url.scheme}://{url.netloc.decode('ascii')}"
