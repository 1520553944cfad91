"""What is sent and answered for uploads by one presigned request."""

from typing import Annotated, Literal, Self

from pydantic import Field

from chunk_service.api.answer_models import Answer
from chunk_service.api.request_models import Document
from chunk_service.api.request_values import ContentType, FileIdValue, FileName, Metadata, Size
from chunk_service.domain.uploads import Way
from chunk_service.usecases.presign_upload import PresignedFile, PresignedUpload


class UploadUrlRequest(Document):
    filename: FileName
    content_type: Annotated[ContentType | None, Field(description="The file's media type.")] = None
    method: Annotated[
        Literal["PUT", "POST"], Field(description="`POST` is for HTML forms: it gets `fields`.")
    ] = "PUT"
    size: Annotated[
        Size | None, Field(description="Bytes: the request must then have exactly so many.")
    ] = None
    main_service_file_id: Annotated[
        FileIdValue | None, Field(description="The file's id in the main service.")
    ] = None
    metadata: Annotated[
        Metadata | None, Field(description="Texts that are handed back in the event.")
    ] = None

    def as_file(self) -> PresignedFile:
        return PresignedFile(
            name=self.filename,
            content_type=self.content_type,
            metadata=self.metadata or {},
            main_service_file_id=self.main_service_file_id,
            size_bytes=self.size,
            way=Way.POST if self.method == "POST" else Way.PUT,
        )


class UploadUrlAnswer(Answer):
    presigned_url: Annotated[
        str, Field(description="A secret: whoever has it can upload until it expires.")
    ]
    expires_in: Annotated[int, Field(description="Seconds.")]
    file_key: Annotated[str, Field(description="Of the file that it becomes once confirmed.")]
    method: Literal["PUT", "POST"]
    fields: Annotated[
        dict[str, str] | None, Field(description="For `POST`: to be sent before the file.")
    ]
    max_size: Annotated[int, Field(description="Bytes; what is larger is deleted.")]
    upload_session_id: str

    @classmethod
    def of(cls, presigned: PresignedUpload) -> Self:
        upload = presigned.upload
        return cls(
            presigned_url=presigned.url,
            expires_in=int(presigned.expires_in.total_seconds()),
            file_key=upload.key,
            method="POST" if upload.way is Way.POST else "PUT",
            fields=None if presigned.fields is None else dict(presigned.fields),
            max_size=upload.max_size if upload.total_size is None else upload.total_size,
            upload_session_id=str(upload.id),
        )


class ConfirmRequest(Document):
    file_key: Annotated[str, Field(max_length=1024)]
