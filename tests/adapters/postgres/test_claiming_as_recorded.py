"""The statement that records a chunk claims the window that it is: the same as the relay would."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chunk_service.domain.chunking import Placement, place
from chunk_service.domain.objects import MultipartId
from chunk_service.domain.uploads import RelayMode, Upload
from chunk_service.usecases.receiving import offset_of
from chunk_service.usecases.record_window import RecordWindow
from chunk_service.usecases.relaying import Claim
from tests.adapters.postgres.clock import Clock
from tests.fixtures.audit import audit
from tests.fixtures.chunk_bytes import bytes_of, digest_of
from tests.fixtures.rows import LEASE_SECONDS, LIMITS, Rows


@dataclass
class Slots:
    """There is always one; what is sent from it is kept."""

    sent: list[Claim] = field(default_factory=list)

    async def keep_slot(self) -> bool:
        return True

    def leave_slot(self) -> None:
        pass

    def send(self, claim: Claim) -> None:
        self.sent.append(claim)


async def recorded(rows: Rows, upload: Upload, index: int) -> list[Claim]:
    """What was claimed along with this chunk of eight bytes, of which windows are made here."""
    attempt = rows.attempt(upload, index, 8)
    admission = await rows.reserve(attempt, upload, index)
    placement = place(admission.upload.progress, index, 8, LIMITS).at(offset_of(admission, index))
    digest = digest_of(upload, bytes_of(index, 8), placement.offset)
    slots = Slots()
    record = RecordWindow(rows.receiving, slots)
    assert await record(attempt, admission.upload, placement, digest) is not None
    return slots.sent


async def second_window(rows: Rows) -> tuple[Upload, Claim]:
    upload = await rows.begin(chunk_size=8)
    (claim,) = await recorded(rows, upload, 1)
    return upload, claim


# What was declared, the chunks that came before, the chunk that comes.
CLAIMED: list[tuple[Mapping[str, Any], list[int], int]] = [
    ({"chunk_size": 8}, [], 1),
    ({"chunk_size": 8}, [1], 0),
    ({"chunk_size": 8}, [0], 1),
    ({"chunk_size": 8, "total_size": 9}, [], 0),
    ({"chunk_size": 8, "total_size": 24}, [], 2),
    ({}, [0], 1),
]
NOT_CLAIMED: list[tuple[Mapping[str, Any], list[int], int]] = [
    ({"chunk_size": 8}, [], 0),
    ({"chunk_size": 8, "total_size": 8}, [], 0),
    ({}, [], 0),
    ({}, [0], 2),
    ({"chunk_size": 8, "relay_mode": RelayMode.ON_COMPLETION}, [0], 1),
]


@pytest.mark.parametrize(("declared", "before", "index"), CLAIMED)
async def test_it_is_what_the_relay_would_have_claimed(
    rows: Rows, declared: Mapping[str, Any], before: list[int], index: int
) -> None:
    upload = await rows.begin(**declared)
    for each in before:
        await rows.put(upload, each, 8)
    await rows.relay(upload)
    await rows.multipart(upload)
    (claim,) = await recorded(rows, upload, index)
    await audit(rows.database, upload.id)
    waiting = await rows.relay(upload)
    assert claim.number not in waiting
    await rows.relaying.give_back(upload.id, claim.holder)
    later = await rows.claim(upload)
    assert later is not None
    known = claim.upload.multipart
    assert later.upload.multipart == known is not None
    assert claim == replace(later, holder=claim.holder, upload=claim.upload)


@pytest.mark.parametrize(("declared", "before", "index"), NOT_CLAIMED)
async def test_what_may_not_go_yet_is_not_claimed(
    rows: Rows, declared: Mapping[str, Any], before: list[int], index: int
) -> None:
    upload = await rows.begin(**declared)
    for each in before:
        await rows.put(upload, each, 8)
    assert await recorded(rows, upload, index) == []
    await audit(rows.database, upload.id)
    await rows.place_all(upload)
    await rows.complete(await rows.read(upload))
    numbers = await rows.relay(upload)
    assert numbers == list(range(1, len(numbers) + 1))


async def test_a_chunk_that_finds_no_place_is_no_window(rows: Rows) -> None:
    upload = await rows.begin()
    early = rows.attempt(upload, 1, 8)
    await rows.reserve(early, upload, 1)
    guessed = Placement(index=1, length=8, offset=8, is_last=False)
    digest = digest_of(upload, bytes_of(1, 8), 8)
    found = await rows.receiving.record(early, upload, guessed, digest, lease_seconds=LEASE_SECONDS)
    assert found is not None
    assert (found.is_placed, found.is_claimed) == (False, False)


async def test_what_is_claimed_lets_nothing_else_go(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8, total_size=24)
    for index in (0, 1, 2):
        found = await rows.put(upload, index, 8, lease_seconds=LEASE_SECONDS)
        assert found is not None
        assert (found.is_claimed, found.lets_window_go) == (True, False)
    assert await rows.relaying.find_work(rows.spool_id, 10) == []


async def test_it_lets_the_first_window_go_that_waited_for_it(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=8)
    await rows.put(upload, 0, 8)
    found = await rows.put(upload, 1, 8, lease_seconds=LEASE_SECONDS)
    assert found is not None
    assert (found.is_claimed, found.lets_window_go) == (True, True)
    assert await rows.relay(upload) == [1]


@pytest.mark.survives(
    "a process dies when it has recorded and claimed a part, and sent nothing of it",
    "another sends it once the lease has lapsed; it counts as an attempt",
)
async def test_it_is_another_s_when_its_lease_has_lapsed(rows: Rows, clock: Clock) -> None:
    upload, claim = await second_window(rows)
    await clock.advance(seconds=LEASE_SECONDS - 1)
    assert await rows.claim(upload) is None
    await clock.advance(seconds=2)
    again = await rows.claim(upload)
    assert again is not None
    assert (claim.number, claim.attempts) == (2, 1)
    assert (again.number, again.attempts) == (2, 2)


async def test_its_lease_is_renewed_and_its_part_noted(rows: Rows, clock: Clock) -> None:
    upload, claim = await second_window(rows)
    multipart = await rows.multipart(upload)
    await clock.advance(seconds=LEASE_SECONDS - 1)
    assert await rows.relaying.renew(claim, LEASE_SECONDS)
    await clock.advance(seconds=2)
    noted = await rows.note(claim, multipart)
    assert noted is not None
    assert list(noted.done_files) == [claim.chunks[0].file_name]
    await audit(rows.database, upload.id)


async def test_no_part_is_noted_for_another_multipart_upload(rows: Rows) -> None:
    upload, claim = await second_window(rows)
    await rows.multipart(upload)
    assert await rows.note(claim, MultipartId("other")) is None


async def test_an_attempt_gives_back_what_it_claimed_and_nothing_else(rows: Rows) -> None:
    upload, claim = await second_window(rows)
    await rows.put(upload, 2, 8, lease_seconds=LEASE_SECONDS)
    await rows.relaying.give_back(upload.id, claim.holder)
    freed = await rows.claim(upload)
    assert freed is not None
    assert (freed.number, freed.attempts) == (2, 1)
    assert await rows.claim(upload) is None
