"""Say why an upload is not finished: its rows, and one question to the store."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from chunk_service.domain.objects import StoreError, StoreRefused
from chunk_service.domain.states import LIVE
from chunk_service.domain.uploads import UploadId
from chunk_service.usecases.find_uploads import FindUploads, UploadDetails
from chunk_service.usecases.upload_reasons import (
    Cause,
    Reason,
    of_client,
    of_closing,
    of_relay_mode,
    of_the_end,
    of_time,
)
from chunk_service.usecases.window_reasons import of_windows

STORE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Explanation:
    details: UploadDetails
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class ExplainUpload:
    """`ask_store` raises StoreError where the bucket does not answer."""

    find: FindUploads
    ask_store: Callable[[], Awaitable[None]]

    async def __call__(self, upload_id: UploadId) -> Explanation:
        details = await self.find.read(upload_id)
        is_live = details.record.upload.state in LIVE
        store = await self._of_store() if is_live else ()
        return Explanation(details, [*_of_rows(details), *store, *of_time(details.record)])

    async def _of_store(self) -> Sequence[Reason]:
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await self.ask_store()
        except StoreRefused as refused:
            sentence = f"The store refuses us ({refused}): look at its credentials and bucket."
            return [Reason(Cause.STORE_REFUSES, sentence)]
        except (StoreError, TimeoutError) as error:
            reason = str(error) or f"no answer in {STORE_SECONDS:.0f} seconds"
            return [Reason(Cause.STORE_AWAY, f"The store does not answer ({reason}).")]
        return ()


def _of_rows(details: UploadDetails) -> Iterator[Reason]:
    record = details.record
    yield from of_client(record)
    yield from of_relay_mode(record.upload)
    yield from of_windows(record)
    yield from of_closing(record)
    yield from of_the_end(details)
