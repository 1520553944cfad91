"""A multipart upload whose parts go straight to the store by presigned requests.

The client numbers and lists its parts; the store's id of the multipart upload is never told, so
whoever knows the upload can do with it what we sign, and nothing else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from chunk_service.domain.errors import StorageUnavailable
from chunk_service.domain.objects import (
    MultipartGone,
    MultipartId,
    ObjectTarget,
    SentPart,
    StoreError,
)
from chunk_service.domain.principals import Principal, bound_file_id
from chunk_service.domain.states import State
from chunk_service.domain.uploads import FileId, Upload, UploadId, Way
from chunk_service.usecases.begin_multipart import BeginMultipart
from chunk_service.usecases.begin_upload import BeginUpload
from chunk_service.usecases.beginning import NewUpload
from chunk_service.usecases.refusals import check_way, past_receiving, unknown_upload


@dataclass(frozen=True, slots=True)
class NamedFile:
    name: str
    content_type: str | None
    metadata: Mapping[str, str]
    main_service_file_id: FileId | None


@dataclass(frozen=True, slots=True)
class NamedUpload:
    """An upload and the name that it was begun under: both must fit, as its clients send both."""

    id: UploadId
    name: str


@dataclass(frozen=True, slots=True)
class PresignedPart:
    number: int
    url: str


@dataclass(frozen=True, slots=True)
class PresignedParts:
    upload: Upload
    parts: Sequence[PresignedPart]
    expires_at: datetime


class Reading(Protocol):
    async def find(self, principal: Principal, upload_id: UploadId) -> Upload | None: ...


class Lease(Protocol):
    async def renew(self, upload_id: UploadId) -> None: ...


class Store(Protocol):
    async def list_parts(
        self, target: ObjectTarget, multipart: MultipartId
    ) -> Sequence[SentPart] | None: ...


class Presigner(Protocol):
    async def part_url(
        self, target: ObjectTarget, *, multipart: MultipartId, number: int, expires_in: timedelta
    ) -> str: ...


@dataclass(frozen=True, slots=True)
class PresignParts:
    begin_upload: BeginUpload
    begin_multipart: BeginMultipart
    reading: Reading
    lease: Lease
    store: Store
    presigner: Presigner
    expires_in: timedelta
    now: Callable[[], datetime]

    async def begin(
        self, principal: Principal, file: NamedFile, *, idempotency_key: str | None
    ) -> Upload:
        wanted = NewUpload(
            main_service_file_id=bound_file_id(principal, file.main_service_file_id),
            original_file_name=file.name,
            content_type=file.content_type,
            metadata=file.metadata,
            total_size=None,
            chunk_size=None,
            total_chunks=None,
            checksum=None,
            relay=None,
            expires_in_seconds=None,
            way=Way.MULTIPART,
            planned_size=self.begin_upload.defaults.largest,
        )
        return await self.begin_upload(principal, wanted, idempotency_key=idempotency_key)

    async def find(self, principal: Principal, named: NamedUpload) -> Upload:
        upload = await self.reading.find(principal, named.id)
        if upload is None or upload.original_file_name != named.name:
            raise unknown_upload()
        check_way(upload, Way.MULTIPART)
        return upload

    async def __call__(
        self, principal: Principal, named: NamedUpload, numbers: Sequence[int]
    ) -> PresignedParts:
        """A request for each part; asking puts the upload's expiry off, as progress does."""
        upload = await self._open(principal, named)
        try:
            multipart = await self.begin_multipart(upload)
        except MultipartGone:
            raise past_receiving((await self.find(principal, named)).state) from None
        except StoreError as error:
            raise StorageUnavailable from error
        await self.lease.renew(upload.id)
        expires_at = self.now() + self.expires_in
        parts = [
            PresignedPart(
                number,
                await self.presigner.part_url(
                    upload.target, multipart=multipart, number=number, expires_in=self.expires_in
                ),
            )
            for number in numbers
        ]
        return PresignedParts(upload, parts, expires_at)

    async def list_parts(self, principal: Principal, named: NamedUpload) -> Sequence[SentPart]:
        """What the store has of it so far."""
        upload = await self._open(principal, named)
        if upload.multipart is None:
            return []
        try:
            return await self.store.list_parts(upload.target, upload.multipart) or []
        except StoreError as error:
            raise StorageUnavailable from error

    async def _open(self, principal: Principal, named: NamedUpload) -> Upload:
        upload = await self.find(principal, named)
        if upload.state is not State.OPEN:
            raise past_receiving(upload.state)
        return upload
