"""Statements that only read: an upload of a principal, its chunks, its parts."""

from collections.abc import Sequence
from dataclasses import dataclass

from chunk_service.adapters.postgres import listing
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.listed_parts import LISTED, parts_of
from chunk_service.adapters.postgres.statements import statement
from chunk_service.adapters.postgres.values import (
    OWN_UPLOAD,
    UPLOAD_COLUMNS,
    digest_of,
    upload_of,
)
from chunk_service.domain.principals import Principal
from chunk_service.domain.ranges import Range
from chunk_service.domain.uploads import Digest, Upload, UploadId
from chunk_service.usecases.closing import PartRow

FIND = statement(f"""
    SELECT {UPLOAD_COLUMNS} FROM uploads u
    WHERE u.id = :upload AND {OWN_UPLOAD}
""")

LIVE = statement(f"""
    SELECT {UPLOAD_COLUMNS} FROM uploads u
    WHERE u.state IN ('open', 'completing') AND u.{listing.UPLOADS}
""")

READ = statement(f"SELECT {UPLOAD_COLUMNS} FROM uploads u WHERE u.id = :upload")

RECEIVED = statement("""
    SELECT min(index) AS first, max(index) + 1 AS stop FROM (
        SELECT index, index - row_number() OVER (ORDER BY index) AS run
        FROM chunks WHERE upload_id = :upload AND state <> 'missing'
    ) runs GROUP BY run ORDER BY first
""")

COUNT_RELAYED = statement("""
    SELECT count(*) AS parts FROM parts WHERE upload_id = :upload AND etag IS NOT NULL
""")

SLICES = statement("""
    SELECT slices FROM chunks WHERE upload_id = :upload AND state <> 'missing' ORDER BY index
""")

FIRST_CHUNK_BYTES = statement("""
    SELECT size_bytes FROM chunks WHERE upload_id = :upload AND index = 0
""")

PARTS = statement(f"SELECT ({LISTED}) AS listed FROM uploads u WHERE u.id = :upload")

WAS_DELETED = statement("""
    SELECT deleted_at IS NOT NULL AS deleted FROM files WHERE upload_id = :upload
""")


@dataclass(frozen=True, slots=True)
class ReadingRows:
    database: Database

    async def find(self, principal: Principal, upload_id: UploadId) -> Upload | None:
        """The upload, if it is this principal's."""
        row = await self.database.row(
            FIND, upload=upload_id, owner=principal.owner, file_id=principal.file_id
        )
        return None if row is None else upload_of(row)

    async def read(self, upload_id: UploadId) -> Upload | None:
        row = await self.database.row(READ, upload=upload_id)
        return None if row is None else upload_of(row)

    async def live(self) -> Sequence[Upload]:
        return [upload_of(row) for row in await self.database.rows(LIVE)]

    async def received(self, upload_id: UploadId) -> list[Range]:
        """Which chunks are here, as half-open ranges of indices."""
        rows = await self.database.rows(RECEIVED, upload=upload_id)
        return [(row["first"], row["stop"]) for row in rows]

    async def count_relayed(self, upload_id: UploadId) -> int:
        row = await self.database.row(COUNT_RELAYED, upload=upload_id)
        return 0 if row is None else int(row["parts"])

    async def digests(self, upload_id: UploadId) -> Sequence[Digest]:
        """The slices of all chunks, in the order of the object."""
        rows = await self.database.rows(SLICES, upload=upload_id)
        return [digest_of(each) for row in rows for each in row["slices"]]

    async def first_chunk_bytes(self, upload_id: UploadId) -> int | None:
        row = await self.database.row(FIRST_CHUNK_BYTES, upload=upload_id)
        return None if row is None else int(row["size_bytes"])

    async def parts(self, upload_id: UploadId) -> Sequence[PartRow]:
        """Every part of the upload in order; `sent` is None where its ETag is still to come."""
        row = await self.database.row(PARTS, upload=upload_id)
        return [] if row is None else parts_of(row["listed"])

    async def was_deleted(self, upload_id: UploadId) -> bool:
        """Whether the file that came of the upload has been deleted since."""
        row = await self.database.row(WAS_DELETED, upload=upload_id)
        return row is not None and bool(row["deleted"])
