"""Events as the main service gets them: a type, a time and facts, frozen as bytes once.

The bytes are stored and signed as they are here, so that every delivery of one id is identical.
Shape: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chunk_service.domain.files import object_url
from chunk_service.domain.states import EVENTS, State
from chunk_service.domain.uploads import Stored, Upload


@dataclass(frozen=True, slots=True)
class Event:
    id: str
    type: str
    payload: bytes


def upload_event(
    upload: Upload,
    state: State,
    *,
    unique: UUID,
    at: datetime,
    public_endpoint_url: str,
    stored: Stored | None = None,
    failure: str | None = None,
) -> Event:
    """The one event of an upload's way into the terminal `state`."""
    data: dict[str, object] = {
        "upload_session_id": str(upload.id),
        "main_service_file_id": upload.main_service_file_id,
        "original_file_name": upload.original_file_name,
        "content_type": upload.content_type,
        "owner": upload.owner,
        "metadata": dict(upload.metadata),
    }
    if stored is not None:
        data |= _stored_facts(upload, stored, public_endpoint_url)
    if failure is not None:
        data["failure"] = failure
    return Event(
        id=f"msg_{unique.hex}",
        type=EVENTS[state],
        payload=_frozen(EVENTS[state], at, data),
    )


def _stored_facts(upload: Upload, stored: Stored, public_endpoint_url: str) -> Mapping[str, object]:
    url = object_url(public_endpoint_url, upload.bucket, upload.key)
    return {
        "file_path_on_upload_service": url,
        "key": upload.key,
        "size": stored.size_bytes,
        "etag": stored.etag,
        "checksum": None if stored.checksum is None else str(stored.checksum),
    }


def _frozen(event_type: str, at: datetime, data: Mapping[str, object]) -> bytes:
    document = {"type": event_type, "timestamp": at.isoformat(), "data": data}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
