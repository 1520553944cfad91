"""Which uploads wait for their last parts, and whether those have been sent in this process.

A try to close that found parts unsent comes again when the last of them is through: not sooner,
which would be a hot loop, and not only at the next round, which would be a wait.
"""

from collections import Counter
from collections.abc import Awaitable

from chunk_service.domain.uploads import UploadId
from chunk_service.worker.bells import Bells


class Progress:
    def __init__(self, bells: Bells) -> None:
        self._bells = bells
        self._sending: Counter[UploadId] = Counter()
        self._sent: Counter[UploadId] = Counter()
        self._awaiting: set[UploadId] = set()

    def sent(self, upload_id: UploadId) -> int:
        """How many windows of the upload have left this process so far."""
        return self._sent[upload_id]

    async def follow(self, upload_id: UploadId, sending: Awaitable[None]) -> None:
        """Await one window; a failed one is tried again later and closes nothing."""
        self._sending[upload_id] += 1
        try:
            await sending
            self._sent[upload_id] += 1
        finally:
            self._sending[upload_id] -= 1
            if not self._sending[upload_id]:
                del self._sending[upload_id]
        if not self._sending[upload_id]:
            self._close_if_awaited(upload_id)

    def _close_if_awaited(self, upload_id: UploadId) -> None:
        if upload_id in self._awaiting:
            self._awaiting.discard(upload_id)
            self._bells.pursue(upload_id)

    def awaits(self, upload_id: UploadId, seen: int) -> bool:
        """Close again once windows are through; at once where some were since `seen`."""
        self._awaiting.add(upload_id)
        if self._sent[upload_id] != seen and not self._sending[upload_id]:
            self._close_if_awaited(upload_id)
            return False
        return True

    def forget(self, upload_id: UploadId) -> None:
        self._awaiting.discard(upload_id)
        self._sent.pop(upload_id, None)
