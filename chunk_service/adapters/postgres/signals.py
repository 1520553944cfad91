"""News between processes: which uploads turned completing or ended, by LISTEN and NOTIFY.

Only a saving of time: whoever misses a message finds the same in the rows at its next round. The
connection is one of its own and is opened anew when it is lost.
"""

import asyncio
from collections.abc import Callable
from random import SystemRandom
from uuid import UUID

import asyncpg
import structlog

from chunk_service.adapters.postgres.lost_connections import LOST
from chunk_service.domain.retries import backoff_seconds
from chunk_service.domain.uploads import UploadId

log = structlog.get_logger(__name__)

DICE = SystemRandom()

CHANNEL = "chunk_service"
COMPLETING = "completing"
ENDED = "ended"
PING_SECONDS = 15.0

NOTIFY_COMPLETING = f"pg_notify('{CHANNEL}', '{COMPLETING} ' || u.id)"
NOTIFY_ENDED = f"pg_notify('{CHANNEL}', '{ENDED} ' || u.id)"


async def listen(
    dsn: str, *, completing: Callable[[UploadId], None], ended: Callable[[UploadId], None]
) -> None:
    """Call back for every message, until cancelled."""
    calls = {COMPLETING: completing, ENDED: ended}

    def hear(_connection: object, _pid: int, _channel: str, payload: object) -> None:
        word, _, upload_id = str(payload).partition(" ")
        if word in calls:
            calls[word](UploadId(UUID(upload_id)))

    failures = 0
    while True:
        try:
            connection = await asyncpg.connect(dsn, timeout=5)
            try:
                await connection.add_listener(CHANNEL, hear)
                failures = 0
                while True:
                    await asyncio.sleep(PING_SECONDS)
                    await connection.execute("SELECT 1", timeout=5)
            finally:
                connection.terminate()
        except (OSError, TimeoutError, *LOST) as error:
            log.warning("not listening", error=type(error).__name__)
            await asyncio.sleep(backoff_seconds(failures, first=0.5, most=10, dice=DICE.random))
            failures += 1
