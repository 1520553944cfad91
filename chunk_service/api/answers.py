"""From uploads and receipts to the answers that clients get."""

import json
from collections.abc import Mapping

from pydantic import BaseModel
from starlette.responses import Response

from chunk_service.api.answer_models import (
    InitData,
    StateData,
    StatusData,
    StoredData,
)
from chunk_service.domain.files import object_url
from chunk_service.domain.ranges import as_text
from chunk_service.domain.uploads import Upload
from chunk_service.usecases.ports import Receipt
from chunk_service.usecases.read_upload import UploadStatus

MAX_RANGES = 1000
JSON = "application/json"


def json_answer(
    document: BaseModel, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(
        document.model_dump_json(), status_code=status, headers=headers, media_type=JSON
    )


def chunk_answer(receipt: Receipt) -> Response:
    """A `ChunkAnswer`, written without its model: this is the hot path."""
    document = {
        "status": "success",
        "message": "Chunk uploaded successfully.",
        "data": {
            "chunk_index": receipt.address.index,
            "size": receipt.size_bytes,
            "repeated": receipt.repeated,
        },
    }
    return Response(json.dumps(document), media_type=JSON)


def init_data(upload: Upload, *, max_chunk_size: int) -> InitData:
    return InitData(
        upload_session_id=str(upload.id),
        chunk_size=upload.chunk_size or min(upload.part_size, max_chunk_size),
        part_size=upload.part_size,
        max_size=upload.max_size,
        max_chunk_size=max_chunk_size,
        expires_at=upload.expires_at,
    )


def stored_data(upload: Upload, public_endpoint_url: str) -> StoredData | None:
    """The result; None until there is one."""
    stored = upload.stored
    if stored is None:
        return None
    return StoredData(
        file_path_on_upload_service=object_url(public_endpoint_url, upload.bucket, upload.key),
        upload_session_id=str(upload.id),
        main_service_file_id=upload.main_service_file_id,
        key=upload.key,
        size=stored.size_bytes,
        etag=stored.etag,
        checksum=None if stored.checksum is None else str(stored.checksum),
    )


def state_data(upload: Upload) -> StateData:
    return StateData(upload_session_id=str(upload.id), state=upload.state)


def status_data(status: UploadStatus, public_endpoint_url: str) -> StatusData:
    upload = status.upload
    return StatusData(
        upload_session_id=str(upload.id),
        state=upload.state,
        way=upload.way,
        main_service_file_id=upload.main_service_file_id,
        original_file_name=upload.original_file_name,
        content_type=upload.content_type,
        metadata=dict(upload.metadata),
        received_bytes=upload.received_bytes,
        total_size=upload.total_size,
        total_chunks=upload.total_chunks,
        chunk_size=upload.chunk_size,
        part_size=upload.part_size,
        max_size=upload.max_size,
        received_chunks=as_text(status.received, MAX_RANGES),
        missing_chunks=as_text(status.missing, MAX_RANGES),
        truncated=max(len(status.received), len(status.missing)) > MAX_RANGES,
        parts_relayed=status.parts_relayed,
        created_at=upload.created_at,
        expires_at=upload.expires_at,
        completed_at=upload.completed_at,
        failure=upload.failure,
        result=stored_data(upload, public_endpoint_url),
    )
