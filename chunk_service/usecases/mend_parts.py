"""The store refused our list of parts: find out which it lacks, and have those sent again.

The only place where a listing of the store counts. A part that was sent twice may carry the ETag of
the attempt that landed last; it is taken over where size and checksum are ours. Any other part is
forgotten, and chunks whose bytes are no longer here turn missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chunk_service.domain.objects import MultipartId, ObjectTarget, OutcomeUnknown, SentPart
from chunk_service.domain.uploads import Upload, UploadId


class Rows(Protocol):
    async def replace_etag(self, upload: Upload, number: int, etag: str) -> None: ...


class Repairing(Protocol):
    async def forget_multipart(self, upload_id: UploadId, multipart: MultipartId) -> bool: ...
    async def forget_parts(
        self, upload_id: UploadId, multipart: MultipartId, numbers: Sequence[int]
    ) -> bool: ...


class Store(Protocol):
    async def list_parts(
        self, target: ObjectTarget, multipart: MultipartId
    ) -> Sequence[SentPart] | None: ...


@dataclass(frozen=True, slots=True)
class MendParts:
    rows: Rows
    repairing: Repairing
    store: Store

    async def __call__(self, upload: Upload, sent: Sequence[SentPart]) -> bool:
        """Whether parts must be sent again; where not, closing can be tried again at once."""
        assert upload.multipart is not None
        listed = await self.store.list_parts(upload.target, upload.multipart)
        if listed is None:
            await self.repairing.forget_multipart(upload.id, upload.multipart)
            return True
        theirs = {part.number: part for part in listed}
        differing = [part for part in sent if not _agrees(part, theirs.get(part.number))]
        if not differing:
            raise OutcomeUnknown("the store lists the parts that it refused")
        lacking = []
        for part in differing:
            other = theirs.get(part.number)
            if other is not None and _same_bytes(part, other):
                await self.rows.replace_etag(upload, part.number, other.etag)
            else:
                lacking.append(part.number)
        if lacking:
            await self.repairing.forget_parts(upload.id, upload.multipart, lacking)
        return bool(lacking)


def _agrees(ours: SentPart, theirs: SentPart | None) -> bool:
    """Not every store lists checksums; one that does must list ours."""
    return (
        theirs is not None
        and theirs.etag == ours.etag
        and theirs.size_bytes == ours.size_bytes
        and (None in (ours.checksum, theirs.checksum) or ours.checksum == theirs.checksum)
    )


def _same_bytes(ours: SentPart, theirs: SentPart) -> bool:
    return (
        theirs.size_bytes == ours.size_bytes
        and ours.checksum is not None
        and theirs.checksum == ours.checksum
    )
