"""Begin an upload: fix its plan and its key, and promise what its chunks may be.

With an idempotency key the same request finds the same upload for a day; without one each call
begins anew. Nothing is created in the store or on disk yet.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from chunk_service.domain.chunking import ChunkLimits, check_declared
from chunk_service.domain.errors import QuotaExceeded, ServiceError, SpoolFull, ValidationFailed
from chunk_service.domain.files import object_key, pending_key
from chunk_service.domain.plan import make_plan
from chunk_service.domain.principals import Principal
from chunk_service.domain.receivers import callback_fault
from chunk_service.domain.states import TERMINAL, State
from chunk_service.domain.uploads import (
    RelayMode,
    Upload,
    UploadId,
    Way,
)
from chunk_service.usecases.beginning import (
    Begun,
    Draft,
    Earlier,
    IdempotencyKey,
    NewUpload,
    NoRoom,
    UploadDefaults,
)
from chunk_service.usecases.check_type import TypeCheck
from chunk_service.usecases.refusals import takes_no_new_uploads, unknown_upload

Book = Callable[[Draft, IdempotencyKey | None], Awaitable[Upload | NoRoom | None]]


class Rows(Protocol):
    async def begin(self, draft: Draft, key: IdempotencyKey | None) -> Upload | NoRoom | None: ...
    async def find_earlier(self, owner: str, key: IdempotencyKey) -> Earlier | None: ...


@dataclass(frozen=True, slots=True)
class BeginUpload:
    rows: Rows
    defaults: UploadDefaults
    limits: ChunkLimits
    types: TypeCheck
    new_id: Callable[[], UUID]

    async def __call__(
        self, principal: Principal, wanted: NewUpload, *, idempotency_key: str | None
    ) -> Upload:
        begun = await self.once(principal, wanted, idempotency_key=idempotency_key)
        return begun.upload

    async def once(
        self, principal: Principal, wanted: NewUpload, *, idempotency_key: str | None
    ) -> Begun:
        draft = self.draft(principal, wanted)
        return await self.book(draft, wanted, self.rows.begin, idempotency_key=idempotency_key)

    async def book(
        self, draft: Draft, wanted: NewUpload, begin: Book, *, idempotency_key: str | None
    ) -> Begun:
        """Insert by `begin` what `wanted` was drafted as, or find what the key began before."""
        key = None
        if idempotency_key is not None:
            key = IdempotencyKey(idempotency_key, _fingerprint(wanted))
        upload = await begin(draft, key)
        if isinstance(upload, Upload):
            return Begun(upload, again=False, first=draft.first)
        return Begun(await self._earlier(draft.owner, key, upload), again=True)

    async def _earlier(
        self, owner: str, key: IdempotencyKey | None, no_room: NoRoom | None
    ) -> Upload:
        """The upload that this key began before, also where there is no room for another."""
        earlier = None if key is None else await self.rows.find_earlier(owner, key)
        if key is None or earlier is None:
            raise _refusal(no_room)
        if earlier.fingerprint != key.fingerprint:
            raise ValidationFailed("This Idempotency-Key was used with another request.")
        if no_room is not None and _is_lost(earlier.upload):
            raise _refusal(no_room)
        return earlier.upload

    def draft(self, principal: Principal, wanted: NewUpload) -> Draft:
        """The upload that is asked for; raises what forbids it, whatever is stored already."""
        if not principal.may_touch(wanted.main_service_file_id):
            raise unknown_upload()
        self.types.check_name(wanted.original_file_name, wanted.content_type)
        check_declared(
            chunk_size=wanted.chunk_size,
            total_size=wanted.total_size,
            total_chunks=wanted.total_chunks,
            limits=self.limits,
        )
        self.types.check_chunk_size(wanted.chunk_size, wanted.total_size)
        plan = make_plan(
            chunk_size=wanted.chunk_size,
            total_size=wanted.planned_size if wanted.total_size is None else wanted.total_size,
            max_file_size=self.defaults.max_file_size,
        )
        relay_mode = self._relay_mode(wanted)
        upload_id = UploadId(self.new_id())
        # Otherwise its spool is chosen, or its bytes are booked, by rules of their own.
        books_first = plan.is_free and relay_mode is RelayMode.EAGER
        return Draft(
            id=upload_id,
            owner=principal.owner,
            main_service_file_id=wanted.main_service_file_id,
            original_file_name=wanted.original_file_name,
            content_type=self.types.content_type(wanted.original_file_name, wanted.content_type),
            metadata=wanted.metadata,
            bucket=self.defaults.bucket,
            key=object_key(self.new_id(), wanted.original_file_name),
            plan=plan,
            total_size=wanted.total_size,
            total_chunks=wanted.total_chunks,
            relay_mode=relay_mode,
            part_checksum=self.defaults.part_checksum if wanted.way.is_received else None,
            checksum=wanted.checksum,
            ttl=self._ttl(wanted),
            max_age=self.defaults.max_age,
            callback_url=self._callback_url(wanted),
            owner_email=principal.email,
            way=wanted.way,
            pending_key=self._pending_key(wanted.way),
            first=wanted.first(upload_id) if books_first and wanted.first else None,
        )

    def _pending_key(self, way: Way) -> str | None:
        return pending_key(self.new_id()) if way in (Way.PUT, Way.POST) else None

    def _relay_mode(self, wanted: NewUpload) -> RelayMode:
        """A whole-file hash needs every byte here until it was verified."""
        if wanted.checksum is not None and not wanted.checksum.algorithm.combines:
            return RelayMode.ON_COMPLETION
        return wanted.relay or self.defaults.relay_mode

    def _ttl(self, wanted: NewUpload) -> timedelta:
        if wanted.expires_in_seconds is None:
            return self.defaults.ttl
        return min(timedelta(seconds=wanted.expires_in_seconds), self.defaults.max_age)

    def _callback_url(self, wanted: NewUpload) -> str | None:
        if wanted.callback_url is None:
            return None
        fault = callback_fault(wanted.callback_url, allowed_hosts=self.defaults.callback_hosts)
        if fault is not None:
            raise ValidationFailed(f"callback_url {fault}.")
        return wanted.callback_url


def _is_lost(upload: Upload) -> bool:
    """It did not outlive its request, so the repeated one begins anew."""
    return upload.way is Way.WHOLE and upload.state in TERMINAL - {State.STORED}


def _refusal(no_room: NoRoom | None) -> ServiceError:
    if no_room is NoRoom.DRAINING:
        return takes_no_new_uploads()
    if no_room is NoRoom.SPOOL:
        return SpoolFull()
    if no_room is NoRoom.OPEN_UPLOADS:
        return QuotaExceeded("This owner has as many open uploads as allowed.")
    return QuotaExceeded()


def _fingerprint(wanted: NewUpload) -> bytes:
    """Equal for equal requests, whatever order or spacing their JSON had."""
    facts = [
        wanted.main_service_file_id,
        wanted.original_file_name,
        wanted.content_type,
        sorted(wanted.metadata.items()),
        wanted.total_size,
        wanted.chunk_size,
        wanted.total_chunks,
        str(wanted.checksum),
        wanted.relay,
        wanted.expires_in_seconds,
        wanted.callback_url,
        wanted.way,
    ]
    return hashlib.sha256(json.dumps(facts).encode()).digest()
