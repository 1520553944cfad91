"""Begin an upload that one presigned request brings to the store, without coming through here.

The request may write a pending key alone: until it expires its holder can write there again, after
any check. See `confirm_upload.py` for how that becomes a file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from chunk_service.domain.errors import ContentTooLarge, Gone
from chunk_service.domain.objects import ObjectTarget
from chunk_service.domain.plan import MAX_PART_BYTES
from chunk_service.domain.principals import Principal, bound_file_id
from chunk_service.domain.states import State
from chunk_service.domain.uploads import FileId, Upload, Way
from chunk_service.usecases.begin_upload import BeginUpload
from chunk_service.usecases.beginning import NewUpload
from chunk_service.usecases.refusals import past_receiving

# A request that begins just before its URL expires may take its time, and so may the confirmation.
TIME_TO_CONFIRM = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PresignedFile:
    """What is agreed on; `size_bytes` binds the request to exactly that length."""

    name: str
    content_type: str | None
    metadata: Mapping[str, str]
    main_service_file_id: FileId | None
    size_bytes: int | None
    way: Way


@dataclass(frozen=True, slots=True)
class PresignedForm:
    """What a browser's form sends by POST: these fields, then the file."""

    url: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PresignedUpload:
    """`url` is a secret for as long as it lasts; `fields` are for a form alone."""

    upload: Upload
    url: str
    fields: Mapping[str, str] | None
    expires_in: timedelta


class Presigner(Protocol):
    async def put_url(
        self, target: ObjectTarget, *, size_bytes: int | None, expires_in: timedelta
    ) -> str: ...
    async def post_form(
        self, target: ObjectTarget, *, max_bytes: int, min_bytes: int = 0, expires_in: timedelta
    ) -> PresignedForm: ...


@dataclass(frozen=True, slots=True)
class PresignUpload:
    begin: BeginUpload
    presigner: Presigner
    expires_in: timedelta
    now: Callable[[], datetime]

    async def __call__(
        self, principal: Principal, file: PresignedFile, *, idempotency_key: str | None
    ) -> PresignedUpload:
        if (file.size_bytes or 0) > MAX_PART_BYTES:
            raise ContentTooLarge(
                f"One request to the store takes {MAX_PART_BYTES} bytes at most.",
                max_size=MAX_PART_BYTES,
            )
        wanted = self._wanted(principal, file)
        begun = await self.begin.once(principal, wanted, idempotency_key=idempotency_key)
        expires_in = (
            self._time_left(begun.upload) if begun.again else self._first_time(begun.upload)
        )
        return await self._presign(begun.upload, expires_in)

    def _wanted(self, principal: Principal, file: PresignedFile) -> NewUpload:
        return NewUpload(
            main_service_file_id=bound_file_id(principal, file.main_service_file_id),
            original_file_name=file.name,
            content_type=file.content_type,
            metadata=file.metadata,
            total_size=file.size_bytes,
            chunk_size=None,
            total_chunks=None,
            checksum=None,
            relay=None,
            expires_in_seconds=int((self.expires_in + TIME_TO_CONFIRM).total_seconds()),
            way=file.way,
        )

    def _first_time(self, upload: Upload) -> timedelta:
        """The oldest age of uploads may lie below it: what comes after the clean-up stays."""
        lifetime = upload.expires_at - upload.created_at + timedelta(seconds=1)
        return min(self.expires_in, max(lifetime - TIME_TO_CONFIRM, lifetime / 2))

    def _time_left(self, upload: Upload) -> timedelta:
        """No request may be signed for longer than the upload lives."""
        if upload.state is not State.OPEN:
            raise past_receiving(upload.state)
        left = upload.expires_at - TIME_TO_CONFIRM - self.now()
        if left < timedelta(seconds=1):
            raise Gone("The time to upload this file is over.")
        return min(left, self.expires_in)

    async def _presign(self, upload: Upload, expires_in: timedelta) -> PresignedUpload:
        assert upload.pending is not None
        target = replace(upload.target, key=upload.pending.key)
        if upload.way is Way.PUT:
            url = await self.presigner.put_url(
                target, size_bytes=upload.total_size, expires_in=expires_in
            )
            return PresignedUpload(upload, url, None, expires_in)
        form = await self.presigner.post_form(
            target,
            min_bytes=upload.total_size or 0,
            max_bytes=upload.max_size if upload.total_size is None else upload.total_size,
            expires_in=expires_in,
        )
        return PresignedUpload(upload, form.url, form.fields, expires_in)
