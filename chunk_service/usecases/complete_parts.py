"""Complete an upload whose parts went straight to the store: judge the client's list of them.

The one place where a listing of the store counts: nobody here has seen these bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from chunk_service.domain.errors import (
    ContentTooLarge,
    Gone,
    ServiceError,
    StateConflict,
    StorageUnavailable,
    ValidationFailed,
)
from chunk_service.domain.objects import MultipartId, ObjectTarget, SentPart, StoreError
from chunk_service.domain.plan import MIN_PART_BYTES
from chunk_service.domain.principals import Principal
from chunk_service.domain.states import Change, State, after
from chunk_service.domain.uploads import Upload, UploadId
from chunk_service.usecases.await_end import AwaitEnd
from chunk_service.usecases.closing import PartRow
from chunk_service.usecases.end_upload import EndUpload
from chunk_service.usecases.make_of_parts import FORGOTTEN
from chunk_service.usecases.presign_parts import NamedUpload, PresignParts
from chunk_service.usecases.refusals import past_receiving

TRIES = 3


@dataclass(frozen=True, slots=True)
class ListedPart:
    """As the client lists it; some strip the quotes of an ETag."""

    number: int
    etag: str

    def is_of(self, part: SentPart) -> bool:
        return self.number == part.number and self.etag.strip('"') == part.etag.strip('"')


class Rows(Protocol):
    async def begin_completing(
        self, upload: Upload, *, size_bytes: int, etag: str | None, parts: Sequence[SentPart]
    ) -> Upload | None: ...


class Reading(Protocol):
    async def parts(self, upload_id: UploadId) -> Sequence[PartRow]: ...


class Store(Protocol):
    async def list_parts(
        self, target: ObjectTarget, multipart: MultipartId
    ) -> Sequence[SentPart] | None: ...


@dataclass(frozen=True, slots=True)
class CompleteParts:
    presign: PresignParts
    rows: Rows
    reading: Reading
    store: Store
    end: EndUpload
    await_end: AwaitEnd

    async def __call__(
        self, principal: Principal, named: NamedUpload, listed: Sequence[ListedPart]
    ) -> Upload:
        """The upload, `stored`; the same list again gets the same answer."""
        upload = await self._begin(principal, named, listed)
        if upload.state not in (State.COMPLETING, State.STORED):
            raise past_receiving(upload.state)
        await self._check_same(upload, listed)
        if upload.state is State.COMPLETING:
            upload = await self.await_end(upload)
        if upload.state is State.OPEN:
            raise ValidationFailed("A part was sent again since it was listed; list them again.")
        return await self.await_end.check_stored(upload)

    async def _begin(
        self, principal: Principal, named: NamedUpload, listed: Sequence[ListedPart]
    ) -> Upload:
        for _ in range(TRIES):
            upload = await self.presign.find(principal, named)
            if upload.state is not State.OPEN:
                return upload
            parts = await self._judge(upload, listed)
            if parts is None:
                continue
            began = await self.rows.begin_completing(
                upload, size_bytes=_total(parts), etag=None, parts=parts
            )
            if began is not None:
                return began
        raise StorageUnavailable(retry_after_seconds=1)

    async def _check_same(self, upload: Upload, listed: Sequence[ListedPart]) -> None:
        parts = [part.sent for part in await self.reading.parts(upload.id) if part.sent]
        same = len(parts) == len(listed) and all(
            ours.is_of(theirs) for ours, theirs in zip(listed, parts, strict=True)
        )
        if not same:
            raise StateConflict(
                f"The upload is {upload.state} with other parts.", state=str(upload.state)
            )

    async def _judge(
        self, upload: Upload, listed: Sequence[ListedPart]
    ) -> Sequence[SentPart] | None:
        """The parts as the store has them; what is wrong can be mended, unless it is too much.

        None where the upload is open no more, so that what was seen says nothing about it.
        """
        if any(before.number >= after_it.number for before, after_it in pairwise(listed)):
            raise ValidationFailed("Parts must be listed in ascending order, each once.")
        there = await self._stored_parts(upload)
        if there is None:
            await self._refuse(upload, Gone(FORGOTTEN))
            return None
        stored = {part.number: part for part in there}
        for each in listed:
            theirs = stored.get(each.number)
            if theirs is None or not each.is_of(theirs):
                raise ValidationFailed(
                    f"Part {each.number} is not in the store, or has another ETag.",
                    part=each.number,
                )
        parts = [stored[part.number] for part in listed]
        for part in parts[:-1]:
            if part.size_bytes < MIN_PART_BYTES:
                raise ValidationFailed(
                    f"Every part but the last has {MIN_PART_BYTES} bytes or more; part "
                    f"{part.number} has {part.size_bytes}.",
                    part=part.number,
                )
        if _total(parts) > upload.max_size:
            await self._refuse(
                upload,
                ContentTooLarge(
                    f"The parts have more than {upload.max_size} bytes.", max_size=upload.max_size
                ),
            )
            return None
        return parts

    async def _stored_parts(self, upload: Upload) -> Sequence[SentPart] | None:
        """None where the store has dropped them, or somebody has completed them."""
        if upload.multipart is None:
            return []
        try:
            return await self.store.list_parts(upload.target, upload.multipart)
        except StoreError as error:
            raise StorageUnavailable from error

    async def _refuse(self, upload: Upload, refusal: ServiceError) -> None:
        """For good, since no list of parts can mend it; unless the upload is open no more."""
        target = after(upload.state, Change.REFUSE)
        assert target is not None
        if await self.end(upload, target, failure=refusal.detail) is not None:
            raise refusal


def _total(parts: Sequence[SentPart]) -> int:
    return sum(part.size_bytes for part in parts)
