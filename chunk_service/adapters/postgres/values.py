"""Rows to values and back: the spelling of uploads, chunks and digests in their columns."""

import json
from binascii import a2b_base64
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from chunk_service.adapters.postgres.connected import Row
from chunk_service.domain.checksums import ALGORITHMS, Algorithm, Checksum
from chunk_service.domain.objects import MultipartId
from chunk_service.domain.states import State
from chunk_service.domain.uploads import (
    Chunk,
    ChunkState,
    Digest,
    Pending,
    RelayMode,
    SpoolId,
    Stored,
    Upload,
    UploadId,
    Way,
)

UPLOAD_COLUMNS = """
    u.id, u.owner, u.state, u.main_service_file_id, u.original_file_name, u.content_type,
    u.metadata, u.bucket, u.key, u.part_size, u.chunk_size, u.max_size, u.total_size,
    u.total_chunks, u.is_free, u.relay_mode, u.part_checksum, u.checksum, u.spool_id, u.mpu_id,
    u.highest_index, u.chunk_count, u.received_bytes, u.prefix_chunks, u.prefix_bytes, u.closing,
    u.stored_size, u.stored_etag, u.stored_checksum, u.failure, u.created_at, u.expires_at,
    u.completed_at, u.callback_url, u.owner_email, u.way, u.pending_key, u.pending_etag,
    u.cleanup_due_at
"""

# Of a query that names its uploads `u` and looks one up: whether this principal may know of it. It
# says so in a way that no index knows: what has a key is not searched for among all of its owner.
OF_FILE = "(:file_id IS NULL OR u.main_service_file_id #>> '{}' = :file_id)"
OWN_UPLOAD = f"(u.owner = :owner) IS TRUE AND {OF_FILE}"


def upload_of(row: Row) -> Upload:
    return Upload(
        id=UploadId(row["id"]),
        owner=row["owner"],
        state=State(row["state"]),
        main_service_file_id=row["main_service_file_id"],
        original_file_name=row["original_file_name"],
        content_type=row["content_type"],
        metadata=row["metadata"],
        bucket=row["bucket"],
        key=row["key"],
        part_size=row["part_size"],
        chunk_size=row["chunk_size"],
        max_size=row["max_size"],
        total_size=row["total_size"],
        total_chunks=row["total_chunks"],
        is_free=row["is_free"],
        relay_mode=RelayMode(row["relay_mode"]),
        part_checksum=_algorithm_of(row["part_checksum"]),
        checksum=checksum_of(row["checksum"]),
        spool_id=_spool_of(row["spool_id"]),
        multipart=None if row["mpu_id"] is None else MultipartId(row["mpu_id"]),
        highest_index=row["highest_index"],
        chunk_count=row["chunk_count"],
        received_bytes=row["received_bytes"],
        prefix_chunks=row["prefix_chunks"],
        prefix_bytes=row["prefix_bytes"],
        closing=row["closing"],
        stored=_stored_of(row),
        failure=row["failure"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        completed_at=row["completed_at"],
        callback_url=row["callback_url"],
        owner_email=row["owner_email"],
        way=Way(row["way"]),
        pending=_pending_of(row),
        cleanup_due_at=row["cleanup_due_at"],
    )


def _stored_of(row: Row) -> Stored | None:
    if row["stored_etag"] is None:
        return None
    checksum = checksum_of(row["stored_checksum"])
    return Stored(size_bytes=row["stored_size"], etag=row["stored_etag"], checksum=checksum)


def _pending_of(row: Row) -> Pending | None:
    if row["pending_key"] is None:
        return None
    return Pending(key=row["pending_key"], etag=row["pending_etag"])


def _spool_of(value: UUID | None) -> SpoolId | None:
    return None if value is None else SpoolId(value)


def _algorithm_of(text: str | None) -> Algorithm | None:
    return None if text is None else Algorithm(text)


def checksum_of(text: str | None) -> Checksum | None:
    return None if text is None else Checksum.parse(text)


def checksum_text(checksum: Checksum | None) -> str | None:
    return None if checksum is None else str(checksum)


CHUNK_COLUMNS = """
    c.index, c.state AS chunk_state, c.offset_bytes, c.size_bytes, c.crc64nvme, c.sha256,
    c.file_name, c.spool_id AS chunk_spool_id
"""


def chunk_of(row: Row) -> Chunk:
    return Chunk(
        index=row["index"],
        state=ChunkState(row["chunk_state"]),
        offset=row["offset_bytes"],
        size_bytes=row["size_bytes"],
        crc64nvme=int.from_bytes(row["crc64nvme"], "big"),
        sha256=row["sha256"],
        file_name=row["file_name"],
        spool_id=SpoolId(row["chunk_spool_id"]),
    )


def crc64nvme_bytes(digest: Digest) -> bytes:
    return digest.crc64nvme.to_bytes(8, "big")


def digest_json(digest: Digest) -> dict[str, Any]:
    crcs = {
        str(name): Checksum.of_int(name, value).base64
        for name, value in sorted(digest.crcs.items())
    }
    return {"size": digest.size_bytes, **crcs}


def slices_json(slices: Sequence[Digest]) -> str:
    return json.dumps([digest_json(each) for each in slices], separators=(",", ":"))


def digest_of(document: Mapping[str, Any]) -> Digest:
    crcs = {
        ALGORITHMS[name]: int.from_bytes(a2b_base64(text), "big")
        for name, text in document.items()
        if name != "size"
    }
    return Digest(size_bytes=document["size"], crcs=crcs)
