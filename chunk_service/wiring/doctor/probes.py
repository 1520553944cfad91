"""Objects of our own under fresh keys, by which a store is tried; and nothing of them is left."""

from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self
from uuid import uuid4

from chunk_service.adapters.digests import CRCS
from chunk_service.adapters.s3.store import S3Store
from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.files import object_key
from chunk_service.domain.objects import MultipartId, ObjectTarget, StoreError
from chunk_service.settings.model import Settings

PROBE: Final = b"chunk-service doctor\n" * 50


def new_target(settings: Settings) -> ObjectTarget:
    unique = uuid4()
    checksum = settings.s3_checksum
    return ObjectTarget(
        bucket=settings.s3_bucket_name,
        key=object_key(unique, "doctor.txt"),
        upload_id=str(unique),
        content_type="text/plain",
        part_checksum=None if checksum == "none" else Algorithm(checksum),
    )


def checksum_of(data: bytes, algorithm: Algorithm | None) -> Checksum | None:
    return None if algorithm is None else Checksum.of_int(algorithm, CRCS[algorithm](data, 0))


@dataclass(slots=True)
class Probed:
    """What was begun in a store; at the end all of it is removed, as far as the store lets us."""

    store: S3Store
    targets: list[ObjectTarget] = field(default_factory=list)
    begun: list[tuple[ObjectTarget, MultipartId]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for target, multipart in self.begun:
            with suppress(StoreError):
                await self.store.abort_multipart(target, multipart)
        for target in self.targets:
            with suppress(StoreError):
                await self.store.delete(target)

    def add(self, target: ObjectTarget) -> ObjectTarget:
        self.targets.append(target)
        return target

    async def begin(self, target: ObjectTarget) -> MultipartId:
        multipart = await self.store.create_multipart(target)
        self.begun.append((target, multipart))
        return multipart
