"""A worker in the test's own loop, as `chunk-service worker` runs it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chunk_service.settings.model import Settings
from chunk_service.wiring.processes import run_worker


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    """A worker of this process, that is sent SIGTERM at the end."""
    task = asyncio.create_task(run_worker(settings))
    try:
        yield
    finally:
        if not task.done():
            os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(20):
            await task
