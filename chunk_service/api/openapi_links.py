"""What an answer gives for the next call: links of the OpenAPI document, by the name of operations.

Tools that try a service out follow them; people see which value goes where.
"""

from typing import Final

from chunk_service.api.openapi_shapes import Json

_ID: Final = {"upload_session_id": "$response.body#/data/upload_session_id"}


def _link(operation: str, **what: object) -> Json:
    return {"operationId": operation, **what}


UPLOAD_LINKS: Final = {
    "put_chunk": _link("put_chunk", parameters={**_ID, "index": "0"}),
    "post_chunk": _link("post_chunk", requestBody={**_ID, "chunk_index": "0"}),
    "read_upload": _link("read_upload", parameters=_ID),
    "complete": _link(
        "complete",
        requestBody={
            **_ID,
            "total_chunks": 1,
            "main_service_file_id": "$request.body#/main_service_file_id",
        },
        description="Once its one chunk was sent.",
    ),
    "abort": _link("abort", parameters=_ID),
}
