"""What is answered to a request that carried a whole file."""

from typing import Annotated

from pydantic import Field

from chunk_service.api.answer_models import Answer, Instant
from chunk_service.domain.uploads import Upload


class UploadedAnswer(Answer):
    """The first four members are those of the service that this one replaced."""

    file_id: str
    file_name: str
    file_size: Annotated[int, Field(description="Bytes.")]
    upload_time: Instant
    file_key: Annotated[str, Field(description="By which the file is asked for.")]
    main_service_file_id: int | str | None
    etag: str
    checksum: Annotated[
        str | None, Field(description="Of the whole file: an algorithm, a colon, base64.")
    ]


def uploaded_answer(upload: Upload) -> UploadedAnswer:
    stored, completed_at = upload.stored, upload.completed_at
    assert stored is not None
    assert completed_at is not None
    return UploadedAnswer(
        file_id=str(upload.id),
        file_name=upload.original_file_name,
        file_size=stored.size_bytes,
        upload_time=completed_at,
        file_key=upload.key,
        main_service_file_id=upload.main_service_file_id,
        etag=stored.etag,
        checksum=None if stored.checksum is None else str(stored.checksum),
    )
