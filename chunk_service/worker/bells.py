"""What the use cases ring and the engine of this process answers: queues of upload ids.

Nothing here is a record: what is owed is in rows, and the engine's round finds what was never rung
or was lost with a process. The bells only save the wait for that round.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from chunk_service.domain.uploads import UploadId

LONGEST_WAIT_SECONDS = 0.5


class IdQueue:
    """Upload ids in the order they came, each at most once."""

    def __init__(self) -> None:
        self._ids: OrderedDict[UploadId, None] = OrderedDict()
        self._filled = asyncio.Event()

    def put(self, upload_id: UploadId) -> None:
        self._ids[upload_id] = None
        self._filled.set()

    def __len__(self) -> int:
        return len(self._ids)

    async def get(self) -> UploadId:
        while not self._ids:
            self._filled.clear()
            await self._filled.wait()
        return self._ids.popitem(last=False)[0]


class Bells:
    def __init__(self) -> None:
        self.to_relay = IdQueue()
        self.to_place = IdQueue()
        self.to_close = IdQueue()
        self.to_clean = IdQueue()
        self._changed: dict[UploadId, asyncio.Event] = {}
        self._when_announced: Callable[[UploadId], None] | None = None

    def kick(self, upload_id: UploadId) -> None:
        self.to_relay.put(upload_id)

    def place(self, upload_id: UploadId) -> None:
        self.to_place.put(upload_id)

    def pursue(self, upload_id: UploadId) -> None:
        self.to_close.put(upload_id)

    def clean_up(self, upload_id: UploadId) -> None:
        self.to_clean.put(upload_id)

    def announce(self, upload_id: UploadId) -> None:
        """The upload left `completing`, here or in another process: wake whoever waits."""
        if self._when_announced is not None:
            self._when_announced(upload_id)
        event = self._changed.get(upload_id)
        if event is not None:
            event.set()

    def when_announced(self, call: Callable[[UploadId], None]) -> None:
        self._when_announced = call

    async def wait(self, upload_id: UploadId, timeout_seconds: float) -> None:
        """Return at a change announced here, or soon: another process may have made it."""
        event = self._changed.setdefault(upload_id, asyncio.Event())
        try:
            async with asyncio.timeout(min(timeout_seconds, LONGEST_WAIT_SECONDS)):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            if self._changed.get(upload_id) is event:
                del self._changed[upload_id]
