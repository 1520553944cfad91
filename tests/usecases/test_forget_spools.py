"""A spool that is given up is told of by each upload that it takes chunks from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from structlog.testing import capture_logs

from chunk_service.domain.uploads import SpoolId, UploadId
from chunk_service.usecases.forget_spools import ForgetSpools

LOST, KEPT = UploadId(uuid4()), UploadId(uuid4())


@dataclass
class Rows:
    """One spool, with chunks of an upload that takes them again and of one that is closed."""

    forgotten: list[SpoolId] = field(default_factory=list)

    async def away(self, longer_than: timedelta) -> Sequence[SpoolId]:
        return [SpoolId(uuid4())]

    async def forget(self, spool_id: SpoolId) -> None:
        self.forgotten.append(spool_id)

    async def files_of(self, spool_id: SpoolId) -> Sequence[tuple[UploadId, Sequence[str]]]:
        return [(LOST, ["a", "b"]), (KEPT, ["c"])]

    async def mark_missing(self, upload_id: UploadId, file_names: Sequence[str]) -> Sequence[int]:
        return [3, 5] if upload_id == LOST else []


@dataclass
class Tally:
    chunks: int = 0

    def lost(self, chunks: int) -> None:
        self.chunks += chunks


async def test_every_upload_that_loses_chunks_has_a_line() -> None:
    rows, tally = Rows(), Tally()
    with capture_logs() as lines:
        assert await ForgetSpools(rows, rows, timedelta(hours=1), tally)() == 2
    chunks, spool = lines
    assert (chunks["event"], chunks["upload_id"], chunks["indices"]) == (
        "chunks lost",
        str(LOST),
        [3, 5],
    )
    assert (spool["event"], spool["chunks_lost"]) == ("spool forgotten", 2)
    assert (len(rows.forgotten), tally.chunks) == (1, 2)
