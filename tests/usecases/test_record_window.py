"""A slot is kept for a window only, and is sent from or left, whatever comes of recording it."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import uuid4

import pytest

from chunk_service.domain.chunking import Placement
from chunk_service.domain.errors import DatabaseUnavailable
from chunk_service.domain.objects import MultipartId
from chunk_service.domain.uploads import ChunkDigest, SpoolId, Upload
from chunk_service.usecases.receiving import Attempt, Recorded
from chunk_service.usecases.record_window import RecordWindow
from chunk_service.usecases.relaying import LEASE_SECONDS, Claim
from tests.fixtures.chunk_bytes import bytes_of, digest_of
from tests.fixtures.uploads import an_upload

UPLOAD = an_upload(part_size=8, chunk_size=8)
THIRD = Placement(index=2, length=8, offset=16, is_last=False)
ATTEMPT = Attempt(
    id=uuid4(), spool_id=SpoolId(uuid4()), file_name="file", size_bytes=8, ttl=timedelta(hours=1)
)
RECORDED = Recorded(needs_file=True, is_placed=True, completes_window=True, outgrows_window=False)
CLAIMED = replace(
    RECORDED, completes_window=False, is_claimed=True, multipart=MultipartId("the row's")
)


@dataclass
class World:
    """Rows, and as many slots as are `free`; `answers` come when they may."""

    answer: Recorded | Exception | None = CLAIMED
    free: int = 1
    leases: list[float | None] = field(default_factory=list)
    sent: list[Claim] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def record(
        self,
        attempt: Attempt,
        upload: Upload,
        placement: Placement,
        digest: ChunkDigest,
        *,
        lease_seconds: float | None = None,
    ) -> Recorded | None:
        self.leases.append(lease_seconds)
        await self.may_answer.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def keep_slot(self) -> bool:
        if not self.free:
            return False
        self.free -= 1
        return True

    def leave_slot(self) -> None:
        self.free += 1

    def send(self, claim: Claim) -> None:
        self.sent.append(claim)

    async def recording(self, placement: Placement = THIRD) -> Recorded | None:
        digest = digest_of(UPLOAD, bytes_of(placement.index, placement.length), placement.offset)
        return await RecordWindow(self, self)(ATTEMPT, UPLOAD, placement, digest)

    async def recorded(self, placement: Placement = THIRD) -> Recorded | None:
        self.may_answer.set()
        return await self.recording(placement)


async def test_a_window_is_sent_from_the_slot_that_was_kept_for_it() -> None:
    world = World()
    assert await world.recorded() == CLAIMED
    assert world.leases == [LEASE_SECONDS]
    (claim,) = world.sent
    assert (claim.holder, claim.number, claim.start, claim.size_bytes) == (ATTEMPT.id, 3, 16, 8)
    (piece,) = claim.slices()
    assert (piece.index, piece.file_name, piece.offset) == (2, ATTEMPT.file_name, 0)
    assert piece.digest == digest_of(UPLOAD, bytes_of(2, 8), 16).whole
    assert claim.upload == replace(UPLOAD, multipart=CLAIMED.multipart)
    assert world.free == 0


async def test_without_a_slot_nothing_is_claimed() -> None:
    world = World(answer=RECORDED, free=0)
    assert await world.recorded() == RECORDED
    assert (world.leases, world.sent, world.free) == ([None], [], 0)


@pytest.mark.parametrize(
    "placement",
    [
        replace(THIRD, length=7),
        replace(THIRD, length=16),
        replace(THIRD, offset=12),
        replace(THIRD, offset=None),
    ],
)
async def test_for_what_is_no_window_no_slot_is_asked(placement: Placement) -> None:
    world = World(answer=RECORDED)
    assert await world.recorded(placement) == RECORDED
    assert (world.leases, world.sent, world.free) == ([None], [], 1)


@pytest.mark.parametrize("answer", [RECORDED, None])
async def test_where_it_was_not_claimed_the_slot_is_left(answer: Recorded | None) -> None:
    world = World(answer)
    assert await world.recorded() == answer
    assert (world.leases, world.sent, world.free) == ([LEASE_SECONDS], [], 1)


async def test_where_no_answer_came_the_slot_is_left() -> None:
    world = World(DatabaseUnavailable())
    with pytest.raises(DatabaseUnavailable):
        await world.recorded()
    assert (world.sent, world.free) == ([], 1)


async def test_who_is_cancelled_leaves_the_slot() -> None:
    world = World()
    recording = asyncio.create_task(world.recording())
    await asyncio.sleep(0)
    assert world.free == 0
    recording.cancel()
    with pytest.raises(asyncio.CancelledError):
        await recording
    assert (world.sent, world.free) == ([], 1)
