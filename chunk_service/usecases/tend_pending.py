"""Look after presigned requests that nobody confirms: what was written becomes a file, the rest
expires when nothing can be written any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from chunk_service.domain.errors import QuotaExceeded, ServiceError
from chunk_service.domain.objects import StoreError
from chunk_service.domain.states import Change, after
from chunk_service.domain.uploads import Upload
from chunk_service.usecases.confirm_upload import ConfirmUpload
from chunk_service.usecases.end_upload import EndUpload

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 100
SOONEST = timedelta(seconds=10)
LATEST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class DueUpload:
    """`is_over`: nothing can be written for it any more."""

    upload: Upload
    is_over: bool


class Rows(Protocol):
    async def take_due(
        self, limit: int, *, soonest: timedelta, latest: timedelta
    ) -> Sequence[DueUpload]: ...


class Guard(Protocol):
    async def may_destroy(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class TendPending:
    rows: Rows
    guard: Guard
    confirm: ConfirmUpload
    end: EndUpload

    async def __call__(self) -> None:
        for due in await self.rows.take_due(MOST_AT_ONCE, soonest=SOONEST, latest=LATEST):
            await self._tend(due.upload, is_over=due.is_over)

    async def _tend(self, upload: Upload, *, is_over: bool) -> None:
        try:
            if await self.confirm.look(upload) is not None:
                return
        except QuotaExceeded:
            log.info("pending upload does not fit its owner's quota", upload_id=str(upload.id))
        except (StoreError, ServiceError) as error:
            log.warning("pending upload put off", upload_id=str(upload.id), reason=str(error))
            return
        target = after(upload.state, Change.EXPIRE)
        if is_over and target is not None and await self.guard.may_destroy():
            await self.end(upload, target)
