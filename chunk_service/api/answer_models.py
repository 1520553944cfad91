"""The JSON documents that clients get, as models: what is written is what is described.

The envelope of `status`, `message` and `data`, and the messages, are those of the service that this
one replaced; its clients compare them.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from chunk_service.api.instants import as_rfc3339
from chunk_service.domain.states import State
from chunk_service.domain.uploads import Way

Instant = Annotated[
    datetime,
    PlainSerializer(as_rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Ranges = Annotated[
    list[str],
    Field(description="Inclusive ranges of chunk indices, ascending.", examples=[["0-4", "7"]]),
]


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class InitData(Answer):
    upload_session_id: str
    chunk_size: Annotated[int, Field(description="As declared, or the recommended one, in bytes.")]
    part_size: int
    max_size: Annotated[int, Field(description="The most bytes that this upload may come to.")]
    max_chunk_size: int
    expires_at: Instant


class InitAnswer(Answer):
    status: Literal["success"] = "success"
    message: Literal["Upload session initialized."] = "Upload session initialized."
    data: InitData


class ChunkData(Answer):
    chunk_index: int
    size: int
    repeated: Annotated[bool, Field(description="The same bytes had been recorded before.")]


class ChunkAnswer(Answer):
    status: Literal["success"] = "success"
    message: Literal["Chunk uploaded successfully."] = "Chunk uploaded successfully."
    data: ChunkData


class StoredData(Answer):
    file_path_on_upload_service: Annotated[
        str, Field(description="The object's address; it is not signed.")
    ]
    upload_session_id: str
    main_service_file_id: int | str | None
    key: str
    size: int
    etag: str
    checksum: str | None


class CompleteAnswer(Answer):
    status: Literal["success"] = "success"
    message: Literal["File upload completed and main service notified."] = (
        "File upload completed and main service notified."
    )
    data: StoredData


class StateData(Answer):
    upload_session_id: str
    state: State


class AcceptedAnswer(Answer):
    status: Literal["accepted"] = "accepted"
    message: Literal["The upload is being completed."] = "The upload is being completed."
    data: StateData


class AbortAnswer(Answer):
    status: Literal["success"] = "success"
    message: Literal["Upload aborted."] = "Upload aborted."
    data: StateData


class StatusData(Answer):
    upload_session_id: str
    state: State
    way: Annotated[Way, Field(description="How its bytes come.")]
    main_service_file_id: int | str | None
    original_file_name: str
    content_type: str | None
    metadata: dict[str, str]
    received_bytes: int
    total_size: int | None
    total_chunks: int | None
    chunk_size: int | None
    part_size: int
    max_size: int
    received_chunks: Ranges
    missing_chunks: Ranges
    truncated: Annotated[bool, Field(description="Whether there are more ranges than are listed.")]
    parts_relayed: Annotated[int, Field(description="Parts that the object store has.")]
    created_at: Instant
    expires_at: Instant
    completed_at: Instant | None
    failure: str | None
    result: StoredData | None


class StatusAnswer(Answer):
    status: Literal["success"] = "success"
    message: Literal["Upload status."] = "Upload status."
    data: StatusData


class HealthAnswer(Answer):
    status: Annotated[
        Literal["ok", "degraded", "unavailable"],
        Field(description="`degraded`: chunks are taken, but the object store is out of reach."),
    ]
    database: bool
    spool: bool
    storage: bool
    stopping: bool
    draining: Annotated[bool, Field(description="No new uploads are taken by this spool.")]


class LiveAnswer(Answer):
    status: Literal["ok"] = "ok"


class ProblemDocument(Answer):
    """RFC 9457; members beside these are facts of the one problem, such as `missing`."""

    model_config = ConfigDict(extra="allow")

    type: Annotated[str, Field(examples=["/problems/not-found"])]
    title: str
    status: int
    detail: str
    request_id: str
