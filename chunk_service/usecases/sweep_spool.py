"""Make the folder of this spool and the rows that name its files agree again.

Rows are the truth about what is owed, the folder about what is here. Read in this order nothing in
flight is touched: rows that expect files, then the folder, then every row that names a file. A
reservation is deleted, and committed so, before its file is; an attempt that still lives finds its
reservation gone and gives up. Only then it is asked whether this is still the database that named
the files: one that took its place meanwhile may not know the last of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from chunk_service.domain.uploads import SpoolId, UploadId
from chunk_service.usecases.lose_chunks import LoseChunks

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ExpectedFile:
    upload_id: UploadId
    file_name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What was found wrong, and mended unless the sweep was only to look."""

    lapsed_reservations: Sequence[str]
    unnamed_files: Sequence[str]
    lost_chunks: Sequence[str]

    @property
    def is_clean(self) -> bool:
        return not (self.lapsed_reservations or self.unnamed_files or self.lost_chunks)


NOTHING: Final = SweepReport((), (), ())


class Rows(Protocol):
    async def expected_files(self, spool_id: SpoolId) -> Sequence[ExpectedFile]: ...
    async def named_files(self, spool_id: SpoolId) -> frozenset[str]: ...
    async def lapsed_reservations(self, spool_id: SpoolId) -> Sequence[str]: ...
    async def reap_reservations(self, spool_id: SpoolId) -> Sequence[str]: ...
    async def may_destroy(self) -> bool:
        """False while the database is not known to be the one that these files were named by."""
        ...


class Spool(Protocol):
    @property
    def id(self) -> SpoolId: ...
    async def file_sizes(self) -> Mapping[str, int]: ...
    async def unlink(self, file_name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class SweepSpool:
    rows: Rows
    spool: Spool
    lose_chunks: LoseChunks

    async def look(self) -> SweepReport:
        """What a sweep would mend."""
        return await self._compare(await self.rows.lapsed_reservations(self.spool.id))

    async def __call__(self) -> SweepReport:
        if not await self._may_destroy():
            return NOTHING
        lapsed = await self.rows.reap_reservations(self.spool.id)
        report = await self._compare(lapsed)
        if report.is_clean or not await self._may_destroy():
            return NOTHING
        for name in {*lapsed, *report.unnamed_files}:
            await self.spool.unlink(name)
        await self._lose(report.lost_chunks)
        log.warning(
            "spool swept",
            lapsed_reservations=len(report.lapsed_reservations),
            unnamed_files=len(report.unnamed_files),
            lost_chunks=len(report.lost_chunks),
        )
        return report

    async def _may_destroy(self) -> bool:
        """To be asked after the rows were read: another database may be there at any time."""
        if await self.rows.may_destroy():
            return True
        log.error("the database was restored or replaced: no clean-up until it is adopted")
        return False

    async def _compare(self, lapsed: Sequence[str]) -> SweepReport:
        expected = await self.rows.expected_files(self.spool.id)
        here = await self.spool.file_sizes()
        named = await self.rows.named_files(self.spool.id)
        known = named.union(lapsed)
        return SweepReport(
            lapsed_reservations=lapsed,
            unnamed_files=[name for name in here if name not in known],
            lost_chunks=[
                each.file_name
                for each in expected
                if here.get(each.file_name) != each.size_bytes and each.file_name in named
            ],
        )

    async def _lose(self, file_names: Sequence[str]) -> None:
        """Chunks whose files are gone or cut short; those relayed meanwhile stay as they are."""
        lost = frozenset(file_names)
        for each in await self.rows.expected_files(self.spool.id) if lost else ():
            if each.file_name in lost:
                await self.lose_chunks(each.upload_id, [each.file_name])
