"""After a restore: give back to uploads what the database has forgotten but spool and store have.

A file in the spool says in its name which chunk of which upload it is. Where that upload is open
and lacks the chunk, the file is recorded like a chunk that has just arrived; a rival's row or a
wrong length refuses it, as it would any chunk. An open upload whose object already lies at its key
is set stored on the same proof as ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import structlog

from chunk_service.domain.chunking import ChunkLimits, place
from chunk_service.domain.errors import ServiceError, UnsupportedMediaType
from chunk_service.domain.file_types import FIRST_BYTES
from chunk_service.domain.objects import ObjectTarget, StoredObject
from chunk_service.domain.principals import Principal
from chunk_service.domain.states import Change, State, after
from chunk_service.domain.uploads import ChunkDigest, Recipe, SpoolId, Stored, Upload, UploadId
from chunk_service.usecases.check_stored import CheckStored
from chunk_service.usecases.check_type import TypeCheck
from chunk_service.usecases.end_upload import EndUpload
from chunk_service.usecases.ports import ChunkAddress
from chunk_service.usecases.receiving import Attempt, ReceivingRows, offset_of

log = structlog.get_logger(__name__)


class Reading(Protocol):
    async def read(self, upload_id: UploadId) -> Upload | None: ...
    async def live(self) -> Sequence[Upload]: ...


class Identity(Protocol):
    async def adopt(self) -> None: ...


class Store(Protocol):
    async def head(self, target: ObjectTarget) -> StoredObject | None: ...


class Spool(Protocol):
    @property
    def id(self) -> SpoolId: ...
    async def file_sizes(self) -> Mapping[str, int]: ...
    async def digest(self, file_name: str, recipe: Recipe) -> ChunkDigest: ...
    async def first_bytes(self, file_name: str, most_bytes: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class AdoptFiles:
    rows: ReceivingRows
    reading: Reading
    identity: Identity
    store: Store
    spool: Spool
    check: CheckStored
    end: EndUpload
    types: TypeCheck
    limits: ChunkLimits

    async def __call__(self) -> tuple[int, int]:
        """Adopt what matches, then trust the database again: (chunks, objects) adopted."""
        objects = sum([await self._adopt_object(each) for each in await self.reading.live()])
        sizes = await self.spool.file_sizes()
        chunks = sum([await self._adopt_file(name, size) for name, size in sizes.items()])
        await self.identity.adopt()
        return chunks, objects

    async def _adopt_file(self, file_name: str, size_bytes: int) -> bool:
        address = address_in(file_name)
        upload = None if address is None else await self.reading.read(address.upload_id)
        if address is None or upload is None or upload.state is not State.OPEN:
            return False
        attempt = Attempt(
            id=UUID(file_name.rsplit(".", 1)[1]),
            spool_id=self.spool.id,
            file_name=file_name,
            size_bytes=size_bytes,
            ttl=timedelta(hours=1),
            way=upload.way,
        )
        admission = await self.rows.reserve(attempt, address, Principal(owner=upload.owner))
        if admission is None or not admission.reserved:
            return False
        try:
            place(upload.progress, address.index, size_bytes, self.limits)
            await self._judge(upload, attempt, address)
            return await self._record(attempt, address)
        except ServiceError as refusal:
            log.warning("file not adopted", upload_id=str(upload.id), reason=refusal.detail)
            await self.rows.release(attempt.id)
            return False

    async def _judge(self, upload: Upload, attempt: Attempt, address: ChunkAddress) -> None:
        """A file may have been left by a process that died while it was refusing it."""
        if address.index == 0 and self.types.is_wanted:
            first_bytes = await self.spool.first_bytes(attempt.file_name, FIRST_BYTES)
            self.types.check_first_chunk(upload, first_bytes)

    async def _record(self, attempt: Attempt, address: ChunkAddress) -> bool:
        admission = await self.rows.read(address)
        assert admission is not None
        offset = offset_of(admission, address.index)
        recipe = admission.upload.recipe(offset)
        digest = await self.spool.digest(attempt.file_name, recipe)
        placement = place(
            admission.upload.progress, address.index, digest.size_bytes, self.limits
        ).at(offset)
        record = self.rows.record if admission.chunk is None else self.rows.retake
        recorded = await record(attempt, admission.upload, placement, digest)
        return recorded is not None

    async def _adopt_object(self, upload: Upload) -> bool:
        found = await self.store.head(upload.target)
        target = after(upload.state, Change.ADOPT)
        if found is None or target is None or found.upload_id != str(upload.id):
            return False
        if not upload.way.is_received and not await self._is_allowed(upload, found):
            return False
        stored = Stored(size_bytes=found.size_bytes, etag=found.etag, checksum=found.checksum)
        return await self.end(upload, target, stored=stored) is not None

    async def _is_allowed(self, upload: Upload, found: StoredObject) -> bool:
        """Of an object whose bytes nobody here has seen."""
        try:
            await self.check(upload, upload.target, found.etag)
        except UnsupportedMediaType as fault:
            log.warning("object not adopted", upload_id=str(upload.id), reason=fault.detail)
            return False
        return True


def address_in(file_name: str) -> ChunkAddress | None:
    """Read `<upload>.<index>.<attempt>`; None where the name is of another kind."""
    try:
        upload_id, index, attempt = file_name.split(".")
        UUID(attempt)
        return ChunkAddress(upload_id=UploadId(UUID(upload_id)), index=int(index))
    except ValueError:
        return None
