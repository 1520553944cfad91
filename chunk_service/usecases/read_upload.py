"""Say where an upload stands: its state, which chunks are here, which are missing, what is sent."""

from dataclasses import dataclass
from typing import Protocol

from chunk_service.domain.principals import Principal
from chunk_service.domain.ranges import Range, gaps
from chunk_service.domain.uploads import Upload, UploadId
from chunk_service.usecases.refusals import unknown_upload


@dataclass(frozen=True, slots=True)
class UploadStatus:
    """`missing` goes up to the total where it is known, else up to the highest chunk seen."""

    upload: Upload
    received: list[Range]
    missing: list[Range]
    parts_relayed: int


class Reading(Protocol):
    async def find(self, principal: Principal, upload_id: UploadId) -> Upload | None: ...
    async def received(self, upload_id: UploadId) -> list[Range]: ...
    async def count_relayed(self, upload_id: UploadId) -> int: ...


@dataclass(frozen=True, slots=True)
class ReadUpload:
    reading: Reading

    async def __call__(self, principal: Principal, upload_id: UploadId) -> UploadStatus:
        upload = await self.reading.find(principal, upload_id)
        if upload is None:
            raise unknown_upload()
        received = await self.reading.received(upload_id)
        return UploadStatus(
            upload=upload,
            received=received,
            missing=gaps(received, expected_chunks(upload)),
            parts_relayed=await self.reading.count_relayed(upload_id),
        )


def expected_chunks(upload: Upload) -> int:
    if upload.total_chunks is not None:
        return upload.total_chunks
    known = upload.highest_index + 1
    if upload.chunk_size is not None and upload.total_size is not None:
        return max(known, -(-upload.total_size // upload.chunk_size))
    return known
