"""The requests that are in work: how many, whose, and until when once the process stops."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import ceil

from chunk_service.domain.errors import RateLimited, ShuttingDown

RETRY_AFTER_SECONDS = 1


class InFlight:
    def __init__(self) -> None:
        self._deadlines: set[asyncio.Timeout] = set()
        self._owners: Counter[str] = Counter()
        self._until: float | None = None
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._deadlines)

    @asynccontextmanager
    async def one(self) -> AsyncIterator["Work"]:
        """Around one request; ShuttingDown where it does not end within the grace of a stop."""
        work = Work(self._owners)
        try:
            async with asyncio.timeout_at(self._until) as deadline:
                self._deadlines.add(deadline)
                try:
                    yield work
                finally:
                    self._deadlines.discard(deadline)
                    self._changed.set()
        except TimeoutError:
            if not deadline.expired():
                raise
            raise ShuttingDown from None
        finally:
            work.end()

    async def end_within(self, seconds: float) -> None:
        """Return when nothing is in work any more, after `seconds` at most."""
        self._until = asyncio.get_running_loop().time() + seconds
        for deadline in self._deadlines:
            deadline.reschedule(self._until)
        while self._deadlines:
            self._changed.clear()
            await self._changed.wait()


class Work:
    """One request; from `belong_to` on it counts as its owner's."""

    def __init__(self, owners: Counter[str]) -> None:
        self._owners = owners
        self._owner: str | None = None

    def belong_to(self, owner: str, *, most: int, who: str = "this owner") -> None:
        if self._owners[owner] >= most:
            raise RateLimited(
                f"More than {most} requests of {who} are in work.",
                retry_after_seconds=RETRY_AFTER_SECONDS,
            )
        self._owner = owner
        self._owners[owner] += 1

    def end(self) -> None:
        if self._owner is None:
            return
        self._owners[self._owner] -= 1
        if not self._owners[self._owner]:
            del self._owners[self._owner]


def whole_seconds(seconds: float) -> int:
    """For Retry-After, which knows no fractions and should not be too early."""
    return max(1, ceil(seconds))
