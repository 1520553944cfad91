"""What is removed because no row names it was looked up in the database that named it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from chunk_service.domain.uploads import SpoolId, UploadId
from chunk_service.usecases.lose_chunks import LoseChunks
from chunk_service.usecases.sweep_spool import NOTHING, ExpectedFile, SweepSpool

EXPECTED = ExpectedFile(UploadId(uuid4()), "expected", 8)


@dataclass
class Rows:
    """After so many questions another database answers, which does not know the last files."""

    familiar_for: int = 99
    asked: int = 0
    lost: list[str] = field(default_factory=list)

    async def _answered(self) -> None:
        self.asked += 1

    async def expected_files(self, spool_id: SpoolId) -> Sequence[ExpectedFile]:
        await self._answered()
        return [EXPECTED]

    async def named_files(self, spool_id: SpoolId) -> frozenset[str]:
        await self._answered()
        return frozenset({EXPECTED.file_name})

    async def lapsed_reservations(self, spool_id: SpoolId) -> Sequence[str]:
        await self._answered()
        return ["lapsed"]

    async def reap_reservations(self, spool_id: SpoolId) -> Sequence[str]:
        await self._answered()
        return ["lapsed"]

    async def may_destroy(self) -> bool:
        await self._answered()
        return self.asked <= self.familiar_for

    async def mark_missing(self, upload_id: UploadId, file_names: Sequence[str]) -> Sequence[int]:
        self.lost += file_names
        return [0]


@dataclass
class Spool:
    id: SpoolId = field(default_factory=lambda: SpoolId(uuid4()))
    files: dict[str, int] = field(default_factory=lambda: {"lapsed": 8, "unnamed": 8})

    async def file_sizes(self) -> Mapping[str, int]:
        return dict(self.files)

    async def unlink(self, file_name: str) -> None:
        self.files.pop(file_name, None)


class Tally:
    def lost(self, chunks: int) -> None: ...


def sweep_of(rows: Rows, spool: Spool) -> SweepSpool:
    return SweepSpool(rows, spool, LoseChunks(rows, spool, Tally()))


async def test_what_lapsed_or_has_no_name_goes_and_what_is_gone_is_lost() -> None:
    rows, spool = Rows(), Spool()
    report = await sweep_of(rows, spool)()
    assert (report.lapsed_reservations, report.unnamed_files) == (["lapsed"], ["unnamed"])
    assert (spool.files, rows.lost) == ({}, [EXPECTED.file_name])


@pytest.mark.parametrize("answers", range(5))
@pytest.mark.survives(
    "The database is replaced by one that lags, at any question of a sweep",
    "Nothing is removed that the other named, and no chunk called lost",
)
async def test_a_database_that_is_replaced_in_between_costs_nothing(answers: int) -> None:
    rows, spool = Rows(familiar_for=answers), Spool()
    files = dict(spool.files)
    assert await sweep_of(rows, spool)() == NOTHING
    assert (spool.files, rows.lost) == (files, [])
