"""Hold what lies in the store against the allowed types, where nobody here has seen its bytes."""

from dataclasses import dataclass
from typing import Protocol

from chunk_service.domain.file_types import FIRST_BYTES
from chunk_service.domain.objects import ObjectTarget
from chunk_service.domain.uploads import Upload
from chunk_service.usecases.check_type import TypeCheck


class Store(Protocol):
    async def read_start(self, target: ObjectTarget, *, etag: str, most_bytes: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class CheckStored:
    store: Store
    types: TypeCheck

    async def __call__(self, upload: Upload, target: ObjectTarget, etag: str) -> None:
        """UnsupportedMediaType where it is no file of an allowed type."""
        if self.types.is_wanted:
            start = await self.store.read_start(target, etag=etag, most_bytes=FIRST_BYTES)
            self.types.check_bytes(upload.original_file_name, upload.content_type, start)
