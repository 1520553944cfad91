"""Waiting for what another thread brings about: asked again and again, up to a deadline."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

# Several runs of tests share a machine that may be slow: a process took over 10 s to start there.
_DEADLINE_SECONDS = 30.0
_PAUSE_SECONDS = 0.01


async def until(ask: Callable[[], Awaitable[T]], holds: Callable[[T], object]) -> T:
    """The first answer that `holds`; AssertionError with the last one at the deadline."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while not holds(answer := await ask()):
        assert time.monotonic() < deadline, f"still {answer!r}"
        await asyncio.sleep(_PAUSE_SECONDS)
    return answer
