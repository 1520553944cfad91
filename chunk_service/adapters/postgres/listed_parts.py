"""All parts of an upload as one value, and whether the store has them all.

A completing call reads thousands of parts while a client waits for it: one document, written by
Postgres and read here, costs a third of as many rows. Queries name the upload `u`.
"""

import json
from collections.abc import Sequence
from typing import Any

from chunk_service.adapters.postgres.values import checksum_of, digest_of
from chunk_service.domain.objects import SentPart
from chunk_service.usecases.closing import PartRow

# `json` is only written, where `jsonb` would be taken apart and put together again.
LISTED = """
    SELECT json_agg(json_build_array(p.number, p.size_bytes, p.etag, p.checksum, p.crcs)
        ORDER BY p.number)
    FROM parts p WHERE p.upload_id = u.id
"""

# Parts of a multipart upload that was replaced do not count.
ALL_SENT = """
    u.received_bytes > u.part_size AND (
        SELECT count(*) FROM parts p
        WHERE p.upload_id = u.id AND p.mpu_id = u.mpu_id
    ) = (u.received_bytes + u.part_size - 1) / u.part_size
"""


def parts_of(listed: str | None) -> Sequence[PartRow]:
    return [] if listed is None else [_part_of(*each) for each in json.loads(listed)]


def _part_of(
    number: int,
    size_bytes: int | None,
    etag: str | None,
    checksum: str | None,
    crcs: dict[str, Any] | None,
) -> PartRow:
    sent = None
    if etag is not None and size_bytes is not None:
        sent = SentPart(
            number=number, size_bytes=size_bytes, etag=etag, checksum=checksum_of(checksum)
        )
    return PartRow(number=number, sent=sent, digest=None if crcs is None else digest_of(crcs))
