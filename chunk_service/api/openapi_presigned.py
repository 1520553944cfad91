"""Uploads by presigned requests, for the table of operations."""

from typing import Final

from chunk_service.api import answer_models
from chunk_service.api import part_models as parts
from chunk_service.api.openapi_shapes import (
    GUARDED,
    WITH_BODY,
    Body,
    Described,
    query_parameters,
)
from chunk_service.api.openapi_whole import IDEMPOTENCY_KEY
from chunk_service.api.presigned_models import ConfirmRequest, UploadUrlAnswer, UploadUrlRequest
from chunk_service.api.whole_answers import UploadedAnswer

_EXAMPLE_KEY: Final = "uploads/01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a11-document.pdf"
_BEGINNING: Final = (403, 404, 409, 410)
_NAMED: Final = query_parameters(parts.NamedQuery)
_ASKED: Final = (*GUARDED, 404, 409, 410, 422, 429)
_NOTHING_SENT: Final = "The old way to ask; `POST` with the same query does the same."

PRESIGNED: Final = (
    Described(
        "POST",
        "/upload-url",
        "upload_url",
        "A link by which one file is uploaded to the object store",
        {200: UploadUrlAnswer},
        (*GUARDED, *WITH_BODY, *_BEGINNING),
        Body(
            "application/json",
            UploadUrlRequest,
            {"filename": "document.pdf", "content_type": "application/pdf"},
        ),
        (IDEMPOTENCY_KEY,),
        tag="presigned",
    ),
    Described(
        "POST",
        "/files/confirm",
        "confirm",
        "What was uploaded by a link becomes a file",
        {200: UploadedAnswer},
        (*GUARDED, *WITH_BODY, 403, 404, 409, 410),
        Body("application/json", ConfirmRequest, {"file_key": _EXAMPLE_KEY}),
        description="Without it the file appears a little later.",
        tag="presigned",
    ),
    *(
        Described(
            method,
            "/initiate",
            f"initiate_by_{method.lower()}",
            "Begin a multipart upload whose parts go to the object store",
            {200: parts.InitiateAnswer},
            (*GUARDED, *_BEGINNING, 422, 429),
            parameters=(*query_parameters(parts.InitiateQuery), IDEMPOTENCY_KEY),
            description=description,
            tag="presigned",
        )
        for method, description in (("GET", _NOTHING_SENT), ("POST", ""))
    ),
    Described(
        "GET",
        "/presigned",
        "presign_part",
        "A link by which one part is sent",
        {200: parts.PartUrlAnswer},
        _ASKED,
        parameters=query_parameters(parts.PartQuery),
        tag="presigned",
    ),
    Described(
        "POST",
        "/presigned",
        "presign_parts",
        "Links for many parts at once",
        {200: parts.PartUrlsAnswer},
        (*GUARDED, *WITH_BODY, 404, 409, 410),
        Body("application/json", parts.PartsRequest, {"partNumbers": [1, 2, 3]}),
        _NAMED,
        tag="presigned",
    ),
    Described(
        "GET",
        "/parts",
        "list_parts",
        "The parts that the object store has so far",
        {200: parts.PartsAnswer},
        _ASKED,
        parameters=_NAMED,
        tag="presigned",
    ),
    Described(
        "POST",
        "/complete",
        "complete_parts",
        "Complete a multipart upload from the list of its parts",
        {200: UploadedAnswer},
        (*GUARDED, *WITH_BODY, 403, 404, 409, 410),
        Body(
            "application/json",
            parts.CompletePartsRequest,
            {"parts": [{"PartNumber": 1, "ETag": '"9b2cf535f27731c974343645a3985328"'}]},
        ),
        _NAMED,
        tag="presigned",
    ),
    Described(
        "POST",
        "/abort",
        "abort_parts",
        "Give a multipart upload up",
        {200: answer_models.AbortAnswer},
        _ASKED,
        parameters=_NAMED,
        tag="presigned",
    ),
)
