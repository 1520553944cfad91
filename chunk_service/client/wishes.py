"""What is said of a file when its upload begins, as far as the client decides it."""

import mimetypes
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from chunk_service.domain.known_types import KNOWN_TYPES
from chunk_service.domain.uploads import FileId


@dataclass(frozen=True, slots=True)
class Wish:
    """`file_id` is the `main_service_file_id`; the client makes one up where it is None.

    `chunk_bytes` is for services that must get other chunks than the client would choose.
    """

    file_id: FileId | None = None
    name: str | None = None
    content_type: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    chunk_bytes: int | None = None

    def declared(self, name: str) -> dict[str, Any]:
        """The members of the init document that do not depend on the bytes."""
        name = self.name or name
        content_type = self.content_type or _type_by(name)
        return {
            "main_service_file_id": str(uuid.uuid4()) if self.file_id is None else self.file_id,
            "original_file_name": name,
            **({"content_type": content_type} if content_type else {}),
            **({"metadata": dict(self.metadata)} if self.metadata else {}),
        }


def _type_by(name: str) -> str | None:
    """The service's own names come first: it compares what is claimed with them."""
    known = KNOWN_TYPES.get(PurePath(name).suffix.lower())
    if known is not None:
        return known.content_types[0]
    content_type, encoding = mimetypes.guess_type(name, strict=True)
    return None if encoding else content_type
