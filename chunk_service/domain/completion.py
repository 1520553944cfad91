"""Whether a client's word that an upload is complete agrees with what is recorded of it.

What the client can mend is refused and the upload stays open; a repeat with the same arguments is
the same request, with others a conflict.
"""

from dataclasses import dataclass

from chunk_service.domain.checksums import Checksum
from chunk_service.domain.errors import StateConflict, ValidationFailed
from chunk_service.domain.files import file_id_text
from chunk_service.domain.uploads import FileId, Upload, UploadId


@dataclass(frozen=True, slots=True)
class Completion:
    upload_id: UploadId
    total_chunks: int
    main_service_file_id: FileId | None
    total_size: int | None
    checksum: Checksum | None


def is_whole(upload: Upload, wanted: Completion) -> bool:
    """Whether every chunk is here; ValidationFailed where the declaration can't be true."""
    if not _is_same_file(upload, wanted):
        raise ValidationFailed("main_service_file_id is not the one of this upload.")
    _check_total_chunks(upload, wanted)
    if upload.total_size is not None and wanted.total_size not in (None, upload.total_size):
        raise ValidationFailed(f"total_size is known to be {upload.total_size}.")
    _check_algorithm(upload, wanted)
    if upload.chunk_count < wanted.total_chunks:
        return False
    for total_size in (upload.total_size, wanted.total_size):
        if total_size not in (None, upload.received_bytes):
            raise ValidationFailed(
                f"The chunks have {upload.received_bytes} bytes, not {total_size}.",
                received_bytes=upload.received_bytes,
            )
    return True


def _is_same_file(upload: Upload, wanted: Completion) -> bool:
    return file_id_text(wanted.main_service_file_id) == file_id_text(upload.main_service_file_id)


def _check_total_chunks(upload: Upload, wanted: Completion) -> None:
    if upload.total_chunks not in (None, wanted.total_chunks):
        raise ValidationFailed(f"total_chunks is known to be {upload.total_chunks}.")
    if upload.highest_index >= wanted.total_chunks:
        raise ValidationFailed(
            f"Chunk {upload.highest_index} is recorded, so total_chunks is at least "
            f"{upload.highest_index + 1}."
        )
    if wanted.total_chunks == 0 and 0 not in (wanted.total_size, upload.total_size):
        raise ValidationFailed("An empty file needs total_size: 0 beside total_chunks: 0.")


def _check_algorithm(upload: Upload, wanted: Completion) -> None:
    """Anything that is not computed is refused, never ignored."""
    if wanted.checksum is None or wanted.checksum == upload.checksum:
        return
    algorithm = wanted.checksum.algorithm
    if upload.checksum is not None and upload.checksum.algorithm == algorithm:
        raise ValidationFailed("Another checksum was declared at init.")
    if algorithm not in upload.algorithms:
        raise ValidationFailed(f"A {algorithm} checksum must be declared at init.")


def check_same(upload: Upload, wanted: Completion) -> None:
    """StateConflict where a completion with other arguments is under way or done."""
    same = (
        _is_same_file(upload, wanted)
        and wanted.total_chunks == upload.total_chunks
        and wanted.total_size in (None, upload.total_size)
        and _may_be_same(upload, wanted.checksum)
    )
    if not same:
        raise other_arguments(upload)


def _may_be_same(upload: Upload, checksum: Checksum | None) -> bool:
    """False where it surely is another; what combines is compared with the bytes."""
    if checksum is None or checksum == upload.checksum:
        return True
    declared = None if upload.checksum is None else upload.checksum.algorithm
    return checksum.algorithm in upload.algorithms and checksum.algorithm != declared


def other_arguments(upload: Upload) -> StateConflict:
    return StateConflict(
        f"The upload is {upload.state} with other arguments.", state=str(upload.state)
    )
