"""The JSON documents that clients send, as models that check them.

Strict: a bool is not a number, a number not a text. Members beside these are passed over. What only
an upload's own row can judge is the use cases' business.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from chunk_service.api.request_values import (
    CallbackUrl,
    ChecksumValue,
    ChunkBytes,
    ChunkCount,
    ContentType,
    FileIdValue,
    FileName,
    Metadata,
    Relay,
    Seconds,
    Size,
    UploadIdValue,
)


class Document(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class InitRequest(Document):
    main_service_file_id: Annotated[
        FileIdValue, Field(description="The file's id in the main service.")
    ]
    original_file_name: FileName
    content_type: Annotated[ContentType | None, Field(description="The file's media type.")] = None
    metadata: Annotated[
        Metadata | None, Field(description="Texts that are handed back in the event.")
    ] = None
    total_size: Annotated[Size | None, Field(description="The file's size in bytes.")] = None
    chunk_size: Annotated[
        ChunkBytes | None,
        Field(
            description="Bytes of every chunk but the last. With it chunks may come in any order "
            "and each is relayed at once."
        ),
    ] = None
    total_chunks: ChunkCount | None = None
    checksum: ChecksumValue | None = None
    relay: Annotated[Relay | None, Field(description="When bytes go on to the object store.")] = (
        None
    )
    expires_in: Annotated[
        Seconds | None, Field(description="Seconds until the upload expires without progress.")
    ] = None
    callback_url: Annotated[
        CallbackUrl | None,
        Field(
            description="An https address that is told of this upload's end as well; its host must "
            "be on the service's list of allowed ones."
        ),
    ] = None


class CompleteRequest(Document):
    upload_session_id: UploadIdValue
    total_chunks: ChunkCount
    main_service_file_id: FileIdValue
    total_size: Size | None = None
    checksum: ChecksumValue | None = None
