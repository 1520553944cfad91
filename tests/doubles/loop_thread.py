"""An event loop in a thread of its own, so that a double answers while a test's loop is busy.

Tests call a double as plain methods; those hop over by `run` and `call`, so that everything a
double holds is touched by one thread only.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_TIMEOUT_SECONDS = 30


class LoopThread:
    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_TIMEOUT_SECONDS)

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        async def work() -> T:
            return function(*args, **kwargs)

        return self.run(work())

    def stop(self, last: Callable[[], Awaitable[None]]) -> None:
        """Run `last`, then end the loop; what was to run in it is gone."""

        async def work() -> None:
            await last()

        self.run(work())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_TIMEOUT_SECONDS)
        self._loop.close()
