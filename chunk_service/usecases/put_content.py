"""Make the object of a small file that is in memory, and nowhere else.

Nobody was told that it is here, so it is given up where the store does not take it for long. Until
then this process alone holds the upload.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from chunk_service.domain.objects import (
    BytesSource,
    ObjectExists,
    ObjectRefused,
    OutcomeUnknown,
    StoreError,
)
from chunk_service.domain.retries import backoff_seconds
from chunk_service.domain.uploads import Upload
from chunk_service.usecases.closing import Closed, Content
from chunk_service.usecases.make_of_chunks import answered_checksum
from chunk_service.usecases.prove_object import ProveObject
from chunk_service.usecases.put_whole import Store, put_whole
from chunk_service.usecases.relay_parts import part_checksum

log = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class PutContent:
    store: Store
    proof: ProveObject
    dice: Callable[[], float]

    async def __call__(self, upload: Upload, content: Content, until: float) -> Closed:
        """Try until then, of the monotonic clock; StoreError: nothing is decided.

        The mark that a call is outstanding has been set.
        """
        failures = 0
        try:
            async with asyncio.timeout(until - time.monotonic()):
                while True:
                    try:
                        return await self._try(upload, content, is_first=failures == 0)
                    except StoreError as error:
                        await self._pause(upload, failures, error)
                        failures += 1
        except TimeoutError:
            raise OutcomeUnknown("PutObject: not in time") from None

    async def _pause(self, upload: Upload, failures: int, error: StoreError) -> None:
        seconds = backoff_seconds(
            failures, first=FIRST_PAUSE_SECONDS, most=LONGEST_PAUSE_SECONDS, dice=self.dice
        )
        log.warning(
            "small file put off",
            upload_id=str(upload.id),
            error=type(error).__name__,
            reason=str(error),
            pause_seconds=round(seconds, 2),
        )
        await asyncio.sleep(seconds)

    async def _try(self, upload: Upload, content: Content, *, is_first: bool) -> Closed:
        whole = content.digest.whole
        checksum = answered_checksum(upload, whole)
        if not is_first and await self.proof.is_there(upload, checksum):
            return Closed.OVER
        source = BytesSource(content.data, part_checksum(upload, whole))
        try:
            seen = await put_whole(self.store, upload, source)
        except (ObjectExists, ObjectRefused) as refusal:
            return await self.proof.decide_refused(upload, refusal, checksum)
        return await self.proof.prove(upload, checksum, seen)
