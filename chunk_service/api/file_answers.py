"""Files as their owners see them, as models of the answers."""

from typing import Annotated, Final, Literal

from pydantic import Field

from chunk_service.api.answer_models import Answer, Instant
from chunk_service.domain.library import File
from chunk_service.usecases.link_file import Link

NEVER: Final = "never"


class FileItem(Answer):
    key: Annotated[str, Field(description="By which the file is asked for.")]
    size: Annotated[int, Field(description="Bytes.")]
    last_modified: Annotated[Instant, Field(description="When its bytes were stored.")]
    etag: str
    file_id: str
    name: str
    content_type: Annotated[str, Field(description="As the client claimed it.")]
    metadata: dict[str, str]
    main_service_file_id: int | str | None
    checksum: Annotated[
        str | None, Field(description="Of the whole file: an algorithm, a colon, base64.")
    ]
    updated_at: Annotated[Instant, Field(description="When what is told of it last changed.")]
    delete_after: Annotated[
        Instant | Literal["never"] | None,
        Field(description="Its own date, or `never`; null: as the service's default says."),
    ]
    deletion_due_at: Annotated[
        Instant | None,
        Field(description="When it will be deleted, unless that is changed; null: not yet due."),
    ]
    legal_hold: Annotated[
        bool, Field(description="While true nobody can delete it; operators set and release it.")
    ]


class FilesAnswer(Answer):
    files: list[FileItem]
    count: Annotated[int, Field(description="How many are in this answer.")]
    next: Annotated[
        str | None, Field(description="The `cursor` of the next page; null behind the last.")
    ]


class LinkAnswer(Answer):
    presigned_url: Annotated[
        str, Field(description="A secret: whoever has it can read the file until it expires.")
    ]
    expires_in: Annotated[int, Field(description="Seconds.")]
    file_key: str


class DeletedAnswer(Answer):
    status: str = "success"
    message: str = "File deleted."


def file_item(file: File) -> FileItem:
    return FileItem(
        key=file.key,
        size=file.size_bytes,
        last_modified=file.created_at,
        etag=file.etag,
        file_id=str(file.id),
        name=file.name,
        content_type=file.content_type,
        metadata=dict(file.metadata),
        main_service_file_id=file.main_service_file_id,
        checksum=None if file.checksum is None else str(file.checksum),
        updated_at=file.updated_at,
        delete_after=NEVER if file.lifetime.is_kept else file.lifetime.delete_after,
        deletion_due_at=file.deletion_due_at,
        legal_hold=file.legal_hold,
    )


def link_answer(link: Link, key: str) -> LinkAnswer:
    seconds = int(link.expires_in.total_seconds())
    return LinkAnswer(presigned_url=link.url, expires_in=seconds, file_key=key)
