"""PutObject of a whole object, with a second try where the store took its bytes for others."""

from typing import Protocol

import structlog

from chunk_service.domain.objects import ObjectRefused, ObjectTarget, PartSource, StoredObject
from chunk_service.domain.uploads import Upload

log = structlog.get_logger(__name__)


class Store(Protocol):
    async def put_object(self, target: ObjectTarget, *, source: PartSource) -> StoredObject | None:
        """The object as HEAD shows it right after, where it was looked at."""
        ...


async def put_whole(store: Store, upload: Upload, source: PartSource) -> StoredObject | None:
    """Bytes can be spoiled on their way: only a body refused twice is refused for good."""
    try:
        return await store.put_object(upload.target, source=source)
    except ObjectRefused as refusal:
        log.warning("body refused", upload_id=str(upload.id), reason=str(refusal))
        return await store.put_object(upload.target, source=source)
