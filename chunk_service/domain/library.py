"""What a file is: an object in the bucket and its row, from its completion to its deletion.

How files are named and keyed is in `files.py`; what becomes of them later, in files of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID

from chunk_service.domain.checksums import Checksum
from chunk_service.domain.objects import ObjectTarget
from chunk_service.domain.retention import BY_DEFAULT, Lifetime
from chunk_service.domain.uploads import FileId

StoredFileId = NewType("StoredFileId", UUID)


@dataclass(frozen=True, slots=True)
class File:
    """`id` is also that of the upload that made it; `updated_at` changes with what is told of it,
    never with its bytes. `deletion_due_at`: marked by retention, and deleted then unless something
    changes. Nobody deletes a file under `legal_hold`."""

    id: StoredFileId
    owner: str
    main_service_file_id: FileId | None
    name: str
    content_type: str
    metadata: Mapping[str, str]
    bucket: str
    key: str
    size_bytes: int
    etag: str
    checksum: Checksum | None
    created_at: datetime
    updated_at: datetime
    lifetime: Lifetime = BY_DEFAULT
    legal_hold: bool = False
    deletion_due_at: datetime | None = None

    @property
    def target(self) -> ObjectTarget:
        return ObjectTarget(
            bucket=self.bucket,
            key=self.key,
            upload_id=str(self.id),
            content_type=self.content_type,
            part_checksum=None,
        )
