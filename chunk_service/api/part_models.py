"""What is sent and answered for multipart uploads by presigned requests.

The spelling of names is the old service's, and S3's in the list of parts.
"""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, WithJsonSchema

from chunk_service.api.answer_models import Answer, Instant
from chunk_service.api.queries import Query, whole_number
from chunk_service.api.request_models import Document
from chunk_service.api.request_values import ContentType, FileName, UploadIdValue
from chunk_service.api.whole_requests import FileIdText, MetadataText
from chunk_service.domain.objects import SentPart
from chunk_service.domain.plan import MAX_PARTS
from chunk_service.domain.uploads import Upload
from chunk_service.usecases.complete_parts import ListedPart
from chunk_service.usecases.presign_parts import NamedFile, NamedUpload, PresignedParts

MOST_AT_ONCE = 1000
MAX_ETAG_CHARACTERS = 128
# As many parts as there can be, with some air between them.
MAX_LIST_BYTES = MAX_PARTS * (MAX_ETAG_CHARACTERS + 128)

_NUMBER_SCHEMA = {"type": "integer", "minimum": 1, "maximum": MAX_PARTS}
_Number = Annotated[int, Field(ge=1, le=MAX_PARTS)]
_NumberText = Annotated[
    int,
    BeforeValidator(whole_number),
    Field(ge=1, le=MAX_PARTS),
    WithJsonSchema(_NUMBER_SCHEMA),
]


class InitiateQuery(Query):
    key: Annotated[FileName, Field(description="The file's name; not the object's key.")]
    content_type: Annotated[ContentType | None, Field(description="The file's media type.")] = None
    main_service_file_id: FileIdText = None
    metadata: MetadataText

    def as_file(self) -> NamedFile:
        return NamedFile(
            name=self.key,
            content_type=self.content_type,
            metadata=self.metadata,
            main_service_file_id=self.main_service_file_id,
        )


class NamedQuery(Query):
    key: Annotated[FileName, Field(description="The file's name, as at `/initiate`.")]
    uploadId: UploadIdValue  # noqa: N815 - spelled so on the wire

    @property
    def named(self) -> NamedUpload:
        return NamedUpload(id=self.uploadId, name=self.key)


class PartQuery(NamedQuery):
    partNumber: Annotated[_NumberText, Field(description="From 1.")]  # noqa: N815


class PartsRequest(Document):
    partNumbers: Annotated[  # noqa: N815
        list[_Number], Field(min_length=1, max_length=MOST_AT_ONCE)
    ]


class PartItem(Document):
    """As ListParts and CompleteMultipartUpload of S3 have it."""

    PartNumber: _Number
    ETag: Annotated[str, Field(min_length=1, max_length=MAX_ETAG_CHARACTERS)]


class CompletePartsRequest(Document):
    parts: Annotated[
        list[PartItem],
        Field(min_length=1, max_length=MAX_PARTS, description="In ascending order."),
    ]

    def listed(self) -> list[ListedPart]:
        return [ListedPart(number=each.PartNumber, etag=each.ETag) for each in self.parts]


class InitiateAnswer(Answer):
    uploadId: str  # noqa: N815
    key: Annotated[str, Field(description="The file's name.")]
    file_key: Annotated[str, Field(description="Of the file that it becomes.")]
    expiresAt: Instant  # noqa: N815

    @classmethod
    def of(cls, upload: Upload) -> Self:
        return cls(
            uploadId=str(upload.id),
            key=upload.original_file_name,
            file_key=upload.key,
            expiresAt=upload.expires_at,
        )


class PartUrlAnswer(Answer):
    uploadUrl: Annotated[  # noqa: N815
        str, Field(description="A secret: whoever has it can send this part until it expires.")
    ]
    uploadId: str  # noqa: N815
    partNumber: int  # noqa: N815
    expiresAt: Instant  # noqa: N815


class PartUrlsAnswer(Answer):
    uploadId: str  # noqa: N815
    parts: list[PartUrlAnswer]


class StoredPart(Answer):
    PartNumber: int
    ETag: str
    Size: Annotated[int, Field(description="Bytes.")]


class PartsAnswer(Answer):
    uploadId: str  # noqa: N815
    parts: list[StoredPart]


def part_urls(presigned: PresignedParts) -> list[PartUrlAnswer]:
    return [
        PartUrlAnswer(
            uploadUrl=each.url,
            uploadId=str(presigned.upload.id),
            partNumber=each.number,
            expiresAt=presigned.expires_at,
        )
        for each in presigned.parts
    ]


def stored_parts(parts: list[SentPart]) -> list[StoredPart]:
    return [
        StoredPart(PartNumber=each.number, ETag=each.etag, Size=each.size_bytes) for each in parts
    ]
