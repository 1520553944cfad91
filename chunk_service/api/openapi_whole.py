"""A whole file in one request, for the table of operations."""

from typing import Final

from chunk_service.api.digests import CHECKSUM_HEADER
from chunk_service.api.file_requests import FILE_NAME_IN_PATH
from chunk_service.api.forms import MAX_PARTS
from chunk_service.api.openapi_shapes import (
    GUARDED,
    WITH_BODY,
    Body,
    Described,
    header,
    query_parameters,
)
from chunk_service.api.request_values import base64_pattern
from chunk_service.api.whole_answers import UploadedAnswer
from chunk_service.api.whole_requests import FILE_FIELD, Claims
from chunk_service.domain.checksums import Algorithm

IDEMPOTENCY_KEY: Final = header(
    "Idempotency-Key",
    "The same key within 24 hours answers with the same upload.",
    minLength=1,
    maxLength=255,
    pattern="^[!-~]+$",
)
CHECKSUMS: Final = (
    header(
        "Content-Digest",
        "RFC 9530, such as `sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:`. "
        "sha-256 is verified, other algorithms are passed over.",
        pattern="^(sha-256=:[A-Za-z0-9+/]{43}=:)?$",
    ),
    *(
        header(
            f"{CHECKSUM_HEADER.title()}{algorithm.capitalize()}",
            "The body's checksum in base64, as S3 takes it; verified.",
            pattern=f"^{base64_pattern(algorithm)}$",
        )
        for algorithm in Algorithm
    ),
)
_PROBLEMS: Final = (*GUARDED, *WITH_BODY, 403, 404, 409, 410, 507)
_CLAIMS: Final = {each["name"]: each["schema"] for each in query_parameters(Claims)}
_FORM_BODY: Final = Body(
    "multipart/form-data",
    {
        "type": "object",
        "required": [FILE_FIELD],
        "propertyNames": {"pattern": r"^[^\u0000-\u0008\u000a-\u001f\u007f]+$"},
        "maxProperties": MAX_PARTS,
        "properties": {
            **_CLAIMS,
            FILE_FIELD: {"type": "string", "contentMediaType": "application/octet-stream"},
        },
    },
)

WHOLE: Final = (
    Described(
        "POST",
        "/upload",
        "upload_form",
        "Upload a file in one request, as a form",
        {201: UploadedAnswer},
        _PROBLEMS,
        _FORM_BODY,
        (IDEMPOTENCY_KEY,),
        description="Fields must come before the file, which is passed on as it arrives.",
    ),
    Described(
        "PUT",
        "/files/{key}",
        "put_file",
        "Upload a file in one request, as bare bytes",
        {201: UploadedAnswer},
        _PROBLEMS,
        Body("application/octet-stream", {}),
        (FILE_NAME_IN_PATH, *query_parameters(Claims), IDEMPOTENCY_KEY, *CHECKSUMS),
        description="In the path is its name; its key is in the answer. "
        "It never replaces another file.",
    ),
)
