"""What receivers are sent, as models: the schemas of the documentation are made from them.

Payloads are frozen elsewhere (`domain/events.py`); tests hold the real ones against these.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

FileIdFact = Annotated[
    int | str | None,
    Field(description="As it was given at `init`; null where the file came without one."),
]


class Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class UploadFacts(Payload):
    upload_session_id: Annotated[str, Field(description="The upload, as `init` answered it.")]
    main_service_file_id: FileIdFact
    original_file_name: Annotated[str, Field(description="As the client named it; never a path.")]
    content_type: Annotated[str | None, Field(description="As the client claimed it.")]
    owner: Annotated[str, Field(description="The `sub` of the token that began the upload.")]
    metadata: Annotated[dict[str, str], Field(description="As it was given at `init`.")]


class StoredFacts(UploadFacts):
    file_path_on_upload_service: Annotated[
        str, Field(description="The object's address; it is not signed.")
    ]
    key: Annotated[str, Field(description="The object's key in the bucket.")]
    size: Annotated[int, Field(description="Bytes.")]
    etag: Annotated[str, Field(description="The object's ETag, as the store gave it.")]
    checksum: Annotated[
        str | None, Field(description="Of the whole object: an algorithm, a colon, base64.")
    ]


class FailedFacts(UploadFacts):
    failure: Annotated[str, Field(description="Why; a sentence for people.")]


class FileFacts(Payload):
    file_id: str
    main_service_file_id: FileIdFact
    original_file_name: str
    content_type: str
    owner: str
    metadata: dict[str, str]
    key: Annotated[str, Field(description="The object's key in the bucket.")]
    size: Annotated[int, Field(description="Bytes.")]


class DeletedFacts(FileFacts):
    reason: Annotated[str, Field(description="What it was deleted for.")]


class SharedFacts(FileFacts):
    share_id: str
    expires_at: Annotated[AwareDatetime | None, Field(description="When the share ends.")]


class Told(Payload):
    timestamp: Annotated[AwareDatetime, Field(description="When it happened.")]


class UploadCompleted(Told):
    """The object is in the bucket, complete and checked."""

    type: Literal["upload.completed"]
    data: StoredFacts


class UploadFailed(Told):
    """The store refused the object for good; the upload has ended."""

    type: Literal["upload.failed"]
    data: FailedFacts


class UploadAborted(Told):
    """The client gave the upload up."""

    type: Literal["upload.aborted"]
    data: UploadFacts


class UploadExpired(Told):
    """The upload made no progress for too long, or took too long in all."""

    type: Literal["upload.expired"]
    data: UploadFacts


class FileDeleted(Told):
    """The object is gone."""

    type: Literal["file.deleted"]
    data: DeletedFacts


class FileShared(Told):
    """A link to the file was made."""

    type: Literal["file.shared"]
    data: SharedFacts


EVENT_MODELS: Final[Mapping[str, type[Told]]] = MappingProxyType(
    {
        "upload.completed": UploadCompleted,
        "upload.failed": UploadFailed,
        "upload.aborted": UploadAborted,
        "upload.expired": UploadExpired,
        "file.deleted": FileDeleted,
        "file.shared": FileShared,
    }
)
