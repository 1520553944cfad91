"""What the use cases ring and the engine of this process answers: queues of upload ids.

Nothing here is a record: what is owed is in rows, and the engine's round finds what was never rung
or was lost with a process. The bells only save the wait for that round.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chunk_service.domain.states import State
from chunk_service.domain.uploads import Upload, UploadId
from chunk_service.usecases.closing import Taken

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

    def take(self, most: int) -> list[UploadId]:
        """What waits now."""
        return [self._ids.popitem(last=False)[0] for _ in range(min(most, len(self._ids)))]

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
        self.to_tidy = IdQueue()
        self._changes: dict[UploadId, asyncio.Future[Upload | None]] = {}
        self._taken: dict[UploadId, Taken] = {}
        self._closing: Counter[UploadId] = Counter()
        self._when_announced: Callable[[UploadId], None] | None = None

    def kick(self, upload_id: UploadId) -> None:
        self.to_relay.put(upload_id)

    def place(self, upload_id: UploadId) -> None:
        self.to_place.put(upload_id)

    def pursue(self, upload_id: UploadId) -> None:
        self.to_close.put(upload_id)

    def close(self, taken: Taken) -> None:
        self._taken[taken.upload.id] = taken
        self.to_close.put(taken.upload.id)

    def take_up(self, upload_id: UploadId) -> Taken | None:
        """What was handed on with the upload's bell, once."""
        return self._taken.pop(upload_id, None)

    @contextmanager
    def closing(self, upload_id: UploadId) -> Iterator[None]:
        """While this process is at it, what Postgres tells of it is its own doing."""
        self._closing[upload_id] += 1
        try:
            yield
        finally:
            self._closing[upload_id] -= 1
            if not self._closing[upload_id]:
                del self._closing[upload_id]

    def hear_completing(self, upload_id: UploadId) -> None:
        if upload_id not in self._closing and upload_id not in self._taken:
            self.pursue(upload_id)

    def hear_ended(self, upload_id: UploadId) -> None:
        if upload_id not in self._closing:
            self.announce(upload_id)

    def not_taken_up(self) -> list[UploadId]:
        return list(self._taken)

    def ended(self, upload: Upload) -> None:
        self._announce(upload.id, upload)
        if upload.cleanup_due_at is None:
            return
        queue = self.to_tidy if upload.state is State.STORED else self.to_clean
        queue.put(upload.id)

    def clean_up(self, upload_id: UploadId) -> None:
        self.to_clean.put(upload_id)

    def announce(self, upload_id: UploadId) -> None:
        """The upload left `completing`, here or in another process: wake whoever waits."""
        self._announce(upload_id, None)

    def _announce(self, upload_id: UploadId, ended: Upload | None) -> None:
        if self._when_announced is not None:
            self._when_announced(upload_id)
        change = self._changes.pop(upload_id, None)
        if change is not None and not change.done():
            change.set_result(ended)

    def when_announced(self, call: Callable[[UploadId], None]) -> None:
        self._when_announced = call

    async def wait(self, upload_id: UploadId, timeout_seconds: float) -> Upload | None:
        """Return at a change announced here, or soon: another process may have made it.

        The upload where it ended here.
        """
        fresh = asyncio.get_running_loop().create_future()
        change = self._changes.setdefault(upload_id, fresh)
        try:
            await asyncio.wait({change}, timeout=min(timeout_seconds, LONGEST_WAIT_SECONDS))
        finally:
            if self._changes.get(upload_id) is change:
                del self._changes[upload_id]
        return change.result() if change.done() else None
