"""Wait for a completing upload, which goes on whether anybody waits or not."""

import asyncio
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from chunk_service.domain.errors import Gone, StorageUnavailable
from chunk_service.domain.states import State
from chunk_service.domain.uploads import Upload, UploadId
from chunk_service.usecases.closing import Taken
from chunk_service.usecases.refusals import past_receiving


class Reading(Protocol):
    async def read(self, upload_id: UploadId) -> Upload | None: ...
    async def was_deleted(self, upload_id: UploadId) -> bool: ...


class Pursuit(Protocol):
    """Drives a completing upload to its end in the background of this process."""

    def pursue(self, upload_id: UploadId) -> None: ...
    def close(self, taken: Taken) -> None:
        """The same for one that this process holds already."""
        ...

    def closing(self, upload_id: UploadId) -> AbstractContextManager[None]:
        """Within it this process takes the upload, so nobody needs to tell it that it completes."""
        ...

    async def wait(self, upload_id: UploadId, timeout_seconds: float) -> Upload | None:
        """Return when the upload may have ended, or after the time-out.

        Where it ended in this process: as it ended.
        """
        ...


@dataclass(frozen=True, slots=True)
class AwaitEnd:
    reading: Reading
    pursuit: Pursuit
    wait_seconds: float

    def pursue(self, upload: Upload) -> Upload:
        """Do not wait."""
        self.pursuit.pursue(upload.id)
        return upload

    async def __call__(self, upload: Upload) -> Upload:
        """Pursue it, and wait as below."""
        self.pursue(upload)
        return await self.wait(upload)

    async def wait(self, upload: Upload) -> Upload:
        """The upload as it is when it completes no more; StorageUnavailable after the time-out."""
        deadline = asyncio.get_running_loop().time() + self.wait_seconds
        while upload.state is State.COMPLETING:
            left_seconds = deadline - asyncio.get_running_loop().time()
            if left_seconds <= 0:
                raise StorageUnavailable(
                    "The object is being put together; ask again.", retry_after_seconds=2
                )
            ended = await self.pursuit.wait(upload.id, left_seconds)
            upload = ended or await self.reading.read(upload.id) or upload
        return upload

    async def check_stored(self, upload: Upload) -> Upload:
        """The same upload; raises what else became of it, or of its file since."""
        if upload.state is not State.STORED:
            raise past_receiving(upload.state)
        if await self.reading.was_deleted(upload.id):
            raise Gone("The file has been deleted.")
        return upload
