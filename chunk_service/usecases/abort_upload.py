"""A client or an operator gives an upload up: it ends at once, and everything of it goes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from chunk_service.domain.principals import Principal
from chunk_service.domain.states import Change, State, after
from chunk_service.domain.uploads import Upload, UploadId
from chunk_service.usecases.end_upload import EndUpload
from chunk_service.usecases.refusals import past_receiving, unknown_upload

log = structlog.get_logger(__name__)


class Reading(Protocol):
    async def find(self, principal: Principal, upload_id: UploadId) -> Upload | None: ...
    async def read(self, upload_id: UploadId) -> Upload | None: ...


@dataclass(frozen=True, slots=True)
class AbortUpload:
    reading: Reading
    end: EndUpload

    async def __call__(self, principal: Principal, upload_id: UploadId) -> Upload:
        """The aborted upload, also when it had been aborted before."""
        return await self._abort(lambda: self.reading.find(principal, upload_id))

    async def of_anyone(self, upload_id: UploadId) -> Upload:
        """The same for operators, whoever owns it."""
        log.info("abort by an operator", upload_id=str(upload_id))
        return await self._abort(lambda: self.reading.read(upload_id))

    async def _abort(self, read: Callable[[], Awaitable[Upload | None]]) -> Upload:
        while True:
            upload = await read()
            if upload is None:
                raise unknown_upload()
            if upload.state is State.ABORTED:
                return upload
            target = after(upload.state, Change.ABORT)
            if target is None:
                raise past_receiving(upload.state)
            ended = await self.end(upload, target)
            if ended is not None:
                return ended
