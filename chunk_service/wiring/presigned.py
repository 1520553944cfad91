"""The use cases of uploads whose bytes go straight to the store."""

from dataclasses import replace
from datetime import UTC, datetime

from chunk_service.api.presigned_doors import PresignedDoors
from chunk_service.usecases.begin_multipart import BeginMultipart
from chunk_service.usecases.begin_upload import BeginUpload
from chunk_service.usecases.complete_parts import CompleteParts
from chunk_service.usecases.confirm_upload import ConfirmUpload
from chunk_service.usecases.presign_parts import PresignParts
from chunk_service.usecases.presign_upload import PresignUpload
from chunk_service.wiring.opening import Opened
from chunk_service.wiring.options import (
    presigned_defaults,
)
from chunk_service.wiring.rows import Rows


def presigned_over(
    opened: Opened,
    rows: Rows,
    begin: BeginUpload,
    begin_multipart: BeginMultipart,
    confirm: ConfirmUpload,
) -> PresignedDoors:
    settings = opened.settings
    store = opened.surround("store", opened.store)
    expires_in = settings.presigned_url_expiration
    parts = PresignParts(
        begin_upload=begin,
        begin_multipart=begin_multipart,
        reading=rows.reading,
        lease=rows.receiving,
        store=store,
        presigner=opened.presigner,
        expires_in=expires_in,
        now=utc_now,
    )
    complete = CompleteParts(
        presign=parts,
        rows=rows.presigned,
        reading=rows.reading,
        store=store,
        end=confirm.end,
        await_end=confirm.await_end,
    )
    bounded = replace(begin, defaults=presigned_defaults(settings))
    upload = PresignUpload(bounded, opened.presigner, expires_in, utc_now)
    return PresignedDoors(upload=upload, confirm=confirm, parts=parts, complete=complete)


def utc_now() -> datetime:
    return datetime.now(UTC)
