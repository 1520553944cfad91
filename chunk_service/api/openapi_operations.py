"""What each URL and method does, takes and answers: the table behind the OpenAPI document.

A test holds that it and `routes.py` name the same.
"""

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel

from chunk_service.api import answer_models as answers
from chunk_service.api.forms import MAX_PARTS
from chunk_service.api.openapi_events import EVENTS
from chunk_service.api.openapi_files import FILES
from chunk_service.api.openapi_holds import HOLDS
from chunk_service.api.openapi_links import UPLOAD_LINKS
from chunk_service.api.openapi_presigned import PRESIGNED
from chunk_service.api.openapi_shapes import GUARDED, WITH_BODY, Body, Described, header
from chunk_service.api.openapi_shares import SHARES
from chunk_service.api.openapi_uploads import ADMIN_UPLOADS
from chunk_service.api.openapi_whole import CHECKSUMS, IDEMPOTENCY_KEY, WHOLE
from chunk_service.api.request_models import CompleteRequest, InitRequest
from chunk_service.api.request_values import CHECKSUM_SCHEMA
from chunk_service.api.spellings import MAX_INDEX
from chunk_service.domain.principals import Scope

_UPLOAD_ID: Final = {
    "name": "upload_session_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
}
_INDEX: Final = {
    "name": "index",
    "in": "path",
    "required": True,
    "description": "The chunk's number, from 0.",
    "schema": {"type": "integer", "minimum": 0, "maximum": MAX_INDEX},
}


_EXAMPLE_ID: Final = "01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a10"

_INIT_BODY: Final = Body(
    "application/json",
    InitRequest,
    {
        "main_service_file_id": 123,
        "original_file_name": "audio.mp3",
        "content_type": "audio/mpeg",
        "total_size": 20_000_000,
        "chunk_size": 8_388_608,
    },
)
_COMPLETE_BODY: Final = Body(
    "application/json",
    CompleteRequest,
    {"upload_session_id": _EXAMPLE_ID, "total_chunks": 3, "main_service_file_id": 123},
)
_BYTES_BODY: Final = Body("application/octet-stream", {})
_FORM_BODY: Final = Body(
    "multipart/form-data",
    {
        "type": "object",
        "required": ["upload_session_id", "chunk_index", "chunk"],
        "propertyNames": {"pattern": r"^[^\u0000-\u0008\u000a-\u001f\u007f]+$"},
        "maxProperties": MAX_PARTS,
        "properties": {
            "upload_session_id": {"type": "string", "format": "uuid"},
            "chunk_index": {"type": "integer", "minimum": 0, "maximum": MAX_INDEX},
            "chunk": {"type": "string", "contentMediaType": "application/octet-stream"},
            "chunk_sha256": {
                "type": "string",
                "pattern": "^[0-9A-Fa-f]{64}$",
                "description": "The chunk's SHA-256 in hex; verified when sent.",
            },
            "chunk_checksum": {
                **CHECKSUM_SCHEMA,
                "description": "A checksum of the chunk: an algorithm, and base64; verified.",
            },
        },
    },
)

UPLOADS: Final = (
    Described(
        "POST",
        "/upload/init",
        "init",
        "Begin an upload",
        {200: answers.InitAnswer},
        (*GUARDED, *WITH_BODY, 404, 409, 507),
        _INIT_BODY,
        (IDEMPOTENCY_KEY,),
        links=UPLOAD_LINKS,
    ),
    Described(
        "POST",
        "/upload/chunk",
        "post_chunk",
        "Send a chunk as a form",
        {200: answers.ChunkAnswer},
        (*GUARDED, *WITH_BODY, 404, 409, 410, 411, 507),
        _FORM_BODY,
        description="Fields before the file are better: the chunk is judged before it is read.",
    ),
    Described(
        "PUT",
        "/upload/{upload_session_id}/chunks/{index}",
        "put_chunk",
        "Send a chunk as bare bytes",
        {200: answers.ChunkAnswer},
        (*GUARDED, *WITH_BODY, 404, 409, 410, 411, 507),
        _BYTES_BODY,
        (
            _UPLOAD_ID,
            _INDEX,
            *CHECKSUMS,
        ),
        description="The fast way.",
    ),
    Described(
        "POST",
        "/upload/complete",
        "complete",
        "Complete an upload",
        {200: answers.CompleteAnswer, 202: answers.AcceptedAnswer},
        (*GUARDED, *WITH_BODY, 404, 409, 410),
        _COMPLETE_BODY,
        (
            header(
                "Prefer",
                "With `respond-async` the answer is 202, and the status tells the rest.",
            ),
        ),
    ),
    Described(
        "GET",
        "/upload/{upload_session_id}",
        "read_upload",
        "How an upload stands",
        {200: answers.StatusAnswer},
        (*GUARDED, 404, 410, 429),
        parameters=(_UPLOAD_ID,),
    ),
    Described(
        "DELETE",
        "/upload/{upload_session_id}",
        "abort",
        "Give an upload up",
        {200: answers.AbortAnswer},
        (*GUARDED, 404, 409, 410, 429),
        parameters=(_UPLOAD_ID,),
    ),
)


def _operation(
    path: str, name: str, summary: str, documents: Mapping[int, type[BaseModel] | str]
) -> Described:
    return Described(
        "GET", path, name, summary, documents, (400, 500), tag="operations", scope=None
    )


_HEALTH: Final = {200: answers.HealthAnswer, 503: answers.HealthAnswer}

OPERATIONS: Final = (
    *WHOLE,
    *UPLOADS,
    *PRESIGNED,
    *FILES,
    *SHARES,
    *HOLDS,
    *EVENTS,
    *ADMIN_UPLOADS,
    _operation("/health", "health", "Everything at once", _HEALTH),
    _operation("/health/ready", "ready", "Whether chunks can be taken", _HEALTH),
    _operation("/health/live", "live", "Whether the process lives", {200: answers.LiveAnswer}),
    Described(
        "GET",
        "/metrics",
        "metrics",
        "Figures for Prometheus",
        {200: "Figures in the text format of Prometheus."},
        (*GUARDED, 429),
        description="Also open to `METRICS_TOKEN`.",
        tag="operations",
        scope=Scope.ADMIN,
    ),
    _operation("/openapi.json", "openapi", "This document", {200: "An OpenAPI 3.1 document."}),
    _operation("/docs", "docs", "This document for people", {200: "A page of HTML."}),
    _operation("/app", "page", "The upload page", {200: "A page of HTML."}),
)
