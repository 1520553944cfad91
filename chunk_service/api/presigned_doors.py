"""What the doors to presigned uploads call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chunk_service.domain.objects import SentPart
from chunk_service.domain.principals import Principal
from chunk_service.domain.uploads import Upload
from chunk_service.usecases.complete_parts import ListedPart
from chunk_service.usecases.presign_parts import NamedFile, NamedUpload, PresignedParts
from chunk_service.usecases.presign_upload import PresignedFile, PresignedUpload


class PresignFile(Protocol):
    async def __call__(
        self, principal: Principal, file: PresignedFile, *, idempotency_key: str | None
    ) -> PresignedUpload: ...


class Confirm(Protocol):
    async def __call__(self, principal: Principal, key: str) -> Upload: ...


class Parts(Protocol):
    async def begin(
        self, principal: Principal, file: NamedFile, *, idempotency_key: str | None
    ) -> Upload: ...
    async def find(self, principal: Principal, named: NamedUpload) -> Upload: ...
    async def __call__(
        self, principal: Principal, named: NamedUpload, numbers: Sequence[int]
    ) -> PresignedParts: ...
    async def list_parts(self, principal: Principal, named: NamedUpload) -> Sequence[SentPart]: ...


class Complete(Protocol):
    async def __call__(
        self, principal: Principal, named: NamedUpload, listed: Sequence[ListedPart]
    ) -> Upload: ...


@dataclass(frozen=True, slots=True)
class PresignedDoors:
    upload: PresignFile
    confirm: Confirm
    parts: Parts
    complete: Complete
